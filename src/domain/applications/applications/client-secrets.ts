import { type KeyRing, safeEqual } from '../../../platform/crypto/index.ts';
import { type Database, run } from '../../../platform/database/index.ts';
import { whole } from '../../../platform/errors/index.ts';
import type { ApplicationId, Scope } from '../../scope.ts';

/** The secret that the one in force has replaced: it goes on until `expires_at`, in seconds since the epoch. */
export type FormerSecret = { fingerprint: string; expires_at: number };

/** What is kept of a client's secrets: keyed fingerprints, and when each ends; 0 or none is never (RFC 7591 §3.2.1). */
export type KeptSecrets = { secret_fingerprint?: string; client_secret_expires_at?: number; former_secret?: FormerSecret };

export const secretEnd = whole(0, 253_402_300_799).optional();

/** What fingerprints of client secrets are made for. They cannot be made again: we do not have the secrets. */
export const fingerprintPurpose = 'client-secret';

export const fingerprintOf = (secret: string, keyRing: KeyRing): string => keyRing.fingerprint(secret, fingerprintPurpose)[0]!;

/** In constant time, under every master key of the ring. */
export function matchesClientSecret(fingerprint: string, secret: string, keyRing: KeyRing): boolean {
  return keyRing.fingerprint(secret, fingerprintPurpose).reduce((found, candidate) => safeEqual(candidate, fingerprint) || found, false);
}

/**
 * What becomes of the secret before: it goes on until `until` at most where it is replaced now, and ends no later than it would have. 0 ends it.
 * @param until in seconds since the epoch; undefined leaves the former secret as it is, and ends one that is replaced now
 */
export function formerSecret(kept: KeptSecrets | undefined, isReplaced: boolean, until: number | undefined): FormerSecret | undefined {
  const former = isReplaced
    ? kept?.secret_fingerprint && {
        fingerprint: kept.secret_fingerprint,
        expires_at: kept.client_secret_expires_at || Number.POSITIVE_INFINITY,
      }
    : kept?.former_secret;
  const end = isReplaced ? (until ?? 0) : (until ?? Number.POSITIVE_INFINITY);
  return former && end > 0 ? { ...former, expires_at: Math.min(end, former.expires_at) } : undefined;
}

/** Settings as a form or a file says them: without what is kept of secrets. */
export function withoutSecrets<Settings extends KeptSecrets>(settings: Settings): Omit<Settings, 'secret_fingerprint' | 'former_secret'> {
  const { secret_fingerprint: _, former_secret: _f, ...rest } = settings;
  return rest;
}

/** @returns undefined for a secret that does not end, or none */
export const secretExpiry = (settings: KeptSecrets | undefined): Date | undefined =>
  settings?.client_secret_expires_at ? new Date(settings.client_secret_expires_at * 1000) : undefined;

/** Of all companies. @returns undefined where no secret will end */
export async function findNextSecretEnd(database: Database, now: Date): Promise<Date | undefined> {
  const [row] = await database.run<{ at: number }>(
    'next secret end',
    `SELECT (oidc ->> 'client_secret_expires_at')::numeric::float8 AS at FROM applications
     WHERE enabled AND (oidc ->> 'client_secret_expires_at')::numeric > 0 AND (oidc ->> 'client_secret_expires_at')::numeric > $1 ORDER BY (oidc ->> 'client_secret_expires_at')::numeric LIMIT 1`,
    [Math.floor(now.getTime() / 1000)],
  );
  return row && new Date(row.at * 1000);
}

const noteUse = `INSERT INTO client_secret_uses (context_id, application_id, fingerprint, last_at) VALUES ($1, $2, $3, $4)
  ON CONFLICT (context_id, application_id, fingerprint) DO UPDATE SET last_at = excluded.last_at`;

export async function recordSecretUse({ db, contextId, clock }: Scope, applicationId: ApplicationId, fingerprint: string): Promise<void> {
  await run(db, 'client secret use', noteUse, [contextId, applicationId, fingerprint, clock.now()]);
}

/** When each application last proved itself by a secret. */
export async function listLastSecretUses({ db, contextId }: Scope): Promise<Map<ApplicationId, Date>> {
  const { rows } = await db.raw<{ rows: { id: ApplicationId; at: Date }[] }>(
    'SELECT application_id AS id, max(last_at) AS at FROM client_secret_uses WHERE context_id = ? GROUP BY application_id',
    [contextId],
  );
  return new Map(rows.map(({ id, at }) => [id, at]));
}

/** When each secret was used last, by its fingerprint, to the hour. */
export async function listSecretUses({ db, contextId }: Scope, applicationId: ApplicationId): Promise<Map<string, Date>> {
  const rows = await db('client_secret_uses').where({ context_id: contextId, application_id: applicationId });
  return new Map(rows.map(({ fingerprint, last_at }) => [fingerprint, last_at]));
}
