import { constants, createHash, type KeyObject, type SignKeyObjectInput, sign as signWith } from 'node:crypto';
import { promisify } from 'node:util';
import { c14n, digestAlgorithms, findSignatureAlgorithm, type SigningAlgorithm, signingAlgorithms } from './names.ts';
import { element, type Node, serialize } from './write-xml.ts';

/** A private key with the certificate that partners know it by. `algorithm` is the URI of XML Signature. */
export type Signer = {
  key: KeyObject;
  /** base64 of the DER */
  certificate: string;
  algorithm: string;
};

export const signerFor = (key: KeyObject, certificate: string, algorithm: SigningAlgorithm): Signer => ({
  key,
  certificate,
  algorithm: signingAlgorithms[algorithm],
});

// in the thread pool: an RSA signature takes a millisecond, in which the event loop answers others
const inPool = promisify(signWith);

export async function signOctets(octets: string, { key, algorithm }: Signer): Promise<Buffer> {
  const { hash, ...form } = ownAlgorithm(algorithm);
  return inPool(hash, Buffer.from(octets), keyInput(key, form));
}

const ownAlgorithm = (uri: string) => findSignatureAlgorithm(uri, { rsaPss: true })!;

/** A key with the form of the signature that XML Signature wants of it. */
export function keyInput(key: KeyObject, { key: kind, isPss }: { key: 'rsa' | 'ec'; isPss?: true }): SignKeyObjectInput {
  if (kind === 'ec') return { key, dsaEncoding: 'ieee-p1363' };
  return isPss ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST } : { key };
}

const digestUri = (hash: string): string => Object.entries(digestAlgorithms).find(([, name]) => name === hash)![0];

/**
 * Signs an element that has an ID, enveloped (core §5.4), and puts the signature where the schemas want it: after the Issuer, or first.
 * The tree is written canonically, so its own text is what is digested.
 */
export async function signElement(node: Node, signer: Signer): Promise<Node> {
  const { hash } = ownAlgorithm(signer.algorithm);
  const signedInfo = element(
    'ds:SignedInfo',
    {},
    element('ds:CanonicalizationMethod', { Algorithm: c14n.exclusive }),
    element('ds:SignatureMethod', { Algorithm: signer.algorithm }),
    element(
      'ds:Reference',
      { URI: `#${node.attributes.ID}` },
      element(
        'ds:Transforms',
        {},
        element('ds:Transform', { Algorithm: c14n.enveloped }),
        element('ds:Transform', { Algorithm: c14n.exclusive }),
      ),
      element('ds:DigestMethod', { Algorithm: digestUri(hash) }),
      element('ds:DigestValue', {}, createHash(hash).update(serialize(node)).digest('base64')),
    ),
  );
  const value = await signOctets(serialize(signedInfo), signer);
  const signature = element(
    'ds:Signature',
    {},
    signedInfo,
    element('ds:SignatureValue', {}, value.toString('base64')),
    element('ds:KeyInfo', {}, element('ds:X509Data', {}, element('ds:X509Certificate', {}, signer.certificate))),
  );
  const [first, ...rest] = node.children;
  const hasIssuer = typeof first === 'object' && first.name === 'saml:Issuer';
  return { ...node, children: hasIssuer ? [first, signature, ...rest] : [signature, ...node.children] };
}
