import { invalidInput } from '../../../platform/errors/index.ts';
import {
  createMetadataReader,
  type LeftOut,
  type LeftOutReason,
  leftOut,
  leftOutReasons,
  MetadataFault,
  type MetadataReading,
  type NameIdFormat,
  type SpMetadata,
} from '../../../platform/saml/index.ts';
import type { Scope } from '../../scope.ts';
import { isOpenAddress, isPlainHttp } from './http-addresses.ts';
import { certificateFault, isPartnerAddress, type KeyKind, most, type SamlInput, withIndexes } from './saml-settings.ts';

/** What a partner's metadata says, as settings, and what of it is not used. */
export type PartnerSettings = { settings: SamlInput; leftOut: LeftOut[] };
/** Or the entity IDs of the document, where it describes several and none was named. */
export type PartnerReading = PartnerSettings | { choose: string[] };

/** Whether an administrator has to know of it before the rest takes effect. */
export const isNotable = ({ reason }: LeftOut): boolean => leftOutReasons[reason];

/** What of a partner's metadata is used only where its settings say so: answers by http, and by artifact. */
export type Allowed = { isHttpHost?: Scope['isHttpHost']; artifacts?: boolean };

/** What the settings of a partner allow, of what the operator has opened. */
export const allowedBy = (
  { allowHttp, artifactBinding }: { allowHttp?: unknown; artifactBinding?: unknown },
  { isHttpHost }: Pick<Scope, 'isHttpHost'>,
): Allowed => ({ isHttpHost: allowHttp === true ? isHttpHost : undefined, artifacts: artifactBinding === true });

/**
 * Reads a partner's metadata as it arrives.
 * @param entityId the provider that is meant, where there are several
 * @throws AppError invalid_input on the field `metadata`, with a sentence for the rule that it breaks
 */
export function createPartnerReader(
  now: Date,
  entityId?: string,
  allowed: Allowed = {},
): { write(chunk: Uint8Array): void; end(): PartnerReading } {
  const reader = createMetadataReader(now, entityId, allowed.artifacts ? ['post', 'artifact'] : ['post']);
  return {
    write: (chunk) => inOurWords(() => reader.write(chunk)),
    end: () => inOurWords(() => settingsOf(reader.end(), allowed.isHttpHost)),
  };
}

/** @param metadata text, or the octets of a file @throws AppError invalid_input on the field `metadata` */
export function readPartner(metadata: string | Uint8Array, now: Date, entityId?: string, allowed?: Allowed): PartnerReading {
  const reader = createPartnerReader(now, entityId, allowed);
  // text is characters already, whatever its declaration says: a byte order mark comes before one
  reader.write(typeof metadata === 'string' ? Buffer.from(`\ufeff${metadata.replace(/^\ufeff/, '')}`) : metadata);
  return reader.end();
}

/** @throws AppError invalid_input on the field `metadata` */
export function mustBeOne(reading: PartnerReading): PartnerSettings {
  if (!('choose' in reading)) return reading;
  throw invalidInput({ metadata: 'fields.metadata_several_providers' }, { detail: reading.choose.slice(0, 50).join(', ') });
}

/** What the metadata says comes before what was chosen; what is signed may become more by it, never less. */
export function withPartner(chosen: Record<string, unknown>, { settings }: PartnerSettings): Record<string, unknown> {
  const { nameIdFormat: _, requireSignedRequests, signAssertion, ...addresses } = settings;
  return {
    ...chosen,
    ...addresses,
    requireSignedRequests: requireSignedRequests || chosen.requireSignedRequests,
    signAssertion: signAssertion || chosen.signAssertion,
  };
}

function inOurWords<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof MetadataFault)) throw error;
    throw invalidInput({ metadata: `fields.metadata_${error.rule}` }, { detail: error.detail });
  }
}

function settingsOf(reading: MetadataReading, isHttpHost: Scope['isHttpHost']): PartnerReading {
  if ('choose' in reading) return reading;
  const { provider } = reading;
  const left: LeftOut[] = [];
  const isConsumer = (url: string) => isPartnerAddress(url) || (isPlainHttp(url) && isOpenAddress(url, true, isHttpHost));
  const found = usable('AssertionConsumerService', provider.assertionConsumerServices, left, isConsumer);
  const consumers = atMost('assertionConsumerServices', found, left);
  if (consumers.length === 0) throw new MetadataFault('no_acs', provider.assertionConsumerServices[0]?.url);
  const signing = usableCertificates('signing', provider.signingCertificates, ['rsa', 'ec'], left);
  if (signing.length === 0 && provider.signingCertificates.length > 0) throw new MetadataFault('no_certificate', provider.entityId);
  const signingCertificates = atMost('signingCertificates', signing, left);
  const [encryptionCertificate, ...further] = usableCertificates('encryption', provider.encryptionCertificates, ['rsa'], left);
  left.push(...further.map((pem) => leftOut('further_encryption', named('encryption', pem))));
  return {
    settings: {
      entityId: provider.entityId,
      assertionConsumerServices: withIndexes(consumers),
      singleLogoutServices: atMost('singleLogoutServices', usable('SingleLogoutService', provider.singleLogoutServices, left), left),
      signingCertificates,
      encryptionCertificate,
      nameIdFormat: preferred(provider.nameIdFormats),
      requireSignedRequests: provider.authnRequestsSigned && signingCertificates.length > 0,
      ...(provider.wantAssertionsSigned ? { signAssertion: true } : {}),
    },
    leftOut: [...left, ...provider.leftOut].sort((a, b) => Number(isNotable(b)) - Number(isNotable(a))),
  };
}

/** Answers go only where they may; a service of which one address is refused is refused. */
const usable = <T extends { url: string; responseUrl?: string }>(
  name: string,
  services: T[],
  left: LeftOut[],
  isUsable = isPartnerAddress,
): T[] =>
  services.filter(({ url, responseUrl = url }) => {
    const refused = [url, responseUrl].find((address) => !isUsable(address));
    if (refused !== undefined) left.push(leftOut('address', `${name} ${refused}`));
    return refused === undefined;
  });

function atMost<T extends object | string>(kind: keyof typeof most, all: T[], left: LeftOut[]): T[] {
  const surplus = all.length - most[kind];
  if (surplus > 0) left.push(leftOut('surplus', `${kind}: ${surplus}`));
  return all.slice(0, most[kind]);
}

function usableCertificates(use: string, all: string[], kinds: KeyKind[], left: LeftOut[]): string[] {
  return all.filter((pem) => {
    const fault: LeftOutReason | undefined = certificateFault(pem, kinds);
    if (fault) left.push(leftOut(fault, named(use, pem)));
    return fault === undefined;
  });
}

/** As the document has it: whoever looks for it finds it. */
const named = (use: string, pem: string): string => `${use} ${pem.split('\n')[1]}…`;

const preferred = (formats: SpMetadata['nameIdFormats']): NameIdFormat | undefined =>
  formats.find((format) => format !== 'transient') ?? formats[0];
