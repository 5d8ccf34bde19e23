import type { AdapterPayload } from 'oidc-provider';
import type { ArtifactSave } from '../../../domain/records/protocol-artifacts/index.ts';
import { readAccess } from '../own-session.ts';
import { requestStore } from '../request-store.ts';
import { ArtifactAdapter } from './artifact-adapter.ts';

/** Tokens and codes: written together with what they were exchanged for, once the request is settled. */
export class IssuedAdapter extends ArtifactAdapter {
  protected override async save(save: ArtifactSave): Promise<void> {
    const request = requestStore.getStore();
    if (request) request.exchange.issues.push(save);
    else await super.save(save);
  }
}

/** What is exchanged for tokens at the token endpoint. */
export class ExchangeableAdapter extends IssuedAdapter {
  override async find(id: string): Promise<AdapterPayload | undefined> {
    const holder = this.op.caches.holders.get(this.op.holderKey(this.kind, id));
    if (holder) this.#readAccess({ accountId: holder.userId, clientId: holder.of });
    const payload = await super.find(id);
    if (payload) this.#readAccess(payload);
    return payload;
  }

  override async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    const { accountId, clientId } = payload;
    if (accountId && clientId) this.op.caches.holders.set(this.op.holderKey(this.kind, id), { userId: accountId, of: clientId });
    await super.upsert(id, payload, expiresIn);
  }

  override async consume(id: string): Promise<void> {
    const request = requestStore.getStore();
    if (request) request.exchange.consume = this.keyOf(id);
    else await super.consume(id);
  }

  /** Whoever presents a code or refresh token is asked about next; where it is known whose it is, in one message with the token. */
  #readAccess({ accountId, clientId }: Pick<AdapterPayload, 'accountId' | 'clientId'>): void {
    const client = clientId && this.op.caches.clients.peek(this.op.keyOf(clientId));
    if (requestStore.getStore() && accountId && client) readAccess(this.op, accountId, client);
  }
}
