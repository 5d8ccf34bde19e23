import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import type { Artifact, ArtifactKey, ArtifactSave } from '../../../domain/records/protocol-artifacts/index.ts';
import { addSeconds, epochSeconds } from '../../../platform/clock/index.ts';
import { type ContextProvider, currentOp } from '../context-provider.ts';
import { requestStore, takeAhead } from '../request-store.ts';

type Payload = Record<string, unknown>;

/** Ids are bearer values: `jti` is taken out of the payload before it is kept and put back when found, and the store holds its hash only. */
export class ArtifactAdapter implements Adapter {
  protected readonly kind: string;

  constructor(kind: string) {
    this.kind = kind;
  }

  /** The company that the library works for at this moment: adapters belong to none. */
  protected get op(): ContextProvider {
    return currentOp();
  }

  async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    const { jti: _, ...index } = payload;
    const expiresAt = expiresIn ? addSeconds(this.op.services.clock.now(), expiresIn) : undefined;
    requestStore.getStore()?.readAhead.delete(`${this.kind} ${id}`);
    await this.save({ ...this.keyOf(id), payload: this.keep(payload), index, expiresAt });
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const ahead = takeAhead(`${this.kind} ${id}`);
    if (ahead) return await ahead;
    const found = await this.artifacts.find(this.op.context.contextId, this.kind, id);
    if (!found) return undefined;
    const payload = this.present(id, found);
    noteRelated(payload, found);
    return payload;
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    const ahead = takeAhead(`${this.kind} of ${uid}`);
    if (ahead) return await ahead;
    const found = await this.artifacts.findByUid(this.op.context.contextId, this.kind, uid);
    return found && this.present(undefined, found);
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    const found = await this.artifacts.findByUserCode(this.op.context.contextId, userCode);
    return found && this.present(undefined, found);
  }

  async consume(id: string): Promise<void> {
    if (!(await this.artifacts.exchange({ consume: this.keyOf(id), issues: [] }))) throw new errors.InvalidGrant('it was used before');
  }

  async destroy(id: string): Promise<void> {
    await this.artifacts.remove(this.op.context.contextId, this.kind, id);
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    await this.artifacts.removeByGrant(this.op.context.contextId, grantId);
  }

  protected get artifacts() {
    return this.op.services.artifacts;
  }

  protected keyOf(id: string): ArtifactKey {
    return { contextId: this.op.context.contextId, kind: this.kind, id };
  }

  protected save(save: ArtifactSave): Promise<void> {
    return this.artifacts.save(save);
  }

  /** What is written of a payload. */
  protected keep({ jti: _, ...kept }: AdapterPayload): Payload {
    return kept;
  }

  /** What was written of it. */
  protected read(id: string | undefined, kept: Payload): AdapterPayload {
    return { ...kept, jti: id };
  }

  protected present(id: string | undefined, { payload, consumedAt }: Artifact): AdapterPayload {
    const read = this.read(id, payload);
    if (consumedAt) read.consumed = epochSeconds(consumedAt);
    return read;
  }
}

/** With a token the store brings its grant and session, which the library asks for next. */
function noteRelated(token: AdapterPayload, { grant, session }: Artifact): void {
  const ahead = requestStore.getStore()?.readAhead;
  if (grant) ahead?.set(`Grant ${token.grantId}`, Promise.resolve({ ...grant, jti: token.grantId }));
  if (session) ahead?.set(`Session of ${token.sessionUid}`, Promise.resolve(session));
}
