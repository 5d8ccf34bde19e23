import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { invalidInput, parseInput } from '../../../platform/errors/index.ts';
import {
  attributeNameFormat,
  blockCiphers,
  type NameIdFormat,
  nameIdFormat,
  pemOf,
  readSpMetadata,
  SamlFault,
  type SpMetadata,
  signingAlgorithms,
} from '../../../platform/saml/index.ts';
import { isRedirectUri } from './oidc-settings.ts';
import { sourceField } from './source-field.ts';

const keysOf = <T extends object>(object: T) => Object.keys(object) as [keyof T & string, ...(keyof T & string)[]];

const webUri = z.string().refine((value) => /^https?:/.test(value) && isRedirectUri(value), 'fields.web_uri');
const entityId = z
  .string()
  .trim()
  .min(1, 'fields.entity_id')
  .max(1024, 'fields.entity_id')
  .refine((value) => !/[\p{C}\s]/u.test(value), 'fields.entity_id');

/** @param kinds of key that we can use for it */
const certificate = (...kinds: ('rsa' | 'ec')[]) =>
  z.string().transform((text, ctx) => {
    const refuse = (message: string) => {
      ctx.addIssue({ code: 'custom', message });
      return z.NEVER;
    };
    try {
      const pem = pemOf(text);
      const { asymmetricKeyType: kind, asymmetricKeyDetails: details } = new X509Certificate(pem).publicKey;
      if (!kinds.some((one) => one === kind)) return refuse('fields.certificate_kind');
      return kind === 'rsa' && (details?.modulusLength ?? 0) < 2048 ? refuse('fields.certificate_weak') : pem;
    } catch {
      return refuse('fields.certificate');
    }
  });

const attribute = z
  .strictObject({
    name: z.string().trim().min(1).max(500),
    nameFormat: z.enum(keysOf(attributeNameFormat)).default('basic'),
    friendlyName: z.string().max(200).optional(),
    from: sourceField.optional(),
    value: z.string().max(1000).optional(),
  })
  .refine(({ from, value }) => (from === undefined) !== (value === undefined), 'fields.attribute_source');

/** Those without an index get the next that is free. */
function withIndexes<T extends { index?: number }>(services: T[]): (T & { index: number })[] {
  const taken = new Set(services.map(({ index }) => index));
  let next = 0;
  return services.map((service) => {
    if (service.index !== undefined) return { ...service, index: service.index };
    while (taken.has(next)) next++;
    return { ...service, index: next++ };
  });
}

const schema = z.strictObject({
  entityId,
  assertionConsumerServices: z
    .array(z.strictObject({ url: webUri, index: z.number().int().min(0).max(65_535).optional(), isDefault: z.boolean().default(false) }))
    .min(1, 'fields.acs_missing')
    .max(50)
    .transform(withIndexes)
    .refine((services) => new Set(services.map(({ index }) => index)).size === services.length, 'fields.acs_index'),
  singleLogoutServices: z
    .array(z.strictObject({ binding: z.enum(['redirect', 'post']), url: webUri, responseUrl: webUri.optional() }))
    .max(10)
    .default([]),
  signingCertificates: z.array(certificate('rsa', 'ec')).max(10).default([]),
  encryptionCertificate: certificate('rsa').optional(),
  nameIdFormat: z.enum(keysOf(nameIdFormat)).default('emailAddress'),
  /** The field behind an unspecified NameID (`login` without one), or a persistent one that the partner knows already. */
  nameIdField: sourceField.optional(),
  /** Answers in this format even when the application asks for another. */
  forceNameIdFormat: z.boolean().default(false),
  attributes: z.array(attribute).max(100).default([]),
  /** Adds `GroupId` and `Groupname`, a value for each group. */
  sendGroups: z.boolean().default(false),
  signAssertion: z.boolean().default(true),
  signResponse: z.boolean().default(false),
  signatureAlgorithm: z.enum(keysOf(signingAlgorithms)).default('rsa-sha256'),
  encryptAssertion: z.boolean().default(false),
  encryptionAlgorithm: z.enum(keysOf(blockCiphers)).default('aes256-gcm'),
  requireSignedRequests: z.boolean().default(false),
  /** Where the partner publishes its metadata: read again every hour (partner-metadata). */
  metadataUrl: webUri.optional(),
  /** Sent with a sign-in that begins at the Launchpad. */
  defaultRelayState: z
    .string()
    .max(1000)
    .regex(/^[^\p{Cc}\\]*$/u, 'fields.invalid')
    .optional(),
});

