import { hashToken } from '../../../platform/crypto/index.ts';
import { Batcher, type Database, jsonText } from '../../../platform/database/index.ts';
import { type ContextId, isId } from '../../scope.ts';
import { statements as sql } from './statements.ts';

type Payload = Record<string, unknown>;

/** With a token come the grant it belongs to and the session it is bound to: whoever reads it asks for them next. */
export type Artifact = { payload: Payload; consumedAt?: Date; grant?: Payload; session?: Payload };
export type ArtifactKey = { contextId: ContextId; kind: string; id: string };
/** `index` has what a row is found by, when the payload itself is sealed. */
export type ArtifactSave = ArtifactKey & { payload: Payload; index?: Payload; expiresAt: Date | undefined };

/** What has to happen together: an artifact is used up, and what is issued for it is kept. What is issued is new: its ids were never there before. */
export type Exchange = { consume?: ArtifactKey; issues: ArtifactSave[] };
/** How often a device may ask. */
export type Pace = { seconds: number; longestSeconds: number; toleranceMs: number; now: Date; expiresAt: Date };
type FoundRow = { n: number; payload: Payload; consumed_at: Date | null; grant_payload?: Payload | null; session_payload?: Payload | null };

const keyColumns = (requests: ArtifactKey[]) => [
  requests.map((r) => r.contextId),
  requests.map((r) => r.kind),
  requests.map((r) => hashToken(r.id)),
];

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const toArtifact = (row: FoundRow | undefined): Artifact | undefined =>
  row && {
    payload: row.payload,
    consumedAt: row.consumed_at ?? undefined,
    grant: row.grant_payload ?? undefined,
    session: row.session_payload ?? undefined,
  };

/** One statement cannot touch a row twice: the last save of a key in a batch is the one that counts, and a session's two authorizations are merged here as there. */
function keepLast(kept: Map<string, ArtifactSave>, save: ArtifactSave): Map<string, ArtifactSave> {
  const key = `${save.contextId} ${save.kind} ${save.id}`;
  const earlier = kept.get(key);
  const authorizations = {
    ...(earlier?.payload.authorizations as object | undefined),
    ...(save.payload.authorizations as object | undefined),
  };
  return kept.set(key, earlier && save.kind === 'Session' ? { ...save, payload: { ...save.payload, authorizations } } : save);
}

function rowColumns(saves: ArtifactSave[]): unknown[][] {
  const index = saves.map((save) => save.index ?? save.payload);
  // what is issued together belongs to the same grant
  let latest: { grantId: string; hash: Buffer } | undefined;
  const hashOfGrant = (grantId: string): Buffer => {
    if (latest?.grantId !== grantId) latest = { grantId, hash: hashToken(grantId) };
    return latest.hash;
  };
  const belongsToGrant = ({ kind }: ArtifactKey) => kind !== 'Session' && kind !== 'Interaction';
  return [
    ...keyColumns(saves),
    saves.map(({ payload }) => jsonText(payload)),
    index.map(({ grantId }, i) => (typeof grantId === 'string' && belongsToGrant(saves[i]!) ? hashOfGrant(grantId) : null)),
    index.map(({ uid }) => text(uid)),
    index.map(({ uid }) => (isId(uid) ? uid : null)),
    index.map(({ userCode }) => text(userCode)),
    index.map(({ accountId }) => text(accountId)),
    saves.map(({ expiresAt }) => expiresAt ?? null),
  ];
}

export class ArtifactStore {
  readonly #database: Database;
  readonly #finds: Batcher<ArtifactKey, Artifact | undefined>;
  readonly #saves: Batcher<ArtifactSave, void>;
  readonly #exchanges: Batcher<Exchange, boolean>;

