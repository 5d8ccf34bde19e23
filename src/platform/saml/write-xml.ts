import { ns } from './names.ts';
import type { Read } from './read-xml.ts';

/** An element to write. Attribute values and text are data: they are escaped here and nowhere else. */
export type Node = { name: string; attributes: Record<string, string>; children: (Node | string)[] };
type Children = (Node | string | undefined | false)[];

const prefixes: Record<string, string> = {
  samlp: ns.protocol,
  saml: ns.assertion,
  md: ns.metadata,
  ds: ns.signature,
  xenc: ns.encryption,
  xenc11: ns.encryption11,
};

export function element(name: string, attributes: Record<string, string | undefined> = {}, ...children: Children): Node {
  const kept: Record<string, string> = {};
  for (const key in attributes) if (attributes[key] !== undefined) kept[key] = attributes[key];
  return { name, attributes: kept, children: children.filter((child): child is Node | string => child !== undefined && child !== false) };
}

const prefixOf = (namespace: string): string | undefined => Object.keys(prefixes).find((prefix) => prefixes[prefix] === namespace);

/** A tree that was read, to be written again by us and so in canonical form. @throws Error for a namespace that we do not write */
export function nodeOf({ ns: namespace, name, attributes, text, children }: Read): Node {
  const prefix = prefixOf(namespace);
  if (!prefix) throw new Error(`no prefix for ${namespace}`);
  return element(`${prefix}:${name}`, { ...attributes }, ...(text ? [text] : children.map(nodeOf)));
}

// namespace declarations first, then attributes by namespace and name: ours have none but xml:
const inOrder = (a: string, b: string): number => Number(a.startsWith('xml:')) - Number(b.startsWith('xml:')) || (a < b ? -1 : 1);

/**
 * Writes a tree as Exclusive XML Canonicalization 1.0 would (without comments), so that what is digested and what is sent are the same bytes.
 * @param declared prefixes that an element around it has declared, each between blanks
 */
export function serialize({ name, attributes, children }: Node, declared = ''): string {
  const prefix = name.slice(0, name.indexOf(':'));
  const isNew = !declared.includes(` ${prefix} `);
  const inside = isNew ? `${declared} ${prefix} ` : declared;
  let text = isNew ? `<${name} xmlns:${prefix}="${prefixes[prefix]}"` : `<${name}`;
  const keys = Object.keys(attributes);
  for (const key of keys.length > 1 ? keys.sort(inOrder) : keys) text += ` ${key}="${escapeAttribute(attributes[key]!)}"`;
  text += '>';
  for (const child of children) text += typeof child === 'string' ? escapeText(child) : serialize(child, inside);
  return `${text}</${name}>`;
}

// Characters that XML 1.0 has no way to write (§2.2) would make the message unreadable; lone surrogates are among them.
const legal = (value: string): string =>
  value.toWellFormed().replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD');

const textEscapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#xD;' };
const attributeEscapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '"': '&quot;', '\t': '&#x9;', '\n': '&#xA;', '\r': '&#xD;' };

// most values are plain ASCII, with nothing to escape and nothing that could be illegal
const isPlain = (value: string): boolean => !/[^ !#-%'-;=?-~]/.test(value);

const escapeText = (value: string): string =>
  isPlain(value) ? value : legal(value).replace(/[&<>\r]/g, (character) => textEscapes[character]!);
const escapeAttribute = (value: string): string =>
  isPlain(value) ? value : legal(value).replace(/[&<"\t\n\r]/g, (character) => attributeEscapes[character]!);
