import { X509Certificate } from 'node:crypto';
import { SamlFault } from './faults.ts';
import { type Binding, binding, type NameIdFormat, nameIdFormat, ns } from './names.ts';
import { copy, find, findAll, metadataLimits, openDocument, type Read } from './read-xml.ts';

/** What a service provider says of itself (metadata §2.4.4). */
export type SpMetadata = {
  entityId: string;
  assertionConsumerServices: { url: string; index: number; isDefault: boolean }[];
  singleLogoutServices: { binding: Binding; url: string; responseUrl?: string }[];
  signingCertificates: string[];
  encryptionCertificates: string[];
  nameIdFormats: NameIdFormat[];
  authnRequestsSigned: boolean;
  wantAssertionsSigned: boolean;
};

/**
 * Reads a service provider's metadata from a file, a paste or an address.
 * @throws SamlFault also `metadata` when it is expired or describes no service provider with a POST assertion consumer service
 */
export function readSpMetadata(xml: Buffer, now: Date): SpMetadata {
  const document = openDocument(xml, 'metadata', metadataLimits);
  let root: Read;
  try {
    root = copy(document.root);
  } finally {
    document.dispose();
  }
  const entities = entitiesOf(root, now).filter((one) => roleOf(one));
  if (entities.length !== 1) throw new SamlFault('metadata', `${entities.length} service providers`);
  const [entity] = entities as [Read];
  const role = roleOf(entity)!;
  refuseExpired(role, now);
  const services = findAll(role, ns.metadata, 'AssertionConsumerService')
    .filter(({ attributes }) => attributes.Binding === binding.post)
    .map(({ attributes }) => ({ url: attributes.Location!, index: Number(attributes.index), isDefault: truth(attributes.isDefault) }));
  if (services.length === 0) throw new SamlFault('metadata', 'no AssertionConsumerService with the POST binding');
  return {
    entityId: entity.attributes.entityID!,
    assertionConsumerServices: services,
    singleLogoutServices: findAll(role, ns.metadata, 'SingleLogoutService').flatMap(({ attributes }) => {
      const name = (Object.keys(binding) as Binding[]).find((key) => binding[key] === attributes.Binding);
      return name ? [{ binding: name, url: attributes.Location!, responseUrl: attributes.ResponseLocation }] : [];
    }),
    signingCertificates: certificates(role, 'signing'),
    encryptionCertificates: certificates(role, 'encryption'),
    nameIdFormats: findAll(role, ns.metadata, 'NameIDFormat').flatMap(({ text }) =>
      (Object.keys(nameIdFormat) as NameIdFormat[]).filter((key) => nameIdFormat[key] === text),
    ),
    authnRequestsSigned: truth(role.attributes.AuthnRequestsSigned),
    wantAssertionsSigned: truth(role.attributes.WantAssertionsSigned),
  };
}

const truth = (value: string | undefined): boolean => value === 'true' || value === '1';

/** The entities of a file, each valid together with everything around it. */
function entitiesOf(element: Read, now: Date): Read[] {
  refuseExpired(element, now);
  if (element.name === 'EntityDescriptor') return [element];
  return element.children
    .filter(({ name }) => name === 'EntityDescriptor' || name === 'EntitiesDescriptor')
    .flatMap((child) => entitiesOf(child, now));
}

function refuseExpired({ attributes: { validUntil } }: Read, now: Date): void {
  if (validUntil !== undefined && !(Date.parse(validUntil) > now.getTime())) throw new SamlFault('expired', validUntil);
}

/** A partner may describe itself for older versions, too. */
const roleOf = (entity: Read): Read | undefined =>
  findAll(entity, ns.metadata, 'SPSSODescriptor').find(({ attributes }) =>
    (attributes.protocolSupportEnumeration ?? '').split(/\s+/).includes(ns.protocol),
  );

/** A key without `use` serves both (metadata §2.4.1.1). */
function certificates(role: Read, use: 'signing' | 'encryption'): string[] {
  const found = findAll(role, ns.metadata, 'KeyDescriptor')
    .filter(({ attributes }) => attributes.use === undefined || attributes.use === use)
    .flatMap((descriptor) => findAll(find(descriptor, ns.signature, 'KeyInfo'), ns.signature, 'X509Data'))
    .flatMap((data) => findAll(data, ns.signature, 'X509Certificate'))
    .map(({ text }) => pemOf(text));
  return [...new Set(found)];
}

/** @param text base64 of a DER certificate, or PEM. @returns PEM @throws SamlFault metadata */
export function pemOf(text: string): string {
  const packed = text.replace(/-----(BEGIN|END) CERTIFICATE-----/g, '').replace(/[ \t\r\n]+/g, '');
  const pem = `-----BEGIN CERTIFICATE-----\n${packed.replace(/(.{64})/g, '$1\n').trimEnd()}\n-----END CERTIFICATE-----\n`;
  try {
    new X509Certificate(pem);
  } catch {
    throw new SamlFault('metadata', 'a certificate that cannot be read');
  }
  return pem;
}

/** PEM → base64 of the DER, as XML carries it. */
export const derOf = (pem: string): string => pem.replace(/-----(BEGIN|END) CERTIFICATE-----|\s+/g, '');
