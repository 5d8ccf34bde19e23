import { X509Certificate } from 'node:crypto';
import { type LeftOut, leftOut, MetadataFault } from './metadata-faults.ts';
import { type Binding, binding, type ConsumerBinding, consumerBinding, type NameIdFormat, nameIdFormat, ns, soapBinding } from './names.ts';
import { find, findAll, type Read } from './read-xml.ts';
import { trimmed } from './scan-xml.ts';

/** How a service provider describes itself (metadata §2.4.4): texts only, no addresses or keys. */
export type SpMetadata = {
  entityId: string;
  /** Without an index where there is none of its own (metadata §2.2.3). */
  assertionConsumerServices: { url: string; index?: number; isDefault: boolean; binding?: 'artifact' }[];
  singleLogoutServices: { binding: Binding; url: string; responseUrl?: string }[];
  signingCertificates: string[];
  encryptionCertificates: string[];
  nameIdFormats: NameIdFormat[];
  authnRequestsSigned: boolean;
  wantAssertionsSigned: boolean;
  leftOut: LeftOut[];
};

/** @param bindings by which it may be answered. @throws MetadataFault no_acs, no_certificate */
export function describeProvider(entityId: string, role: Read, bindings: ConsumerBinding[]): SpMetadata {
  const left: LeftOut[] = [];
  const provider = {
    entityId,
    assertionConsumerServices: consumersOf(role, left, bindings),
    singleLogoutServices: logoutServicesOf(role, left),
    signingCertificates: certificatesOf(role, 'signing', left),
    encryptionCertificates: certificatesOf(role, 'encryption', left),
    nameIdFormats: findAll(role, ns.metadata, 'NameIDFormat').flatMap(({ text }) => {
      const known = keysOf(nameIdFormat).filter((key) => nameIdFormat[key] === text);
      if (known.length === 0) left.push(leftOut('name_id_format', text));
      return known;
    }),
    authnRequestsSigned: isTrue(role.attributes.AuthnRequestsSigned),
    wantAssertionsSigned: isTrue(role.attributes.WantAssertionsSigned),
  };
  if (provider.assertionConsumerServices.length === 0) throw new MetadataFault('no_acs', entityId);
  if (provider.signingCertificates.length === 0 && left.some(({ reason }) => reason === 'certificate_unreadable'))
    throw new MetadataFault('no_certificate', entityId);
  return { ...provider, leftOut: left };
}

const keysOf = <T extends object>(object: T) => Object.keys(object) as (keyof T)[];

/** By which of these bindings it takes answers. */
export const bindingOf = ({ attributes }: Read, bindings: ConsumerBinding[]): ConsumerBinding | undefined =>
  attributes.Location === undefined ? undefined : bindings.find((one) => consumerBinding[one] === attributes.Binding?.trim());

const isTrue = (value: string | undefined): boolean => value?.trim() === 'true' || value?.trim() === '1';
/** The last part of a binding's name is what people call it. */
const named = ({ name, attributes }: Read): string =>
  [name, (attributes.Binding ?? '').split(':').at(-1), attributes.Location?.trim()].filter(Boolean).join(' ');

function consumersOf(role: Read, left: LeftOut[], bindings: ConsumerBinding[]): SpMetadata['assertionConsumerServices'] {
  const taken = new Set<number>();
  return findAll(role, ns.metadata, 'AssertionConsumerService').flatMap((service) => {
    const { Location: url = '', index: given, isDefault } = service.attributes;
    const by = bindingOf(service, bindings);
    if (!by) {
      left.push(leftOut(bindingOf(service, ['artifact']) ? 'artifact' : 'binding', named(service)));
      return [];
    }
    const number = /^\s*\d{1,5}\s*$/.test(given ?? '') && Number(given) <= 65_535 ? Number(given) : undefined;
    const isTaken = number !== undefined && taken.has(number);
    if (number === undefined || isTaken) left.push(leftOut(isTaken ? 'index_taken' : 'index_missing', named(service)));
    else taken.add(number);
    const found = { url: trimmed(url), index: isTaken ? undefined : number, isDefault: isTrue(isDefault) };
    return [by === 'artifact' ? { ...found, binding: by } : found];
  });
}

const logoutServicesOf = (role: Read, left: LeftOut[]): SpMetadata['singleLogoutServices'] =>
  findAll(role, ns.metadata, 'SingleLogoutService').flatMap((service) => {
    const { Binding: given, Location: url, ResponseLocation: responseUrl } = service.attributes;
    const name = keysOf(binding).find((key) => binding[key] === given?.trim());
    if (name && url !== undefined) return [{ binding: name, url: trimmed(url), responseUrl: responseUrl && trimmed(responseUrl) }];
    left.push(leftOut(given?.trim() === soapBinding && url !== undefined ? 'soap_logout' : 'binding', named(service)));
    return [];
  });

/** A key without `use` serves both (metadata §2.4.1.1). */
function certificatesOf(role: Read, use: 'signing' | 'encryption', left: LeftOut[]): string[] {
  const found = findAll(role, ns.metadata, 'KeyDescriptor')
    .filter(({ attributes }) => attributes.use === undefined || attributes.use.trim() === use)
    .flatMap((descriptor) => {
      const data = findAll(find(descriptor, ns.signature, 'KeyInfo'), ns.signature, 'X509Data');
      const certificates = data.flatMap((one) => findAll(one, ns.signature, 'X509Certificate'));
      if (certificates.length === 0) left.push(leftOut('key_without_certificate', `KeyDescriptor ${descriptor.attributes.use ?? ''}`));
      return certificates;
    })
    .flatMap(({ text }) => {
      try {
        return [pemOf(text)];
      } catch {
        left.push(leftOut('certificate_unreadable', `${use} ${text.slice(0, 60)}`));
        return [];
      }
    });
  return [...new Set(found)];
}

/** @param text base64 of a DER certificate, or PEM. @returns PEM @throws Error when it is neither */
export function pemOf(text: string): string {
  const packed = text.replace(/-----(BEGIN|END) CERTIFICATE-----/g, '').replace(/[ \t\r\n]+/g, '');
  const pem = `-----BEGIN CERTIFICATE-----\n${packed.replace(/(.{64})/g, '$1\n').trimEnd()}\n-----END CERTIFICATE-----\n`;
  new X509Certificate(pem);
  return pem;
}

/** PEM → base64 of the DER, as XML carries it. */
export const derOf = (pem: string): string => pem.replace(/-----(BEGIN|END) CERTIFICATE-----|\s+/g, '');
