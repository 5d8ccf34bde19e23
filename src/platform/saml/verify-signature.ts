import { createHash, type KeyObject, verify, X509Certificate } from 'node:crypto';
import { XmlC14NMode, type XmlElement } from 'libxml2-wasm';
import { LRUCache } from 'lru-cache';
import { SamlFault } from './faults.ts';
import { c14n, digestAlgorithms, ns, signatureAlgorithms } from './names.ts';
import { childElements } from './read-xml.ts';

/** A certificate that a partner signs with; which one it was is told back, so that an administrator sees who still uses the old one. */
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
 * @returns undefined when the message is not signed
 * @throws SamlFault signature-placement, signature-algorithm, signature-transforms, signature-value
 */
export function takeSignature(root: XmlElement, certificates: string[]): VerifiedBy | undefined {
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
  const algorithm = Object.hasOwn(signatureAlgorithms, method) ? signatureAlgorithms[method]! : undefined;
  const digestMethod = only(reference, 'DigestMethod').attr('Algorithm')?.value ?? '';
  const digest = Object.hasOwn(digestAlgorithms, digestMethod) ? digestAlgorithms[digestMethod]! : undefined;
  if (!algorithm) throw new SamlFault('signature-algorithm', method);
  if (!digest) throw new SamlFault('signature-algorithm', digestMethod);
  const canonicalization = only(signedInfo, 'CanonicalizationMethod');
  if (canonicalization.attr('Algorithm')?.value !== c14n.exclusive) throw new SamlFault('signature-transforms', 'canonicalization');
  const transforms = [...childElements(only(reference, 'Transforms'))];
  if (transforms.map((transform) => transform.attr('Algorithm')?.value).join(' ') !== `${c14n.enveloped} ${c14n.exclusive}`)
    throw new SamlFault('signature-transforms', transforms.map((transform) => transform.attr('Algorithm')?.value).join(' '));

  // the signature first, over a few elements: nothing of a message that no partner signed is worked on any further
  const value = decode(only(signature, 'SignatureValue').content);
  const expected = decode(only(reference, 'DigestValue').content);
  const signed = Buffer.from(canonicalize(signedInfo, prefixList(canonicalization)));
  const by = certificates.find((pem) => checks(pem, algorithm, signed, value));
  if (!by) throw new SamlFault('signature-value', `none of ${certificates.length} certificates fits`);
  const prefixes = prefixList(transforms[1]!);
  signature.remove();
  if (!createHash(digest).update(canonicalize(root, prefixes)).digest().equals(expected))
    throw new SamlFault('signature-value', 'the content was changed');
  return { fingerprint: fingerprintOf(by) };
}

/**
 * The detached signature of the Redirect binding (bindings §3.4.4.1).
 * @param signed the octets as they came: `SAMLRequest=…&RelayState=…&SigAlg=…`
 */
export function verifyDetached(signed: string, method: string, value: string, certificates: string[]): VerifiedBy {
  const algorithm = Object.hasOwn(signatureAlgorithms, method) ? signatureAlgorithms[method]! : undefined;
  if (!algorithm) throw new SamlFault('signature-algorithm', method);
  const by = certificates.find((pem) => checks(pem, algorithm, Buffer.from(signed), decode(value)));
  if (!by) throw new SamlFault('signature-value', `none of ${certificates.length} certificates fits`);
  return { fingerprint: fingerprintOf(by) };
}

const fingerprintOf = (pem: string): string => new X509Certificate(pem).fingerprint256;

/** Parsing a certificate costs as much as checking a signature. */
const keys = new LRUCache<string, KeyObject>({ max: 2000 });

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
function checks(pem: string, { hash, key: kind }: { hash: string; key: 'rsa' | 'ec' }, signed: Buffer, value: Buffer): boolean {
  const key = keys.get(pem) ?? readKey(pem);
  if (!key || key.asymmetricKeyType !== kind) return false;
  return verify(hash, signed, kind === 'ec' ? { key, dsaEncoding: 'ieee-p1363' } : key, value);
}

function canonicalize(element: XmlElement, inclusiveNamespacePrefixes: string[]): string {
  try {
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
