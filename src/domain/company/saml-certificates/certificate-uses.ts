import { Cache } from '../../../platform/cache/index.ts';
import { run } from '../../../platform/database/index.ts';
import type { ApplicationId, Scope } from '../../scope.ts';

/** `ours`: what a partner was last answered with; `theirs`: what it last signed with. */
export type CertificateUse = { applicationId: ApplicationId; owner: 'ours' | 'theirs'; fingerprint: string; lastAt: Date };

/** An hour is fine enough to see whom a rollover still has to wait for, and spares a write at every sign-in. */
const noted = new Cache<true>({ name: 'saml_certificate_uses', max: 50_000, ttlMs: 3600 * 1000 });

const note = `INSERT INTO certificate_uses (context_id, application_id, owner, fingerprint, last_at) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (context_id, application_id, owner, fingerprint) DO UPDATE SET last_at = excluded.last_at`;

export async function recordCertificateUse({ db, contextId, clock }: Scope, use: Omit<CertificateUse, 'lastAt'>): Promise<void> {
  const key = `${contextId} ${use.applicationId} ${use.owner} ${use.fingerprint}`;
  if (noted.has(key)) return;
  await run(db, 'certificate use', note, [contextId, use.applicationId, use.owner, use.fingerprint, clock.now()]);
  noted.set(key, true);
}

export async function listCertificateUses({ db, contextId }: Scope): Promise<CertificateUse[]> {
  const rows = await db('certificate_uses').where('context_id', contextId).orderBy('last_at', 'desc');
  return rows.map((row) => ({ applicationId: row.application_id, owner: row.owner, fingerprint: row.fingerprint, lastAt: row.last_at }));
}
