import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { newId } from '../../../platform/crypto/index.ts';
import {
  noneTwice,
  orThrow,
  type ReadAsFar,
  type RuleTogether,
  readAsFar,
  webAddressRule,
  whole,
  wordsRule,
} from '../../../platform/errors/index.ts';
import { attributeNameFormat, blockCiphers, everyNameIdFormat, pemOf, signingAlgorithms } from '../../../platform/saml/index.ts';
import type { Scope } from '../../scope.ts';
import { isOpenAddress, isPlainHttp } from './http-addresses.ts';
import { isRedirectUri } from './redirect-addresses.ts';
import { entityId, optionShape, tooFar } from './saml-options.ts';
import { oneSource, type SourceField, sourceField } from './source-field.ts';
import { template, templateFields } from './template.ts';

const keysOf = <T extends object>(object: T) => Object.keys(object) as [keyof T & string, ...(keyof T & string)[]];

/** Whether answers may go there. */
export const isPartnerAddress = (value: string): boolean => /^https?:/.test(value) && isRedirectUri(value);
const webUri = z.string().refine(isPartnerAddress, 'fields.web_uri').meta(webAddressRule);

export type KeyKind = 'rsa' | 'ec';

/** @param kinds of key that we can use for it */
export function certificateFault(pem: string, kinds: KeyKind[]): 'certificate_kind' | 'certificate_weak' | undefined {
  const { asymmetricKeyType: kind, asymmetricKeyDetails: details } = new X509Certificate(pem).publicKey;
  if (!kinds.some((one) => one === kind)) return 'certificate_kind';
  return kind === 'rsa' && (details?.modulusLength ?? 0) < 2048 ? 'certificate_weak' : undefined;
}

const certificate = (...kinds: KeyKind[]) =>
  z
    .string()
    .meta({ pattern: '^[A-Za-z0-9+/=_\\s-]{64,}$' })
    .transform((text, ctx) => {
      const refuse = (message: string) => {
        ctx.addIssue({ code: 'custom', message });
        return z.NEVER;
      };
      try {
        const pem = pemOf(text);
        const fault = certificateFault(pem, kinds);
        return fault ? refuse(`fields.${fault}`) : pem;
      } catch {
        return refuse('fields.certificate');
      }
    });

const attribute = z
  .strictObject({
    name: z.string().trim().min(1).max(500).meta(wordsRule),
    nameFormat: z.enum(keysOf(attributeNameFormat)).default('basic'),
    friendlyName: z.string().max(200).optional(),
    from: sourceField.optional(),
    value: z.string().max(1000).optional(),
    template: template.optional(),
  })
  .refine(
    ({ from, value, template: made }) => [from, value, made].filter((one) => one !== undefined).length === 1,
    'fields.attribute_source',
  )
  .meta(oneSource);

/** Those without an index get the next that is free. */
export function withIndexes<T extends { index?: number }>(services: T[]): (T & { index: number })[] {
  const taken = new Set(services.map(({ index }) => index));
  let next = 0;
  return services.map((service) => {
    if (service.index !== undefined) return { ...service, index: service.index };
    while (taken.has(next)) next++;
    return { ...service, index: next++ };
  });
}

/** How many a partner may have. */
export const most = { assertionConsumerServices: 50, singleLogoutServices: 10, signingCertificates: 50 };

