import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { SamlFault } from './faults.ts';
import { messageLimits } from './read-xml.ts';
import { type Signer, signOctets } from './sign.ts';

export type Direction = 'SAMLRequest' | 'SAMLResponse';

/** What a browser brought, or a partner answered to our call, before anything of it is believed. */
export type Incoming = {
  direction: Direction;
  binding: 'redirect' | 'post' | 'soap';
  xml: Buffer;
  /** Opaque to us, up to 4 KB in practice though bindings §3.4.3 asks for 80 bytes. */
  relayState?: string;
  /** Of the Redirect binding: the octets signed, as they came. */
  signature?: { signed: string; algorithm: string; value: string };
};

const inflate = promisify(inflateRaw);
const deflate = promisify(deflateRaw);
const longestRelayState = 4096;

const checkRelayState = (value: string | undefined): string | undefined => {
  if (value !== undefined && Buffer.byteLength(value) > longestRelayState) throw new SamlFault('size', 'RelayState');
  return value;
};

/** Reads a Redirect binding from the query as it came (bindings §3.4). @throws SamlFault binding, encoding, size */
export async function readRedirect(query: string): Promise<Incoming> {
  const raw = new Map<string, string>();
  for (const part of query.split('&')) {
    const equals = part.indexOf('=');
    const [name, value] = equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
    if (!['SAMLRequest', 'SAMLResponse', 'SAMLart', 'RelayState', 'SigAlg', 'Signature', 'SAMLEncoding'].includes(name)) continue;
    if (raw.has(name)) throw new SamlFault('encoding', `${name} twice`); // two readers could take different ones
    raw.set(name, value);
  }
  const direction = directionOf(raw);
  const encoding = raw.get('SAMLEncoding');
  if (encoding !== undefined && urlDecode(encoding) !== 'urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE')
    throw new SamlFault('encoding', 'SAMLEncoding');
  const packed = base64(urlDecode(raw.get(direction)!));
  let xml: Buffer;
  try {
    xml = await inflate(packed, { maxOutputLength: messageLimits.bytes });
  } catch (error) {
    throw new SamlFault((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE' ? 'size' : 'encoding', 'DEFLATE');
  }
  const value = raw.get('Signature');
  const signed = [direction, 'RelayState', 'SigAlg'].filter((name) => raw.has(name)).map((name) => `${name}=${raw.get(name)}`);
  const signature =
    value === undefined ? undefined : { signed: signed.join('&'), algorithm: urlDecode(raw.get('SigAlg') ?? ''), value: urlDecode(value) };
  const relayState = raw.get('RelayState');
  return {
    direction,
    binding: 'redirect',
    xml,
    relayState: checkRelayState(relayState === undefined ? undefined : urlDecode(relayState)),
    signature,
  };
}

/** Reads a POST binding from the form's fields (bindings §3.5). @throws SamlFault binding, encoding, size */
export function readPost(form: URLSearchParams): Incoming {
  for (const name of ['SAMLRequest', 'SAMLResponse', 'RelayState'])
    if (form.getAll(name).length > 1) throw new SamlFault('encoding', `${name} twice`);
  const direction = directionOf(form);
  const text = form.get(direction)!;
  if (text.length > messageLimits.bytes * 2) throw new SamlFault('size', `${text.length} characters`);
  return { direction, binding: 'post', xml: base64(text), relayState: checkRelayState(form.get('RelayState') ?? undefined) };
}

function directionOf(parameters: { has(name: string): boolean }): Direction {
  if (parameters.has('SAMLart')) throw new SamlFault('binding', 'HTTP-Artifact');
  const found = (['SAMLRequest', 'SAMLResponse'] as const).filter((name) => parameters.has(name));
  if (found.length !== 1) throw new SamlFault('encoding', found.length === 0 ? 'no SAMLRequest' : 'SAMLRequest and SAMLResponse');
  return found[0]!;
}

function urlDecode(value: string): string {
  try {
    return decodeURIComponent(value.replaceAll('+', ' '));
  } catch {
    throw new SamlFault('encoding', 'URL encoding');
  }
}

function base64(text: string): Buffer {
  const packed = text.replace(/[ \t\r\n]+/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(packed)) throw new SamlFault('encoding', 'base64');
  return Buffer.from(packed, 'base64');
}

/** The address that carries a message by the Redirect binding, signed when `signer` is given. */
export async function redirectUrl(
  location: string,
  direction: Direction,
  xml: string,
  relayState: string | undefined,
  signer?: Signer,
): Promise<string> {
  const message = (await deflate(Buffer.from(xml))).toString('base64');
  let query = `${direction}=${encodeURIComponent(message)}`;
  if (relayState !== undefined) query += `&RelayState=${encodeURIComponent(relayState)}`;
  if (signer) {
    query += `&SigAlg=${encodeURIComponent(signer.algorithm)}`;
    query += `&Signature=${encodeURIComponent((await signOctets(query, signer)).toString('base64'))}`;
  }
  return `${location}${location.includes('?') ? '&' : '?'}${query}`;
}
