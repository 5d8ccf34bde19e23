import { createHash, type KeyObject, verify, X509Certificate } from 'node:crypto';
import { XmlC14NMode, type XmlElement } from 'libxml2-wasm';
import { Cache } from '../cache/index.ts';
import type { Incoming } from './bindings.ts';
import { SamlFault } from './faults.ts';
import { c14n, type Exceptions, findDigestAlgorithm, findSignatureAlgorithm, ns } from './names.ts';
import { childElements } from './read-xml.ts';
import { keyInput } from './sign.ts';

/** A certificate that a partner signs with; the one that was used is returned, so that an administrator sees who still uses the old one. */
export type VerifiedBy = { fingerprint: string };

const only = (element: XmlElement, name: string): XmlElement => {
  const found = [...childElements(element)].filter((child) => child.namespaceUri === ns.signature && child.name === name);
  if (found.length !== 1) throw new SamlFault('signature-placement', `${found.length} ${name}`);
  return found[0]!;
};

const signaturesBelow = (element: XmlElement): number =>
  [...childElements(element)].reduce(
    (sum, child) => sum + signaturesBelow(child) + (child.namespaceUri === ns.signature && child.name === 'Signature' ? 1 : 0),
    0,
  );

/**
 * Verifies the one enveloped signature of a message (core §5.4) and takes it out of the tree, so that what is read afterwards is what was signed.
 * @param certificates PEM, any of which may have signed; keys that the message brings along are not looked at
 * @param exceptions what of this partner is accepted beside what is accepted of all
 * @returns undefined when the message is not signed
 * @throws SamlFault signature-placement, signature-algorithm, signature-transforms, signature-value
 */
export function takeSignature(root: XmlElement, certificates: string[], exceptions: Exceptions = {}): VerifiedBy | undefined {
  const count = signaturesBelow(root);
  if (count === 0) return undefined;
  if (certificates.length === 0) throw new SamlFault('signature-value', 'the partner has no certificates here');
  const signature = [...childElements(root)].find((child) => child.namespaceUri === ns.signature && child.name === 'Signature');
  // one, and a child of the root: anywhere else it signs something that we do not read (signature wrapping)
  if (count !== 1 || !signature) throw new SamlFault('signature-placement', `${count} signatures, ${signature ? 1 : 0} of the message`);
  const signedInfo = only(signature, 'SignedInfo');
  const reference = only(signedInfo, 'Reference');
  const id = root.attr('ID')?.value;
  if (!id || reference.attr('URI')?.value !== `#${id}`) throw new SamlFault('signature-placement', 'the reference is not to the message');

  const method = only(signedInfo, 'SignatureMethod').attr('Algorithm')?.value ?? '';
  const algorithm = findSignatureAlgorithm(method, exceptions);
  const digestMethod = only(reference, 'DigestMethod').attr('Algorithm')?.value ?? '';
  const digest = findDigestAlgorithm(digestMethod, exceptions);
  if (!algorithm) throw new SamlFault('signature-algorithm', method);
  if (!digest) throw new SamlFault('signature-algorithm', digestMethod);
  const canonicalization = only(signedInfo, 'CanonicalizationMethod');
  const modeOfInfo = modeOf(canonicalization, exceptions);
  const [enveloped, transform, ...others] = [...childElements(only(reference, 'Transforms'))];
  const isEnveloped = enveloped?.attr('Algorithm')?.value === c14n.enveloped;
  if (!isEnveloped || others.length > 0) throw new SamlFault('signature-transforms', 'not enveloped and one canonicalization');
  const mode = modeOf(transform, exceptions);

  // the signature first, over a few elements: nothing of a message that no partner signed is worked on any further
  const value = decode(only(signature, 'SignatureValue').content);
  const expected = decode(only(reference, 'DigestValue').content);
  const signed = Buffer.from(canonicalize(signedInfo, modeOfInfo, prefixList(canonicalization)));
  const by = certificates.find((pem) => checks(pem, algorithm, signed, value));
  if (!by) throw new SamlFault('signature-value', `none of ${certificates.length} certificates fits`);
  const prefixes = transform ? prefixList(transform) : [];
  signature.remove();
  if (
    !createHash(digest)
      .update(canonicalize(root, mode, prefixes))
      .digest()
      .equals(expected)
  )
    throw new SamlFault('signature-value', 'the content was changed');
  return { fingerprint: fingerprintOf(by) };
}

