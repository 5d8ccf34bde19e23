import { readFileSync } from 'node:fs';
import { ParseOption, XmlDocument, XmlElement, XmlText, XsdValidator, xmlRegisterInputProvider } from 'libxml2-wasm';
import { SamlFault } from './faults.ts';

/** A copy of a tree that was read and checked; nobody parses the bytes again (law 8: read only what was verified). */
export type Read = { ns: string; name: string; attributes: Record<string, string>; text: string; children: Read[] };

export type Limits = { bytes: number; elements: number; depth: number; namespaces: number };
export const messageLimits: Limits = { bytes: 128 * 1024, elements: 2000, depth: 30, namespaces: 100 };

// Names are repeated in every fault that a validator collects, and compared with each other: long ones make a small message a large one.
const longestName = 512;
const mostAttributes = 50;

const folder = new URL('./schemas/', import.meta.url);
const schemaFiles = new Map(
  ['saml-schema-protocol-2.0', 'saml-schema-assertion-2.0', 'saml-schema-metadata-2.0', 'xmldsig-core-schema', 'xenc-schema', 'xml'].map(
    (name) => [`${name}.xsd`, readFileSync(new URL(`${name}.xsd`, folder))],
  ),
);
/** Files being read, by handle; 0 would be taken for a failure. */
const open: (Buffer | undefined)[] = [undefined];

/** Schemas import each other by public addresses; they are read from here, and nothing else is ever opened, whatever a document points to. */
xmlRegisterInputProvider({
  match: () => true,
  open(name) {
    const content = schemaFiles.get(name.slice(name.lastIndexOf('/') + 1));
    return content && open.push(content) - 1;
  },
  read(handle, buffer) {
    const rest = open[handle]!;
    const length = Math.min(rest.length, buffer.byteLength);
    rest.copy(buffer, 0, 0, length);
    open[handle] = rest.subarray(length);
    return length;
  },
  close(handle) {
    open[handle] = undefined;
    return true;
  },
});

type Schema = 'protocol' | 'metadata';
const compiled = new Map<Schema, { document: XmlDocument; validator: XsdValidator }>();

/** Compiled once, 20 ms each. */
function validator(schema: Schema): XsdValidator {
  let known = compiled.get(schema);
  if (!known) {
    const url = `saml-schema-${schema}-2.0.xsd`;
    const document = XmlDocument.fromBuffer(schemaFiles.get(url)!, { url, option: ParseOption.XML_PARSE_NONET });
    known = { document, validator: XsdValidator.fromDoc(document) };
    compiled.set(schema, known);
  }
  return known.validator;
}

/**
 * Reads XML that an attacker may have written and checks it against the schema. The tree lives outside the garbage collector: whoever opens it disposes of it.
 * @throws SamlFault size, well-formed, no-doctype, no-comment, schema
 */
export function openDocument(xml: Buffer, schema: Schema, limits: Limits): XmlDocument {
  const document = openEnvelope(xml, limits);
  try {
    validate(document, schema);
    return document;
  } catch (error) {
    document.dispose();
    throw error;
  }
}

/** Like openDocument, of what has no schema here: only what is taken out of it and read by openDocument is believed. @throws SamlFault size, well-formed, no-doctype, no-comment */
export function openEnvelope(xml: Buffer, limits: Limits): XmlDocument {
  if (xml.length > limits.bytes) throw new SamlFault('size', `${xml.length} bytes`);
  const text = decode(xml);
  // A '<' is only ever markup in well-formed XML: DOCTYPE, CDATA and comments begin with '<!', processing instructions with '<?'.
  if (/<!d/i.test(text)) throw new SamlFault('no-doctype');
  if (text.includes('<!') || text.includes('<?')) throw new SamlFault('no-comment');
  measureNamespaces(text, limits);
  let document: XmlDocument;
  try {
    document = XmlDocument.fromString(text, { option: ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE });
  } catch (error) {
    throw new SamlFault('well-formed', (error as Error).message);
  }
  try {
    measure(document.root, limits);
    return document;
  } catch (error) {
    document.dispose();
    throw error;
  }
}

