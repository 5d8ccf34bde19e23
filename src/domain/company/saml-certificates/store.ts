import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { SealedColumn } from '../../../platform/crypto/index.ts';
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

/** @throws Error when the context has none: it was made with them */
export async function loadSigner(scope: Scope, alg: CertificateAlg): Promise<{ certificate: SamlCertificate; key: KeyObject }> {
  const row = await certificates(scope).where({ alg, status: 'signing' }).first();
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