/** The detached signature of the Redirect binding (bindings §3.4.4.1). The octets are as they came: `SAMLRequest=…&RelayState=…&SigAlg=…` */
export function verifyDetached(
  { signed, algorithm: method, value }: NonNullable<Incoming['signature']>,
  certificates: string[],
  exceptions: Exceptions = {},
): VerifiedBy {
  const algorithm = findSignatureAlgorithm(method, exceptions);
  if (!algorithm) throw new SamlFault('signature-algorithm', method);
  const by = certificates.find((pem) => checks(pem, algorithm, Buffer.from(signed), decode(value)));
  if (!by) throw new SamlFault('signature-value', `none of ${certificates.length} certificates fits`);
  return { fingerprint: fingerprintOf(by) };
}

const fingerprintOf = (pem: string): string => new X509Certificate(pem).fingerprint256;

/** Parsing a certificate costs as much as checking a signature. */
const keys = new Cache<KeyObject>({ name: 'saml_partner_keys', max: 2000 });

function readKey(pem: string): KeyObject | undefined {
  try {
    const { publicKey } = new X509Certificate(pem);
    if ((publicKey.asymmetricKeyDetails?.modulusLength ?? 2048) < 2048) return undefined;
    keys.set(pem, publicKey);
    return publicKey;
  } catch {
    return undefined;
  }
}

/** The key has to be of the algorithm's kind, or a public RSA key could be taken for something else. Smaller RSA keys than 2048 bits are not believed (NIST SP 800-131A). */
function checks(pem: string, algorithm: NonNullable<ReturnType<typeof findSignatureAlgorithm>>, signed: Buffer, value: Buffer): boolean {
  const key = keys.get(pem) ?? readKey(pem);
  if (!key || key.asymmetricKeyType !== algorithm.key) return false;
  return verify(algorithm.hash, signed, keyInput(key, algorithm), value);
}

type Mode = (typeof XmlC14NMode)['XML_C14N_1_0' | 'XML_C14N_EXCLUSIVE_1_0'];

const withComments = /#WithComments$/;

/**
 * How it is canonicalized. With or without comments is the same here, since no message has any (core §5.4.4 allows both).
 * @param transform none is inclusive canonicalization (XML Signature §4.4.3.2)
 * @throws SamlFault signature-transforms
 */
function modeOf(transform: XmlElement | undefined, { inclusiveC14n }: Exceptions): Mode {
  const name = transform?.attr('Algorithm')?.value ?? c14n.inclusive;
  const plain = name.replace(withComments, name.startsWith(c14n.exclusive) ? '#' : '');
  if (plain === c14n.exclusive) return XmlC14NMode.XML_C14N_EXCLUSIVE_1_0;
  if (plain === c14n.inclusive && inclusiveC14n) return XmlC14NMode.XML_C14N_1_0;
  throw new SamlFault('signature-transforms', name);
}

function canonicalize(element: XmlElement, mode: Mode, inclusiveNamespacePrefixes: string[]): string {
  try {
    if (mode === XmlC14NMode.XML_C14N_1_0) return element.canonicalizeToString({ mode });
    return element.canonicalizeToString({ mode: XmlC14NMode.XML_C14N_EXCLUSIVE_1_0, inclusiveNamespacePrefixes });
  } catch (error) {
    throw new SamlFault('signature-transforms', (error as Error).message); // a relative namespace URI has no canonical form
  }
}

const mostPrefixes = 20;

/** Exclusive canonicalization §4, `<InclusiveNamespaces PrefixList="xs">`: some libraries send it. Nothing else may stand there. */
function prefixList(transform: XmlElement): string[] {
  const [child, ...rest] = [...childElements(transform)];
  if (!child) return [];
  if (rest.length > 0 || child.name !== 'InclusiveNamespaces' || child.namespaceUri !== c14n.exclusive)
    throw new SamlFault('signature-transforms', child.name);
  const prefixes = [...new Set((child.attr('PrefixList')?.value ?? '').split(/[ \t\r\n]+/).filter(Boolean))];
  if (prefixes.length > mostPrefixes) throw new SamlFault('signature-transforms', `${prefixes.length} prefixes`);
  return prefixes;
}

/** Base64 without its line breaks (XML's white space, not Unicode's); anything else in it is a fault, not something to skip. */
function decode(text: string): Buffer {
  const packed = text.replace(/[ \t\r\n]+/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(packed)) throw new SamlFault('signature-value', 'not base64');
  return Buffer.from(packed, 'base64');
}