const schema = z.strictObject({
  entityId,
  assertionConsumerServices: z
    .array(
      z.strictObject({
        url: z
          .string()
          .refine((url) => isPartnerAddress(url) || isPlainHttp(url), 'fields.web_uri')
          .meta(webAddressRule),
        index: whole(0, 65_535).optional(),
        isDefault: z.boolean().default(false),
        /** Left out, answers go there by POST. */
        binding: z.literal('artifact').optional(),
      }),
    )
    .min(1, 'fields.acs_missing')
    .max(most.assertionConsumerServices)
    .superRefine(noneTwice(({ index }) => index, 'fields.acs_index', 'index'))
    .transform(withIndexes),
  singleLogoutServices: z
    .array(z.strictObject({ binding: z.enum(['redirect', 'post']), url: webUri, responseUrl: webUri.optional() }))
    .max(most.singleLogoutServices)
    .default([]),
  signingCertificates: z.array(certificate('rsa', 'ec')).max(most.signingCertificates).default([]),
  encryptionCertificate: certificate('rsa').optional(),
  nameIdFormat: z.enum(keysOf(everyNameIdFormat)).default('emailAddress'),
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
    .max(1000, 'fields.default_relay_state')
    .regex(/^[^\p{Cc}\\]*$/u, 'fields.default_relay_state')
    .meta({ pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f\\\\]*$' })
    .optional(),
  ...optionShape,
});

/** How an application is a SAML service provider. Certificates are PEM. */
export type SamlSettings = z.output<typeof schema>;
export type SamlInput = z.input<typeof schema>;

/** What an apply file has to say to get these: what is not the default. */
export function portableSaml(saml: SamlSettings): Partial<SamlInput> {
  const { entityId: _, assertionConsumerServices: _a, ...defaults } = schema.parse(standIn);
  const isDefault = (key: string, value: unknown) => JSON.stringify(value) === JSON.stringify(defaults[key as keyof typeof defaults]);
  return Object.fromEntries(Object.entries(saml).filter(([key, value]) => value !== undefined && !isDefault(key, value)));
}

/** What a file says of a service provider. `metadata` is the partner's XML, or the name of a file that holds it; of several providers in it `entityId` names the one. */
export const samlInput = schema.extend({ metadata: z.string().optional() });

/** For what a provider cannot be without, where that is wrong. */
const standIn = { entityId: newId(), assertionConsumerServices: [{ url: 'https://x' }] };

type SamlReader<T> = (input: Record<string, unknown>, now: Date, isHttpHost?: Scope['isHttpHost']) => T;

/** Checks what a person or file says of a service provider. @throws AppError invalid_input with a message key for each field, and each fault by its path */
export const parseSamlSettings: SamlReader<SamlSettings> = (...said) => orThrow(readSamlSettings(...said));

export const readSamlSettings: SamlReader<ReadAsFar<SamlSettings>> = (input, now, isHttpHost) => {
  const said = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  return readAsFar(schema, said, standIn, (settings) => [
    ...refuseServices(said.assertionConsumerServices, settings, isHttpHost),
    ...listClashes(settings),
    ...tooFar(settings, now).map((name) => ({ path: [name], message: 'fields.day_far' })),
  ]);
};

/** @param services as they were given: one that is wrong hides none of the others */
function refuseServices(services: unknown, { allowHttp, artifactBinding }: SamlSettings, isHttpHost: Scope['isHttpHost']): RuleTogether[] {
  const at = (index: number, name: string, message: string, of: string): RuleTogether => ({
    path: ['assertionConsumerServices', index, name],
    message,
    of: [of],
  });
  return (Array.isArray(services) ? services : []).flatMap((service: unknown, index): RuleTogether[] => {
    const { url, binding } = (service ?? {}) as Record<string, unknown>;
    const isOpen = typeof url !== 'string' || isOpenAddress(url, allowHttp, isHttpHost);
    return [
      ...(isOpen ? [] : [at(index, 'url', allowHttp ? 'fields.http_closed' : 'fields.web_uri', 'allowHttp')]),
      ...(binding === 'artifact' && !artifactBinding ? [at(index, 'binding', 'fields.artifact_off', 'artifactBinding')] : []),
    ];
  });
}

/** Where one setting needs or excludes another. */
function listClashes(settings: SamlSettings): RuleTogether[] {
  const { signingCertificates: certificates, nameIdFormat, nameIdField, nameIdTemplate } = settings;
  const needsValue = nameIdFormat === 'x509SubjectName' || nameIdFormat === 'windowsDomainQualifiedName';
  const unsigned = certificates.length === 0;
  const rules: [field: string, isWrong: unknown, message: string, of: string[]][] = [
    [
      'encryptionCertificate',
      settings.encryptAssertion && !settings.encryptionCertificate,
      'fields.encryption_certificate',
      ['encryptAssertion'],
    ],
    ['signingCertificates', settings.requireSignedRequests && unsigned, 'fields.signing_certificate', ['requireSignedRequests']],
    // no answer could pass without one (profiles §4.4.3.4)
    ['signingCertificates', settings.soapLogoutUrl && unsigned, 'fields.soap_logout_certificate', ['soapLogoutUrl']],
    // what it asks for in the end is told by its signature alone (profiles §5.5)
    ['signingCertificates', settings.artifactBinding && unsigned, 'fields.artifact_certificate', ['artifactBinding']],
    // an assertion that nobody signed could be anybody's (profiles §4.1.3.5)
    ['signAssertion', !settings.signAssertion && !settings.signResponse, 'fields.nothing_signed', ['signResponse']],
    ['nameIdField', needsValue && !nameIdField && !nameIdTemplate, 'fields.name_id_value', ['nameIdFormat', 'nameIdTemplate']],
    ['nameIdTemplate', nameIdField && nameIdTemplate, 'fields.name_id_twice', ['nameIdField']],
  ];
  return rules.flatMap(([field, isWrong, message, of]) => (isWrong ? [{ path: [field], message, of }] : []));
}

/** Every field of a person that the application is told, as an attribute or in its name, alone or in a text. */
export const toldFields = (saml: Pick<SamlSettings, 'nameIdField' | 'nameIdTemplate' | 'attributes' | 'sendGroups'>): SourceField[] => [
  ...(saml.nameIdField ? [saml.nameIdField] : []),
  ...templateFields(saml.nameIdTemplate ?? ''),
  ...saml.attributes.flatMap(({ from, template: made }) => (from ? [from] : templateFields(made ?? ''))),
  ...(saml.sendGroups ? (['groupNames', 'groupIds'] as const) : []),
];
/** What the partner signs with and, if we encrypt, is encrypted for. */
export const listPartnerCertificates = (saml: SamlSettings): { subject: string; fingerprint: string; notAfter: Date }[] =>
  [...saml.signingCertificates, ...(saml.encryptAssertion && saml.encryptionCertificate ? [saml.encryptionCertificate] : [])]
    .map((pem) => new X509Certificate(pem))
    .map(({ subject, fingerprint256, validTo }) => ({ subject, fingerprint: fingerprint256, notAfter: new Date(validTo) }));

/** The addresses of a form that came from metadata, with what the form does not show of them; anything else is as if there were none. */
export function parseServices(text: string): Pick<SamlInput, 'assertionConsumerServices' | 'singleLogoutServices'> | undefined {
  try {
    return schema.pick({ assertionConsumerServices: true, singleLogoutServices: true }).parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