/** How an application is a SAML service provider. Certificates are PEM. */
export type SamlSettings = z.output<typeof schema>;
export type SamlInput = z.input<typeof schema>;

/** What a file says of a service provider: `metadata` is the partner's XML, or the name of a file that holds it. */
export const samlInput = schema.extend({ metadata: z.string().optional() });

/**
 * Checks what a person or file says of a service provider. `metadata` is the partner's XML: what it says stands, unless the rest says otherwise.
 * @throws AppError invalid_input with a message key for each field
 */
export function parseSamlSettings(input: Record<string, unknown>, now: Date): SamlSettings {
  const { metadata, ...given } = input;
  const fromPartner = typeof metadata === 'string' ? settingsFromMetadata(metadata, now) : {};
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const settings = parseInput(schema, { ...fromPartner, ...said });
  if (settings.encryptAssertion && !settings.encryptionCertificate)
    throw invalidInput({ encryptionCertificate: 'fields.encryption_certificate' });
  if (settings.requireSignedRequests && settings.signingCertificates.length === 0)
    throw invalidInput({ signingCertificates: 'fields.signing_certificate' });
  // an assertion that nobody signed could be anybody's (profiles §4.1.3.5)
  if (!settings.signAssertion && !settings.signResponse) throw invalidInput({ signAssertion: 'fields.nothing_signed' });
  return settings;
}

/** What the partner signs with and, if we encrypt, is encrypted for. */
export const listPartnerCertificates = (saml: SamlSettings): { subject: string; fingerprint: string; notAfter: Date }[] =>
  [...saml.signingCertificates, ...(saml.encryptAssertion && saml.encryptionCertificate ? [saml.encryptionCertificate] : [])]
    .map((pem) => new X509Certificate(pem))
    .map(({ subject, fingerprint256, validTo }) => ({ subject, fingerprint: fingerprint256, notAfter: new Date(validTo) }));

/**
 * What the partner's metadata says comes before what was chosen; what is signed may become more by it, never less.
 * @throws AppError invalid_input on the field `metadata`
 */
export function withMetadata(chosen: Record<string, unknown>, xml: string, now: Date): Record<string, unknown> {
  const { nameIdFormat: _, requireSignedRequests, signAssertion, ...addresses } = settingsFromMetadata(xml, now);
  return {
    ...chosen,
    ...addresses,
    requireSignedRequests: requireSignedRequests || chosen.requireSignedRequests,
    signAssertion: signAssertion || chosen.signAssertion,
  };
}

/** @throws AppError invalid_input on the field `metadata`, with the rule that it breaks */
export function settingsFromMetadata(xml: string, now: Date): Partial<SamlInput> {
  let metadata: SpMetadata;
  try {
    metadata = readSpMetadata(Buffer.from(xml), now);
  } catch (error) {
    if (!(error instanceof SamlFault)) throw error;
    throw invalidInput(
      { metadata: 'fields.metadata' },
      { fault: `${error.rule}${error.detail ? `: ${error.detail.split('\n')[0]}` : ''}` },
    );
  }
  const [encryptionCertificate] = metadata.encryptionCertificates.filter(
    (pem) => new X509Certificate(pem).publicKey.asymmetricKeyType === 'rsa',
  );
  return {
    entityId: metadata.entityId,
    assertionConsumerServices: metadata.assertionConsumerServices,
    singleLogoutServices: metadata.singleLogoutServices,
    signingCertificates: metadata.signingCertificates,
    encryptionCertificate,
    nameIdFormat: preferred(metadata.nameIdFormats),
    requireSignedRequests: metadata.authnRequestsSigned && metadata.signingCertificates.length > 0,
    ...(metadata.wantAssertionsSigned ? { signAssertion: true } : {}),
  };
}

const preferred = (formats: NameIdFormat[]): NameIdFormat | undefined => formats.find((format) => format !== 'transient') ?? formats[0];
