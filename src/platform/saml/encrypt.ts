import { constants, createCipheriv, publicEncrypt, randomBytes, X509Certificate } from 'node:crypto';
import { ns } from './names.ts';
import { element, type Node, serialize } from './write-xml.ts';

/** Block ciphers of XML Encryption 1.0 and 1.1. CBC has no integrity of its own and is there for old partners. */
export const blockCiphers = {
  'aes256-gcm': { uri: 'http://www.w3.org/2009/xmlenc11#aes256-gcm', keyBytes: 32, ivBytes: 12 },
  'aes128-gcm': { uri: 'http://www.w3.org/2009/xmlenc11#aes128-gcm', keyBytes: 16, ivBytes: 12 },
  'aes256-cbc': { uri: 'http://www.w3.org/2001/04/xmlenc#aes256-cbc', keyBytes: 32, ivBytes: 16 },
  'aes128-cbc': { uri: 'http://www.w3.org/2001/04/xmlenc#aes128-cbc', keyBytes: 16, ivBytes: 16 },
} as const;
export type BlockCipher = keyof typeof blockCiphers;

/** `certificate`: PEM of the partner's encryption key, RSA. */
export type Encryption = { certificate: string; cipher: BlockCipher; oaepHash?: 'sha1' | 'sha256' };

const wrappingMethods = {
  sha1: element(
    'xenc:EncryptionMethod',
    { Algorithm: `${ns.encryption}rsa-oaep-mgf1p` },
    element('ds:DigestMethod', { Algorithm: `${ns.signature}sha1` }),
  ),
  sha256: element(
    'xenc:EncryptionMethod',
    { Algorithm: `${ns.encryption11}rsa-oaep` },
    element('ds:DigestMethod', { Algorithm: `${ns.encryption}sha256` }),
    element('xenc11:MGF', { Algorithm: `${ns.encryption11}mgf1sha256` }),
  ),
};

/**
 * Encrypts an assertion for the holder of a certificate (core §2.3.4): a fresh key for the content, wrapped with RSA-OAEP. With SHA-1 it is the one that every partner
 * reads, and the hash there carries no security of its own; with SHA-256 hash and MGF1 are that of XML Encryption 1.1 §5.5.2.
 */
export function encryptAssertion(assertion: Node, { certificate, cipher, oaepHash = 'sha1' }: Encryption): Node {
  const { uri, keyBytes, ivBytes } = blockCiphers[cipher];
  const [key, iv] = [randomBytes(keyBytes), randomBytes(ivBytes)];
  const content = Buffer.from(serialize(assertion));
  const wrapped = publicEncrypt(
    { key: new X509Certificate(certificate).publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash },
    key,
  );
  const encryptedKey = element(
    'xenc:EncryptedKey',
    {},
    wrappingMethods[oaepHash],
    element('xenc:CipherData', {}, element('xenc:CipherValue', {}, wrapped.toString('base64'))),
  );
  return element(
    'saml:EncryptedAssertion',
    {},
    element(
      'xenc:EncryptedData',
      { Type: `${ns.encryption}Element` },
      element('xenc:EncryptionMethod', { Algorithm: uri }),
      element('ds:KeyInfo', {}, encryptedKey),
      element('xenc:CipherData', {}, element('xenc:CipherValue', {}, seal(cipher, key, iv, content).toString('base64'))),
    ),
  );
}

function seal(cipher: BlockCipher, key: Buffer, iv: Buffer, content: Buffer): Buffer {
  const name = cipher.replace('aes', 'aes-');
  if (cipher.endsWith('gcm')) {
    const sealing = createCipheriv(name as 'aes-256-gcm', key, iv);
    return Buffer.concat([iv, sealing.update(content), sealing.final(), sealing.getAuthTag()]);
  }
  // XML Encryption §5.2: the last octet says how many were added, the others are free; PKCS #7 padding is one of its forms
  const sealing = createCipheriv(name, key, iv);
  return Buffer.concat([iv, sealing.update(content), sealing.final()]);
}
