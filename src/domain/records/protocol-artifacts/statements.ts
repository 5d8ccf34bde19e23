import { byKey } from '../../../platform/database/index.ts';

// The id is the bearer token itself: the store has only its hash (law 7), and batches keep one round trip and one flush to disk for many requests.
const keys = 'unnest($1::uuid[], $2::text[], $3::bytea[]) WITH ORDINALITY AS k (context_id, kind, id_hash, n)';

const columns = 'context_id, kind, id_hash, payload, grant_key, uid, session_id, user_code, account_id, expires_at';

/** Rows to keep, a column an array, from the parameter `from` on. */
const rows = (from: number, more: string[] = []) => {
  const types = ['uuid', 'text', 'bytea', 'jsonb', 'bytea', 'text', 'uuid', 'text', 'uuid', 'timestamptz', ...more];
  return `unnest(${types.map((type, index) => `$${from + index}::${type}[]`).join(', ')})`;
};

const notExpired = (alias: string) => `(${alias}.expires_at IS NULL OR ${alias}.expires_at > now())`;

// A session artifact follows ours (its uid is our session's id): when ours has ended it cannot be found.
const sessionLives = (
  alias: string,
) => `(${alias}.account_id IS NULL OR (SELECT CASE WHEN o.ended_at IS NULL THEN o.expires_at END FROM sessions o
  WHERE o.context_id = ${alias}.context_id AND o.session_id = ${alias}.session_id) > now())`;

// Two tabs may open two applications at once: what each adds to the session stays.
const merged = `CASE WHEN excluded.kind = 'Session' THEN excluded.payload || jsonb_build_object('authorizations',
  COALESCE(oidc_artifacts.payload -> 'authorizations', '{}') || COALESCE(excluded.payload -> 'authorizations', '{}')) ELSE excluded.payload END`;

export const statements = {
  /** With a token its grant and, if it is bound to one, its session. */
  find: `SELECT k.n::int AS n, a.payload, a.consumed_at, g.payload AS grant_payload, s.payload AS session_payload FROM ${keys}
    JOIN ${byKey('oidc_artifacts', 'a', { context_id: 'k.context_id', kind: 'k.kind', id_hash: 'k.id_hash' })}
      ON ${notExpired('a')} AND (a.kind <> 'Session' OR ${sessionLives('a')})
    LEFT JOIN ${byKey('oidc_artifacts', 'g', { context_id: 'a.context_id', kind: '$4', id_hash: 'a.grant_key' })} ON ${notExpired('g')}
    LEFT JOIN ${byKey('oidc_artifacts', 's', { context_id: 'a.context_id', kind: '$5', uid: "a.payload ->> 'sessionUid'" })}
      ON a.payload ->> 'expiresWithSession' = 'true' AND ${notExpired('s')} AND ${sessionLives('s')}`,
  save: `INSERT INTO oidc_artifacts (${columns}) SELECT * FROM ${rows(1)}
    ON CONFLICT (context_id, kind, id_hash) DO UPDATE SET payload = ${merged}, grant_key = excluded.grant_key, uid = excluded.uid, session_id = excluded.session_id,
      user_code = excluded.user_code, account_id = excluded.account_id, expires_at = excluded.expires_at`,
  // What is bought with a code or token is kept only if it is this statement that used it up (RFC 6749 §4.1.2): one flush to disk for both. And tokens only if their grant
  // is still there, which is held until they are: a revocation at this moment comes before them, or finds them.
  exchange: `WITH used AS (UPDATE oidc_artifacts a SET consumed_at = now() FROM ${keys}
      WHERE a.context_id = k.context_id AND a.kind = k.kind AND a.id_hash = k.id_hash AND a.consumed_at IS NULL RETURNING k.n::int AS n),
    issued AS MATERIALIZED (SELECT * FROM ${rows(4, ['int'])} AS r (${columns}, price)),
    living AS MATERIALIZED (SELECT g.context_id, g.id_hash FROM issued i, LATERAL (SELECT context_id, id_hash FROM oidc_artifacts
      WHERE context_id = i.context_id AND kind = 'Grant' AND id_hash = i.grant_key FOR KEY SHARE) g WHERE i.grant_key IS NOT NULL),
    kept AS (INSERT INTO oidc_artifacts (${columns}) SELECT ${columns} FROM issued i
      WHERE (price IS NULL OR price IN (SELECT n FROM used)) AND (grant_key IS NULL OR kind NOT IN ('AccessToken', 'RefreshToken', 'RefreshAnswer')
        OR EXISTS (SELECT 1 FROM living l WHERE l.context_id = i.context_id AND l.id_hash = i.grant_key)))
    SELECT n FROM used`,
  /** Its end is in the payload as well, in seconds since the epoch. */
  prolong: `UPDATE oidc_artifacts SET payload = payload || jsonb_build_object('exp', $4::bigint), expires_at = to_timestamp($4)
    WHERE context_id = $1 AND kind = $2 AND id_hash = $3 AND consumed_at IS NULL`,
  insertOnce: `INSERT INTO oidc_artifacts AS a (context_id, kind, id_hash, payload, expires_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (context_id, kind, id_hash) DO UPDATE SET expires_at = excluded.expires_at WHERE a.expires_at < now() RETURNING 1 AS n`,
  // The pause that is demanded grows with each question that comes too early (RFC 8628 §3.5). $4, $6 and $7 in milliseconds
  notePoll: `INSERT INTO oidc_artifacts AS a (context_id, kind, id_hash, payload, expires_at)
    VALUES ($1, 'DevicePoll', $2, jsonb_build_object('at', $3::bigint, 'pause', $4::bigint, 'early', false), $5)
    ON CONFLICT (context_id, kind, id_hash) DO UPDATE SET payload = CASE WHEN $3 < (a.payload ->> 'at')::bigint + (a.payload ->> 'pause')::bigint - $7
      THEN jsonb_build_object('at', $3, 'pause', LEAST((a.payload ->> 'pause')::bigint + $4, $6::bigint), 'early', true)
      ELSE a.payload || jsonb_build_object('at', $3, 'early', false) END RETURNING payload ->> 'early' AS early`,
  byUid: `SELECT a.payload, a.consumed_at FROM ${byKey('oidc_artifacts', 'a', { context_id: '$1', kind: '$2', uid: '$3' })}
    WHERE ${notExpired('a')} AND (a.kind <> 'Session' OR ${sessionLives('a')}) ORDER BY a.expires_at DESC LIMIT 1`,
  byUserCode: `SELECT payload, consumed_at FROM oidc_artifacts a WHERE context_id = $1 AND user_code = $2 AND ${notExpired('a')}`,
  remove: 'DELETE FROM oidc_artifacts WHERE context_id = $1 AND kind = $2 AND id_hash = $3',
  removeByGrant: 'DELETE FROM oidc_artifacts WHERE context_id = $1 AND grant_key = $2',
};
