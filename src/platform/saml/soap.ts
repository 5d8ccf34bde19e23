import { XmlC14NMode, type XmlElement } from 'libxml2-wasm';
import { SamlFault } from './faults.ts';
import { childElements, type Limits, messageLimits, openEnvelope } from './read-xml.ts';

const soap = 'http://schemas.xmlsoap.org/soap/envelope/';

export const soapHeaders = {
  'content-type': 'text/xml; charset=utf-8',
  soapaction: '"http://www.oasis-open.org/committees/security"',
};

/** Bytes of an envelope of SOAP 1.1 (bindings §3.2.2): a message and as much as people put round one. */
export const longestSoap = messageLimits.bytes + 8 * 1024;
const envelopeLimits: Limits = { ...messageLimits, bytes: longestSoap, depth: messageLimits.depth + 2 };

/**
 * The ID of a message that was refused, so that its sender finds the answer (core §3.2.2). Nothing is decided by it.
 * @param message as readSoap wrote it: a quote inside a value is escaped there
 */
export const idOfRequest = (message: Buffer): string | undefined => /^<[^<]*? ID="([A-Za-z_][\w.-]{0,255})"/.exec(message.toString())?.[1];

/** The other side says that it could not work on our message (bindings §3.2.3.3): nothing is known of what it did. */
export class SoapFault extends Error {}

/** To whoever sent us no message that could be answered (bindings §3.2.3.3). @param by whose fault it is (SOAP 1.1 §4.4.1) */
export const writeSoapFault = (text: string, by: 'Client' | 'Server' = 'Client'): string =>
  `<soap:Envelope xmlns:soap="${soap}"><soap:Body><soap:Fault><faultcode>soap:${by}</faultcode><faultstring>${text}</faultstring></soap:Fault></soap:Body></soap:Envelope>`;

export const writeSoap = (xml: string): string => `<soap:Envelope xmlns:soap="${soap}"><soap:Body>${xml}</soap:Body></soap:Envelope>`;

const isSoap = (element: XmlElement, name: string): boolean => element.namespaceUri === soap && element.name === name;

/**
 * Takes the message out, with the namespaces that are declared round it, so that its signature can be checked. The gate reads it; nothing of the envelope is believed.
 * @throws SamlFault size, well-formed, no-doctype, no-comment, message-type; SoapFault
 */
export function readSoap(xml: Buffer): Buffer {
  const document = openEnvelope(xml, envelopeLimits);
  try {
    return Buffer.from(writeOut(contentOf(document.root)));
  } finally {
    document.dispose();
  }
}

function contentOf(root: XmlElement): XmlElement {
  if (!isSoap(root, 'Envelope')) throw new SamlFault('message-type', root.name);
  const parts = [...childElements(root)];
  const bodies = parts.filter((part) => isSoap(part, 'Body'));
  const headers = parts.filter((part) => isSoap(part, 'Header'));
  // two bodies would be one for each of two readers; what must be understood is not ignored (SOAP 1.1 §4.2.3)
  if (bodies.length !== 1 || headers.length > 1 || bodies.length + headers.length !== parts.length)
    throw new SamlFault('message-type', `Envelope with ${parts.map(({ name }) => name).join(', ')}`);
  const isMust = ({ attrs }: XmlElement) =>
    attrs.some((one) => one.namespaceUri === soap && one.name === 'mustUnderstand' && one.value !== '0');
  const must = headers.flatMap((header) => [...childElements(header)]).find(isMust);
  if (must) throw new SamlFault('message-type', `mustUnderstand ${must.name}`);
  const [content, ...others] = [...childElements(bodies[0]!)];
  if (!content || others.length > 0) throw new SamlFault('message-type', `Body with ${content ? others.length + 1 : 0} messages`);
  if (isSoap(content, 'Fault')) throw new SoapFault(faultText(content));
  return content;
}

function faultText(fault: XmlElement): string {
  const text = [...childElements(fault)].find(({ name }) => name === 'faultstring')?.content ?? '';
  return `SOAP Fault ${text.slice(0, 200)}`.trim();
}

function writeOut(content: XmlElement): string {
  try {
    return content.canonicalizeToString({ mode: XmlC14NMode.XML_C14N_1_0 });
  } catch (error) {
    throw new SamlFault('well-formed', (error as Error).message); // a relative namespace URI has no canonical form
  }
}