/** Reads XML that a library of ours wrote from stored settings. What anybody sent is read by openDocument and nothing else. */
export function readWritten(xml: string): Read {
  const document = XmlDocument.fromString(xml, { option: ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE });
  try {
    return copy(document.root);
  } finally {
    document.dispose();
  }
}

function validate(document: XmlDocument, schema: Schema): void {
  const compiledSchema = validator(schema);
  try {
    compiledSchema.validate(document);
  } catch (error) {
    throw new SamlFault('schema', (error as Error).message.trim());
  }
}

/** UTF-8 alone (core §1.3 leaves no other that everybody reads alike), without its declaration, which could claim something else. */
function decode(xml: Buffer): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(xml);
  } catch {
    throw new SamlFault('well-formed', 'not UTF-8');
  }
  const declaration =
    /^\s*<\?xml\s+version=["']1\.0["'](?:\s+encoding=["']([A-Za-z0-9._-]+)["'])?(?:\s+standalone=["'](?:yes|no)["'])?\s*\?>/.exec(text);
  if (declaration?.[1] && declaration[1].toLowerCase() !== 'utf-8') throw new SamlFault('well-formed', `encoding ${declaration[1]}`);
  return declaration ? text.slice(declaration[0].length).trimStart() : text;
}

/** Before a parser sees them: canonicalization costs elements × prefixes × declarations. */
function measureNamespaces(text: string, limits: Limits): void {
  let count = 0;
  for (const { index } of text.matchAll(/xmlns/g)) {
    if (++count > limits.namespaces) throw new SamlFault('size', `more than ${limits.namespaces} namespace declarations`);
    const value = /^[^"'<]{0,600}(?:"[^"<]{0,512}"|'[^'<]{0,512}')/.exec(text.slice(index, index + 1200));
    if (!value) throw new SamlFault('size', 'a namespace of more than 512 characters');
  }
}

function measure(root: XmlElement, limits: Limits): void {
  let count = 0;
  const walk = (element: XmlElement, depth: number): void => {
    if (++count > limits.elements) throw new SamlFault('size', `more than ${limits.elements} elements`);
    if (depth > limits.depth) throw new SamlFault('size', `more than ${limits.depth} levels`);
    const { attrs } = element;
    if (attrs.length > mostAttributes) throw new SamlFault('size', `more than ${mostAttributes} attributes`);
    if ([element, ...attrs].some(({ name }) => name.length > longestName))
      throw new SamlFault('size', `a name of more than ${longestName} characters`);
    for (const child of childElements(element)) walk(child, depth + 1);
  };
  walk(root, 1);
}

export function* childElements(element: XmlElement): Generator<XmlElement> {
  for (let child = element.firstChild; child; child = child.next) if (child instanceof XmlElement) yield child;
}

/** Values out of a checked tree; SAML's own attributes have no namespace, and others are left out. Text of an element that has child elements is white space by the schemas, and left out. */
export function copy(element: XmlElement): Read {
  const children = [...childElements(element)].map(copy);
  const attributes: Record<string, string> = Object.create(null);
  for (const attribute of element.attrs) if (!attribute.namespaceUri) attributes[attribute.name] = attribute.value;
  let text = '';
  if (children.length === 0)
    for (let child = element.firstChild; child; child = child.next) if (child instanceof XmlText) text += child.content;
  return { ns: element.namespaceUri, name: element.name, attributes, text: text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, ''), children };
}

export const find = (element: Read | undefined, namespace: string, name: string): Read | undefined =>
  element?.children.find((child) => child.ns === namespace && child.name === name);
export const findAll = (element: Read | undefined, namespace: string, name: string): Read[] =>
  element?.children.filter((child) => child.ns === namespace && child.name === name) ?? [];
