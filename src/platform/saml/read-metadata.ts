import { createXmlDecoder } from './decode-xml.ts';
import { bindingOf, describeProvider, type SpMetadata } from './describe-provider.ts';
import { type LeftOut, leftOut, MetadataFault } from './metadata-faults.ts';
import { type ConsumerBinding, ns } from './names.ts';
import { findAll, type Read } from './read-xml.ts';
import { createXmlScanner, trimmed } from './scan-xml.ts';

/** Bytes of a whole document; of what is kept of one entity, elements and characters. */
export const metadataLimits = { bytes: 20 * 1024 * 1024, keptElements: 5000, keptCharacters: 1024 * 1024 };

/** Of what is left out. */
const mostLeftOut = 200;

const xinclude = 'http://www.w3.org/2001/XInclude';

/** What a role says that nobody here reads, and that may be large. */
const unread = new Set(['Extensions', 'AttributeConsumingService', 'Organization', 'ContactPerson']);
/** Whose text is kept. */
const isValue = ({ ns: namespace, name }: Pick<Read, 'ns' | 'name'>) =>
  (namespace === ns.signature && name === 'X509Certificate') || (namespace === ns.metadata && name === 'NameIDFormat');
const isOurs = (namespace: string) => namespace === ns.metadata || namespace === ns.signature;

type Entity = { entityId: string; validUntil?: string; roles: Read[]; leftOut: LeftOut[]; isIdentityProvider: boolean };
type Frame = { ns: string; name: string; kind: 'group' | 'entity' | 'kept' | 'skipped'; node?: Read; hasText: boolean; isCut: boolean };

/** One provider, or the entity IDs to choose from. */
export type MetadataReading = { provider: SpMetadata } | { choose: string[] };

export type MetadataReader = { write(chunk: Uint8Array): void; end(): MetadataReading };

/**
 * Reads what a service provider publishes of itself, alone or among others (metadata §2.3), as it arrives. The schema is not enforced: what is not known, or not of use,
 * is passed over, and the provider says what was left out of it. Of other entities no more is kept than their entity IDs. Signatures are not verified: who gave
 * the document, or the address that it came from, is who is believed.
 * @param wanted the entity ID of the one that is meant
 * @param bindings by which it may be answered; others are left out
 * @throws MetadataFault from `write` and `end`
 */
export function createMetadataReader(now: Date, wanted?: string, bindings: ConsumerBinding[] = ['post']): MetadataReader {
  const frames: Frame[] = [];
  const seen = new Set<string>();
  const providers: string[] = [];
  let entity: Entity | undefined;
  let chosen: Entity | undefined;
  let hasIdentityProvider = false;
  let bytes = 0;
  let [keptElements, keptCharacters] = [0, 0];
  let isFirst = true;

  /** What an element is for us, by where it stands. */
  function kindOf(namespace: string, name: string, parent: Frame | undefined): Frame['kind'] {
    const isMetadata = namespace === ns.metadata;
    if (!parent && !(isMetadata && /^Entit(y|ies)Descriptor$/.test(name))) throw new MetadataFault('not_metadata', name);
    if (!parent || parent.kind === 'group') {
      if (isMetadata && name === 'EntitiesDescriptor') return 'group';
      return isMetadata && name === 'EntityDescriptor' ? 'entity' : 'skipped';
    }
    if (parent.kind === 'entity') return isMetadata && name === 'SPSSODescriptor' ? 'kept' : 'skipped';
    return parent.kind === 'kept' && isOurs(namespace) && !unread.has(name) ? 'kept' : 'skipped';
  }

  function beginEntity({ entityID, validUntil }: Record<string, string>): void {
    const entityId = trimmed(entityID ?? '');
    if (!entityId || entityId.length > 1024 || /[\p{C}\s]/u.test(entityId)) throw new MetadataFault('entity_id', entityId);
    if (seen.size === seen.add(entityId).size) throw new MetadataFault('duplicate_entity', entityId);
    entity = { entityId, validUntil, roles: [], leftOut: [], isIdentityProvider: false };
    [keptElements, keptCharacters] = [0, 0];
  }

  function endEntity(): void {
    const { entityId, roles, isIdentityProvider } = entity!;
    hasIdentityProvider ||= isIdentityProvider;
    if (roles.length === 0) return;
    providers.push(entityId);
    if (wanted === undefined ? providers.length === 1 : entityId === wanted) chosen = entity;
  }

  const scanner = createXmlScanner({
    open({ ns: namespace, name, attributes }) {
      if (namespace === xinclude) throw new MetadataFault('xinclude', name);
      const parent = frames.at(-1);
      const kind = kindOf(namespace, name, parent);
      if (kind === 'group') refuseExpired(attributes.validUntil, now);
      if (kind === 'entity') beginEntity(attributes);
      if (kind === 'skipped' && parent?.kind === 'entity') passOver(entity!, namespace, name);
      const node = kind === 'kept' ? { ns: namespace, name, attributes, text: '', children: [] } : undefined;
      if (node) {
        keptCharacters += Object.entries(attributes).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
        if (++keptElements > metadataLimits.keptElements || keptCharacters > metadataLimits.keptCharacters)
          throw new MetadataFault('size', entity!.entityId);
        if (parent?.node) parent.node.children.push(node);
        else if (speaksSaml2(attributes)) entity!.roles.push(node);
        else entity!.leftOut.push(leftOut('role', `${name} ${attributes.protocolSupportEnumeration}`));
      }
      frames.push({ ns: namespace, name, kind, node, hasText: false, isCut: false });
    },
    text(text) {
      const frame = frames.at(-1)!;
      frame.hasText ||= /[^ \t\n]/.test(text);
      if (!frame.node || !isValue(frame.node)) return;
      keptCharacters += text.length;
      if (keptCharacters > metadataLimits.keptCharacters) throw new MetadataFault('size', entity!.entityId);
      frame.node.text += text;
    },
    cut() {
      const frame = frames.at(-1);
      if (frame) frame.isCut = true;
    },
    close() {
      const { ns: namespace, name, kind, node, hasText, isCut } = frames.pop()!;
      if (hasText && isCut && isOurs(namespace)) throw new MetadataFault('split_value', name);
      if (node) node.text = trimmed(node.text);
      if (kind === 'entity') endEntity();
    },
  });

  const decoder = createXmlDecoder((text) => {
    if (isFirst) refuseOther(text);
    isFirst = false;
    scanner.write(text);
  });

  return {
    write(chunk) {
      bytes += chunk.length;
      if (bytes > metadataLimits.bytes) throw new MetadataFault('size', `${metadataLimits.bytes / 1024 / 1024} MB`);
      decoder.write(chunk);
    },
    end() {
      decoder.end();
      scanner.end();
      if (wanted !== undefined && !chosen) throw new MetadataFault('unknown_provider', wanted);
      if (wanted === undefined && providers.length > 1) return { choose: providers };
      if (!chosen) throw new MetadataFault(hasIdentityProvider ? 'identity_provider' : 'no_provider', [...seen][0]);
      refuseExpired(chosen.validUntil, now);
      const fresh = chosen.roles.filter(({ attributes }) => !isExpired(attributes.validUntil, now));
      const role = fresh.find((one) => isOfUse(one, bindings)) ?? fresh[0] ?? chosen.roles[0]!;
      refuseExpired(role.attributes.validUntil, now);
      const provider = describeProvider(chosen.entityId, role, bindings);
      const further = chosen.roles.filter((other) => other !== role).map((other) => leftOut('second_role', addressesOf(other)));
      const all = [...further, ...provider.leftOut, ...chosen.leftOut];
      const unique = new Map(all.map((one) => [`${one.reason} ${one.what}`, one]));
      return { provider: { ...provider, leftOut: [...unique.values()].slice(0, mostLeftOut) } };
    },
  };
}