  constructor(database: Database) {
    this.#database = database;
    this.#finds = new Batcher(async (requests) => {
      const found: (Artifact | undefined)[] = new Array(requests.length).fill(undefined);
      const values = [...keyColumns(requests), 'Grant', 'Session'];
      for (const row of await database.runBatch<FoundRow>('artifact-find', sql.find, values)) found[row.n - 1] = toArtifact(row);
      return found;
    });
    this.#saves = new Batcher<ArtifactSave, void>(async (saves) => {
      const last = [...saves.reduce(keepLast, new Map<string, ArtifactSave>()).values()];
      await database.runBatch('artifact-save', sql.save, rowColumns(last));
      return saves.map(() => undefined);
    });
    this.#exchanges = new Batcher<Exchange, boolean>(async (exchanges) => {
      const consumed: ArtifactKey[] = [];
      /** Which of them must be used up for an exchange, counted from 1. */
      const prices = exchanges.map(({ consume }) => (consume ? consumed.push(consume) : null));
      const values = [
        ...keyColumns(consumed),
        ...rowColumns(exchanges.flatMap(({ issues }) => issues)),
        exchanges.flatMap(({ issues }, i) => issues.map(() => prices[i])),
      ];
      const used = new Set((await database.runBatch<{ n: number }>('artifact-exchange', sql.exchange, values)).map(({ n }) => n));
      return prices.map((price) => price === null || used.has(price));
    });
  }

  find(contextId: ContextId, kind: string, id: string): Promise<Artifact | undefined> {
    return this.#finds.add({ contextId, kind, id });
  }

  /** Keeps or replaces. */
  save(save: ArtifactSave): Promise<void> {
    return this.#saves.add(save);
  }

  /** @returns false for all but the first who uses the artifact up, whatever the number of processes that try (RFC 6749 §4.1.2): nothing is issued then */
  exchange(exchange: Exchange): Promise<boolean> {
    return this.#exchanges.add(exchange);
  }

  /** @returns false when the id was seen before (replay) */
  async insertOnce(contextId: ContextId, kind: string, id: string, payload: Record<string, unknown>, expiresAt: Date): Promise<boolean> {
    const rows = await this.#database.run('artifact-insert-once', sql.insertOnce, [
      contextId,
      kind,
      hashToken(id),
      jsonText(payload),
      expiresAt,
    ]);
    return rows.length === 1;
  }

  /** Moves the end of an artifact that was not used up. @param exp in seconds since the epoch */
  async prolong(contextId: ContextId, kind: string, id: string, exp: number): Promise<void> {
    await this.#database.run('artifact-prolong', sql.prolong, [contextId, kind, hashToken(id), exp]);
  }

  /** Notes that a device asked again. @returns whether it was too early: then the next pause has to be longer by `seconds` (RFC 8628 §3.5) */
  async notePoll(contextId: ContextId, deviceCode: string, pace: Pace): Promise<boolean> {
    const { seconds, longestSeconds, toleranceMs, now, expiresAt } = pace;
    const values = [contextId, hashToken(deviceCode), now.getTime(), seconds * 1000, expiresAt, longestSeconds * 1000, toleranceMs];
    const [row] = await this.#database.run<{ early: string }>('artifact-note-poll', sql.notePoll, values);
    return row?.early === 'true';
  }

  async findByUid(contextId: ContextId, kind: string, uid: string): Promise<Artifact | undefined> {
    const [row] = await this.#database.run<FoundRow>('artifact-by-uid', sql.byUid, [contextId, kind, uid]);
    return toArtifact(row);
  }

  async findByUserCode(contextId: ContextId, userCode: string): Promise<Artifact | undefined> {
    const [row] = await this.#database.run<FoundRow>('artifact-by-user-code', sql.byUserCode, [contextId, userCode]);
    return toArtifact(row);
  }

  async remove(contextId: ContextId, kind: string, id: string): Promise<void> {
    await this.#database.run('artifact-remove', sql.remove, [contextId, kind, hashToken(id)]);
  }

  /** The grant first: of an exchange at this moment the tokens are there by then, or it keeps none (`exchange`). */
  async removeByGrant(contextId: ContextId, grantId: string): Promise<void> {
    await this.remove(contextId, 'Grant', grantId);
    await this.#database.run('artifact-remove-by-grant', sql.removeByGrant, [contextId, hashToken(grantId)]);
  }
}
