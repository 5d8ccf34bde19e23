import { createPrivateKey, generateKeyPair, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import type { SealedColumn } from '../../../platform/crypto/index.ts';
import { notifyChange } from '../../../platform/database/index.ts';
import { createCertificate } from '../../../platform/saml/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import type { Row } from '../../rows.ts';
import { inTransaction, type Scope, type Transaction } from '../../scope.ts';
import { lockContext } from '../contexts/index.ts';

/** What a company's metadata is signed with, and nothing else (metadata §3). Partners pin it by hand, so it outlives every signing certificate. */
export type MetadataCertificate = {
  /** SHA-256 of the DER, as X509Certificate.fingerprint256 writes it. */
  fingerprint: string;
  /** PEM */
  certificate: string;
  notAfter: Date;
};

const generate = promisify(generateKeyPair);
/** Nobody can be told of the next one by the document that it signs. */
const lifetimeMs = 20 * 365 * 24 * 3600 * 1000;

const purpose = (contextId: string, fingerprint: string): string => `saml-metadata-key:${contextId}:${fingerprint}`;

export const sealedMetadataKeys: SealedColumn = {
  table: 'metadata_certificates',
  column: 'private_key_encrypted',
  by: ['context_id', 'fingerprint'],
  purposeOf: ({ context_id, fingerprint }) => purpose(context_id!, fingerprint!),
};

const own = ({ db, contextId }: Scope) => db('metadata_certificates').where('context_id', contextId);
const fromRow = ({ fingerprint, certificate, not_after }: Row<'metadata_certificates'>): MetadataCertificate => ({
  fingerprint,
  certificate,
  notAfter: not_after,
});

/** The company's, made when it is first needed. @param commonName what partners' administrators see */
export async function getMetadataCertificate(scope: Scope, commonName: string): Promise<MetadataCertificate> {
  const found = await own(scope).first();
  if (found) return fromRow(found);
  const made = await make(scope, commonName);
  return inTransaction({ ...scope, actor: { kind: 'system', name: 'saml' } }, async (inside) => {
    await lockContext(inside);
    const row = await own(inside).first(); // another process may have been first
    return row ? fromRow(row) : add(inside, made);
  });
}

/** Whoever pinned the one before has to be told first: they refuse our metadata from now on. */
export async function replaceMetadataCertificate(scope: Scope, commonName: string): Promise<MetadataCertificate> {
  const made = await make(scope, commonName);
  return inTransaction(scope, async (inside) => {
    await lockContext(inside);
    const before = await own(inside).first();
    await own(inside).delete();
    if (before) await record(inside, 'saml-certificate.removed', fromRow(before));
    const added = await add(inside, made);
    await notifyChange(inside.db, inside.contextId);
    return added;
  });
}

export async function loadMetadataSigner(scope: Scope, commonName: string): Promise<{ certificate: MetadataCertificate; key: KeyObject }> {
  await getMetadataCertificate(scope, commonName);
  const row = (await own(scope).first())!;
  const pem = scope.keyRing.decrypt(row.private_key_encrypted, purpose(scope.contextId, row.fingerprint)).toString();
  return { certificate: fromRow(row), key: createPrivateKey(pem) };
}

type Made = MetadataCertificate & { privateKey: string };

/** A good part of a second: before the transaction. */
async function make({ clock }: Scope, commonName: string): Promise<Made> {
  const notBefore = clock.now();
  const notAfter = new Date(notBefore.getTime() + lifetimeMs);
  const { privateKey, publicKey } = await generate('rsa', { modulusLength: 3072 });
  const subject = { commonName: `${commonName.slice(0, 50)} (metadata)`, notBefore, notAfter, serialNumber: randomBytes(15) };
  const certificate = createCertificate(privateKey, publicKey, 'RS256', subject);
  const { fingerprint256: fingerprint } = new X509Certificate(certificate);
  return { fingerprint, certificate, notAfter, privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string };
}

async function add(scope: Transaction, { privateKey, ...certificate }: Made): Promise<MetadataCertificate> {
  await scope.db('metadata_certificates').insert({
    context_id: scope.contextId,
    fingerprint: certificate.fingerprint,
    certificate: certificate.certificate,
    private_key_encrypted: scope.keyRing.encrypt(privateKey, purpose(scope.contextId, certificate.fingerprint)),
    not_after: certificate.notAfter,
    created_at: scope.clock.now(),
  });
  await record(scope, 'saml-certificate.created', certificate);
  return certificate;
}

const record = (
  scope: Transaction,
  type: 'saml-certificate.created' | 'saml-certificate.removed',
  { fingerprint, notAfter }: MetadataCertificate,
) =>
  recordEvent(scope, {
    type,
    subject: { kind: 'saml-certificate', name: `metadata ${fingerprint.slice(0, 23)}…` },
    details: { fingerprint, notAfter },
  });
