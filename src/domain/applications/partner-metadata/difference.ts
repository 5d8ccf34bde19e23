import { createHash, X509Certificate } from 'node:crypto';
import type { SamlInput, SamlSettings } from '../applications/index.ts';

/** What is taken from metadata; a change of any of it changes whom we believe, or where answers go. */
export type MetadataFacts = Pick<
  SamlInput,
  'entityId' | 'assertionConsumerServices' | 'singleLogoutServices' | 'signingCertificates' | 'encryptionCertificate'
>;

/** One line of what an administrator decides on, as a person reads it. */
export type Difference = { what: 'acs' | 'slo' | 'signing-certificate' | 'encryption-certificate'; added: string[]; removed: string[] };

const certificate = (pem: string): string => {
  const { subject, validTo, fingerprint256 } = new X509Certificate(pem);
  return `${subject.replaceAll('\n', ', ')} · ${validTo} · ${fingerprint256}`;
};

/** Compares what stands with what was found; empty when they say the same. */
export function differences(current: SamlSettings | MetadataFacts, found: MetadataFacts): Difference[] {
  const aspects: [Difference['what'], (facts: MetadataFacts) => string[]][] = [
    [
      'acs',
      (facts) =>
        facts.assertionConsumerServices.map(({ url, index, isDefault, binding }) =>
          [index ?? 0, binding, url, isDefault && '*'].filter((part) => part !== undefined && part !== false).join(' '),
        ),
    ],
    [
      'slo',
      (facts) =>
        (facts.singleLogoutServices ?? []).map(({ binding, url, responseUrl }) => [binding, url, responseUrl].filter(Boolean).join(' ')),
    ],
    ['signing-certificate', (facts) => (facts.signingCertificates ?? []).map(certificate)],
    ['encryption-certificate', (facts) => (facts.encryptionCertificate ? [certificate(facts.encryptionCertificate)] : [])],
  ];
  return aspects
    .map(([what, read]) => {
      const [before, after] = [read(current), read(found)];
      return { what, added: after.filter((one) => !before.includes(one)), removed: before.filter((one) => !after.includes(one)) };
    })
    .filter(({ added, removed }) => added.length + removed.length > 0);
}

/** All of them, those that are no more among them: what the partner dropped is dropped. */
export const factsToApply = (facts: MetadataFacts): MetadataFacts => ({
  entityId: facts.entityId,
  assertionConsumerServices: facts.assertionConsumerServices,
  singleLogoutServices: facts.singleLogoutServices ?? [],
  signingCertificates: facts.signingCertificates ?? [],
  encryptionCertificate: facts.encryptionCertificate,
});

/** Tells one proposal from another between the page and the click. */
export const digestOf = (facts: MetadataFacts): string =>
  createHash('sha256')
    .update(JSON.stringify(factsToApply(facts)))
    .digest('base64url');
