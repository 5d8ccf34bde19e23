import { generateKeyPair, randomBytes, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import { notifyChange } from '../../../platform/database/index.ts';
import { AppError, notFound } from '../../../platform/errors/index.ts';
import { createCertificate } from '../../../platform/saml/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { type Transaction, useCase } from '../../scope.ts';
import { lockContext } from '../contexts/index.ts';
import {
  type CertificateAlg,
  type CertificateStatus,
  deleteCertificate,
  insertCertificate,
  listCertificates,
  type SamlCertificate,
  updateStatus,
} from './store.ts';

const generate = promisify(generateKeyPair);
const yearMs = 365 * 24 * 3600 * 1000;
/** Partners pin certificates by hand: a change is an errand for two administrators, so it comes seldom and announced. */
const lifetimeMs = 5 * yearMs;

/** The first certificates of a context. @param commonName what partners' administrators see */
export const createSamlCertificates = useCase(async (scope, commonName: string): Promise<void> => {
  for (const alg of ['RS256', 'ES256'] as const) await addCertificate(scope, alg, 'signing', commonName);
});

/** First stage of a rollover: the new certificate is in the metadata and on the connection pages, and signs nothing yet. @throws AppError certificate_waiting when there already is one */
export const publishCertificate = useCase(async (scope, alg: CertificateAlg, commonName: string): Promise<SamlCertificate> => {
  await lockContext(scope);
  if ((await listCertificates(scope)).some((one) => one.alg === alg && one.status === 'published'))
    throw new AppError('certificate_waiting', 409);
  const added = await addCertificate(scope, alg, 'published', commonName);
  await notifyChange(scope.db, scope.contextId);
  return added;
});

/** Second stage: the published certificate signs from now on, the one before retires. @throws AppError not_found */
export const startSigningWith = useCase(async (scope, fingerprint: string): Promise<void> => {
  await lockContext(scope);
  const next = (await listCertificates(scope)).find((one) => one.fingerprint === fingerprint && one.status === 'published');
  if (!next) throw notFound();
  await updateStatus(scope, { alg: next.alg, status: 'signing' }, 'retired');
  await updateStatus(scope, { alg: next.alg, fingerprint }, 'signing');
  await record(scope, 'saml-certificate.signing', next);
  await notifyChange(scope.db, scope.contextId);
});

/** Last stage: a retired certificate and its key are deleted. @throws AppError not_found */
export const removeCertificate = useCase(async (scope, fingerprint: string): Promise<void> => {
  const old = (await listCertificates(scope)).find((one) => one.fingerprint === fingerprint);
  if (!old || (await deleteCertificate(scope, fingerprint)) === 0) throw notFound();
  await record(scope, 'saml-certificate.removed', old);
});

async function addCertificate(
  scope: Transaction,
  alg: CertificateAlg,
  status: CertificateStatus,
  commonName: string,
): Promise<SamlCertificate> {
  const now = scope.clock.now();
  const { privateKey, publicKey } =
    alg === 'ES256' ? await generate('ec', { namedCurve: 'P-256' }) : await generate('rsa', { modulusLength: 2048 });
  const notAfter = new Date(now.getTime() + lifetimeMs);
  const pem = createCertificate(privateKey, publicKey, alg, { commonName, notBefore: now, notAfter, serialNumber: randomBytes(15) });
  const certificate: SamlCertificate = {
    fingerprint: new X509Certificate(pem).fingerprint256,
    alg,
    status,
    certificate: pem,
    notAfter,
    createdAt: now,
    signingSince: status === 'signing' ? now : undefined,
  };
  await insertCertificate(scope, certificate, privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
  await record(scope, 'saml-certificate.created', certificate);
  return certificate;
}

const record = (
  scope: Transaction,
  type: 'saml-certificate.created' | 'saml-certificate.signing' | 'saml-certificate.removed',
  { alg, fingerprint, notAfter }: SamlCertificate,
) =>
  recordEvent(scope, {
    type,
    subject: { kind: 'saml-certificate', name: `${alg} ${fingerprint.slice(0, 23)}…` },
    details: { fingerprint, notAfter },
  });
