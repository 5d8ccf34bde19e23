import { hashToken } from '../../platform/crypto/index.ts';
import { Batcher, type Database, jsonText } from '../../platform/database/index.ts';
import { type ContextId, isId } from '../scope.ts';

type Payload = Record<string, unknown>;

/** With a token come the grant it belongs to and the session it is bound to: whoever reads it asks for them next. */
export type Artifact = { payload: Payload; consumedAt?: Date; grant?: Payload; session?: Payload };
type Key = { contextId: ContextId; kind: string; id: string };
/** `index` has what a row is found by, when the payload itself is sealed. */
type Save = Key & { payload: Record<string, unknown>; index: Record<string, unknown>; expiresAt: Date | undefined };
type FoundRow = { n: number; payload: Payload; consumed_at: Date | null; grant_payload?: Payload | null; session_payload?: Payload | null };

// The id is the bearer token itself: the store has only its hash (S-law 7), and batches keep one round trip and one flush to disk for many requests.
const keys = 'unnest($1::uuid[], $2::text[], $3::bytea[]) WITH ORDINALITY AS k (context_id, kind, id_hash, n)';

const notExpired = (alias: string) => `(${alias}.expires_at IS NULL OR ${alias}.expires_at > now())`;

// A session artifact follows ours (its uid is our session's id): when ours has ended it cannot be found.
const sessionLives = (alias: string) => `(${alias}.account_id IS NULL OR EXISTS (SELECT 1 FROM sessions o
  WHERE o.context_id = ${alias}.context_id AND o.session_id = ${alias}.session_id AND o.ended_at IS NULL AND o.expires_at > now()))`;

// Two tabs may open two applications at once: what each adds to the session stays.
const merged = `CASE WHEN excluded.kind = 'Session' THEN excluded.payload || jsonb_build_object('authorizations',
  COALESCE(oidc_artifacts.payload -> 'authorizations', '{}') || COALESCE(excluded.payload -> 'authorizations', '{}')) ELSE excluded.payload END`;

const sql = {
  find: `SELECT k.n::int AS n, a.payload, a.consumed_at, g.payload AS grant_payload, s.payload AS session_payload FROM ${keys}
    JOIN oidc_artifacts a ON a.context_id = k.context_id AND a.kind = k.kind AND a.id_hash = k.id_hash
    LEFT JOIN oidc_artifacts g ON g.context_id = a.context_id AND g.kind = 'Grant' AND g.id_hash = a.grant_key AND ${notExpired('g')}
    LEFT JOIN oidc_artifacts s ON a.payload ->> 'expiresWithSession' = 'true' AND s.context_id = a.context_id AND s.kind = 'Session'
      AND s.uid = a.payload ->> 'sessionUid' AND ${notExpired('s')} AND ${sessionLives('s')}
    WHERE ${notExpired('a')} AND (a.kind <> 'Session' OR ${sessionLives('a')})`,
  save: `INSERT INTO oidc_artifacts (context_id, kind, id_hash, payload, grant_key, uid, session_id, user_code, account_id, expires_at)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::jsonb[], $5::bytea[], $6::text[], $7::uuid[], $8::text[], $9::uuid[], $10::timestamptz[])
    ON CONFLICT (context_id, kind, id_hash) DO UPDATE SET payload = ${merged}, grant_key = excluded.grant_key, uid = excluded.uid, session_id = excluded.session_id,
      user_code = excluded.user_code, account_id = excluded.account_id, expires_at = excluded.expires_at`,
  consume: `UPDATE oidc_artifacts a SET consumed_at = now() FROM ${keys}
    WHERE a.context_id = k.context_id AND a.kind = k.kind AND a.id_hash = k.id_hash AND a.consumed_at IS NULL RETURNING k.n::int AS n`,
  insertOnce: `INSERT INTO oidc_artifacts AS a (context_id, kind, id_hash, payload, expires_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (context_id, kind, id_hash) DO UPDATE SET expires_at = excluded.expires_at WHERE a.expires_at < now() RETURNING 1 AS n`,
  byUid: `SELECT a.payload, a.consumed_at FROM oidc_artifacts a WHERE a.context_id = $1 AND a.kind = $2 AND a.uid = $3
    AND ${notExpired('a')} AND (a.kind <> 'Session' OR ${sessionLives('a')}) ORDER BY a.expires_at DESC LIMIT 1`,
  byUserCode:
    'SELECT payload, consumed_at FROM oidc_artifacts a WHERE context_id = $1 AND user_code = $2 AND (expires_at IS NULL OR expires_at > now())',
  remove: 'DELETE FROM oidc_artifacts WHERE context_id = $1 AND kind = $2 AND id_hash = $3',
  removeByGrant: 'DELETE FROM oidc_artifacts WHERE context_id = $1 AND grant_key = $2',
};