const isOfUse = (role: Read, bindings: ConsumerBinding[]): boolean =>
  findAll(role, ns.metadata, 'AssertionConsumerService').some((service) => bindingOf(service, bindings));

const addressesOf = (role: Read): string =>
  role.children
    .filter(({ name }) => name === 'AssertionConsumerService')
    .map(({ attributes }) => attributes.Location ?? '')
    .join(' ') || role.name;

/** Without a list of protocols a role of SAML 2.0 metadata is one of SAML 2.0. */
const speaksSaml2 = ({ protocolSupportEnumeration: list }: Record<string, string>): boolean =>
  list === undefined || list.split(/\s+/).includes(ns.protocol);

/** Other roles are passed over, whatever they are (metadata §2.4.1), and so is a signature. */
function passOver(entity: Entity, namespace: string, name: string): void {
  if (namespace === ns.signature && name === 'Signature') entity.leftOut.push(leftOut('signature', name));
  if (namespace !== ns.metadata || !name.endsWith('Descriptor')) return;
  entity.isIdentityProvider ||= name === 'IDPSSODescriptor';
  if (entity.leftOut.length < mostLeftOut) entity.leftOut.push(leftOut('role', name));
}

/** XML Schema part 2 §3.2.7; without a zone it is UTC (core §1.3.3). */
const dateTime =
  /^(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?)(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?$/;

/** Metadata §2.3.1. @throws MetadataFault valid_until */
function isExpired(validUntil: string | undefined, now: Date): boolean {
  if (validUntil === undefined) return false;
  const [, time, zone = 'Z'] = dateTime.exec(validUntil.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '')) ?? [];
  const until = Date.parse(`${time}${zone}`);
  if (time === undefined || Number.isNaN(until)) throw new MetadataFault('valid_until', validUntil);
  return until <= now.getTime();
}

function refuseExpired(validUntil: string | undefined, now: Date): void {
  if (isExpired(validUntil, now)) throw new MetadataFault('expired', validUntil);
}

/** What was given instead of metadata is named as what it is. */
function refuseOther(text: string): void {
  const head = text.slice(0, 4000).trimStart();
  if (head === '') throw new MetadataFault('empty');
  if (/^\s*<(?:!doctype\s+html|html[\s>])/i.test(head.replace(/<!--[\s\S]*?-->/g, ''))) throw new MetadataFault('html');
  if (!head.startsWith('<')) throw new MetadataFault('not_xml', head.slice(0, 60));
}
