import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { SealedColumn } from '../../../platform/crypto/index.ts';
import { type Database, run } from '../../../platform/database/index.ts';
import type { Row } from '../../rows.ts';
import type { Scope, Transaction } from '../../scope.ts';

export type CertificateStatus = 'published' | 'signing' | 'retired';
export type CertificateAlg = 'RS256' | 'ES256';
export type SamlCertificate = {
  /** SHA-256 of the DER, as X509Certificate.fingerprint256 writes it. */
  fingerprint: string;
  alg: CertificateAlg;
  status: CertificateStatus;
  /** PEM */
  certificate: string;
  notAfter: Date;
  createdAt: Date;
  signingSince?: Date;
  retiredAt?: Date;
};

const purpose = (contextId: string, fingerprint: string): string => `saml-key:${contextId}:${fingerprint}`;

export const sealedCertificateKeys: SealedColumn = {
  table: 'saml_certificates',
  column: 'private_key_encrypted',
  by: ['context_id', 'fingerprint'],
  purposeOf: ({ context_id, fingerprint }) => purpose(context_id!, fingerprint!),
};

const fromRow = (row: Row<'saml_certificates'>): SamlCertificate => ({
  fingerprint: row.fingerprint,
  alg: row.alg,
  status: row.status,
  certificate: row.certificate,
  notAfter: row.not_after,
  createdAt: row.created_at,
  signingSince: row.signing_since ?? undefined,
  retiredAt: row.retired_at ?? undefined,
});

const certificates = ({ db, contextId }: Scope) => db('saml_certificates').where('saml_certificates.context_id', contextId);

/** Of all companies, of those that are in use or will be. @returns undefined where none will end */
export async function findNextCertificateEnd(database: Database, now: Date): Promise<Date | undefined> {
  const [row] = await database.run<{ at: Date }>(
    'next certificate end',
    "SELECT not_after AS at FROM saml_certificates WHERE status <> 'retired' AND not_after > $1 ORDER BY not_after LIMIT 1",
    [now],
  );
  return row?.at;
}

export async function listCertificates(scope: Scope): Promise<SamlCertificate[]> {
  const rows = await certificates(scope).orderByRaw(
    "alg DESC, array_position(ARRAY['signing', 'published', 'retired'], status), created_at DESC",
  );
  return rows.map(fromRow);
}

/** From now on administrators are warned: on pages, by doctor and by mail. */
export const warningDays = 60;

export const endsSoon = (notAfter: Date, now: Date): boolean => notAfter.getTime() - now.getTime() < warningDays * 24 * 3600 * 1000;

/** Those that partners should trust, the signing ones first. */
export const listPublishedCertificates = async (scope: Scope): Promise<SamlCertificate[]> =>
  (await listCertificates(scope))
    .filter(({ status }) => status !== 'retired')
    .sort((a, b) => Number(b.status === 'signing') - Number(a.status === 'signing'));

const signer = `SELECT fingerprint, alg, status, certificate, private_key_encrypted, not_after, created_at, signing_since, retired_at
  FROM saml_certificates WHERE context_id = $1 AND alg = $2 AND status = 'signing' LIMIT 1`;

/** @throws Error when the context has none: it was made with them */
export async function loadSigner(scope: Scope, alg: CertificateAlg): Promise<{ certificate: SamlCertificate; key: KeyObject }> {
  const { rows } = await run<Row<'saml_certificates'>>(scope.db, 'saml signer', signer, [scope.contextId, alg]);
  const [row] = rows;
  if (!row) throw new Error(`the context has no ${alg} certificate that signs`);
  const pem = scope.keyRing.decrypt(row.private_key_encrypted, purpose(scope.contextId, row.fingerprint)).toString();
  return { certificate: fromRow(row), key: createPrivateKey(pem) };
}

export async function insertCertificate(scope: Transaction, certificate: SamlCertificate, privateKey: string): Promise<void> {
  await scope.db('saml_certificates').insert({
    context_id: scope.contextId,
    fingerprint: certificate.fingerprint,
    alg: certificate.alg,
    status: certificate.status,
    certificate: certificate.certificate,
    private_key_encrypted: scope.keyRing.encrypt(privateKey, purpose(scope.contextId, certificate.fingerprint)),
    not_after: certificate.notAfter,
    created_at: certificate.createdAt,
    signing_since: certificate.signingSince ?? null,
  });
}

export async function updateStatus(
  scope: Transaction,
  where: { alg: CertificateAlg; status?: CertificateStatus; fingerprint?: string },
  status: CertificateStatus,
): Promise<void> {
  const now = scope.clock.now();
  await certificates(scope)
    .where(where)
    .update({ status, ...(status === 'signing' ? { signing_since: now } : status === 'retired' ? { retired_at: now } : {}) });
}

export const deleteCertificate = (scope: Transaction, fingerprint: string): Promise<number> =>
  certificates(scope).where({ fingerprint, status: 'retired' }).delete();