const keyColumns = (requests: Key[]) => [
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
function keepLast(kept: Map<string, Save>, save: Save): Map<string, Save> {
  const key = `${save.contextId} ${save.kind} ${save.id}`;
  const earlier = kept.get(key);
  const authorizations = {
    ...(earlier?.payload.authorizations as object | undefined),
    ...(save.payload.authorizations as object | undefined),
  };
  return kept.set(key, earlier && save.kind === 'Session' ? { ...save, payload: { ...save.payload, authorizations } } : save);
}

export class ArtifactStore {
  readonly #database: Database;
  readonly #finds: Batcher<Key, Artifact | undefined>;
  readonly #saves: Batcher<Save, void>;
  readonly #consumes: Batcher<Key, boolean>;

  constructor(database: Database) {
    this.#database = database;
    this.#finds = new Batcher(async (requests) => {
      const found: (Artifact | undefined)[] = new Array(requests.length).fill(undefined);
      for (const row of await database.run<FoundRow>('artifact-find', sql.find, keyColumns(requests))) found[row.n - 1] = toArtifact(row);
      return found;
    });
    this.#saves = new Batcher<Save, void>(async (requests) => {
      const last = [...requests.reduce(keepLast, new Map<string, Save>()).values()];
      await database.run('artifact-save', sql.save, [
        ...keyColumns(last),
        last.map((r) => jsonText(r.payload)),
        last.map((r) =>
          typeof r.index.grantId === 'string' && r.kind !== 'Session' && r.kind !== 'Interaction' ? hashToken(r.index.grantId) : null,
        ),
        last.map((r) => text(r.index.uid)),
        last.map((r) => (isId(r.index.uid) ? r.index.uid : null)),
        last.map((r) => text(r.index.userCode)),
        last.map((r) => text(r.index.accountId)),
        last.map((r) => r.expiresAt ?? null),
      ]);
      return requests.map(() => undefined);
    });
    this.#consumes = new Batcher(async (requests) => {
      const rows = await database.run<{ n: number }>('artifact-consume', sql.consume, keyColumns(requests));
      const consumed = new Set(rows.map((row) => row.n - 1));
      return requests.map((_, index) => consumed.has(index));
    });
  }

  find(contextId: ContextId, kind: string, id: string): Promise<Artifact | undefined> {
    return this.#finds.add({ contextId, kind, id });
  }

  save(
    contextId: ContextId,
    kind: string,
    id: string,
    payload: Record<string, unknown>,
    expiresAt: Date | undefined,
    index = payload,
  ): Promise<void> {
    return this.#saves.add({ contextId, kind, id, payload, index, expiresAt });
  }

  /** @returns false for all but the first, whatever the number of processes that try (RFC 6749 §4.1.2) */
  consume(contextId: ContextId, kind: string, id: string): Promise<boolean> {
    return this.#consumes.add({ contextId, kind, id });
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

  async removeByGrant(contextId: ContextId, grantId: string): Promise<void> {
    await this.#database.run('artifact-remove-by-grant', sql.removeByGrant, [contextId, hashToken(grantId)]);
  }
}
