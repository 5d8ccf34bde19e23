// JWE by ECDH-ES+A256KW over X25519 and A256GCM (RFC 7516, RFC 7518 §4.6, RFC 8037 §3.2): the one way in which passwords are sealed. By jose it took five times the
// processor, most of it for handing each step to another thread; test/smartsync-protocol holds that both read what the other writes.
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { z } from 'zod';

const alg = 'ECDH-ES+A256KW';
const enc = 'A256GCM';
const wrapCipher = 'id-aes256-wrap';
/** RFC 3394 §2.2.3.1 */
const wrapIv = Buffer.alloc(8, 0xa6);

export type Encrypted = {
  ciphertext: string;
  iv: string;
  tag: string;
  protected: string;
  aad?: string;
  recipients: { encrypted_key?: string; header?: Record<string, unknown> }[];
};

/** Made once of each key: reading a JWK costs as much as using it. */
function remember(make: (jwk: JsonWebKey) => KeyObject): (jwk: JsonWebKey) => KeyObject {
  const known = new WeakMap<JsonWebKey, KeyObject>();
  return (jwk) => {
    const key = known.get(jwk) ?? make(jwk);
    known.set(jwk, key);
    return key;
  };
}
const publicKeyOf = remember((key) => createPublicKey({ key, format: 'jwk' }));
const privateKeyOf = remember((key) => createPrivateKey({ key, format: 'jwk' }));

const sized = (text: string): Buffer => {
  const bytes = Buffer.alloc(4 + text.length);
  bytes.writeUInt32BE(text.length);
  bytes.write(text, 4, 'latin1');
  return bytes;
};
const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const none = number(0);
const derivation = { first: number(1), info: Buffer.concat([sized(alg), none, none, number(256)]) };

/** Concat KDF of one round (RFC 7518 §4.6.2). OpenSSL refuses a key of the other side that leads to nothing (RFC 7748 §6.1). */
const keyBetween = (privateKey: KeyObject, publicKey: KeyObject): Buffer =>
  createHash('sha256').update(derivation.first).update(diffieHellman({ privateKey, publicKey })).update(derivation.info).digest();

/**
 * @param header what is protected besides `enc`
 * @param recipients each finds its own part by its `kid`
 * @throws when one of their keys is of no use
 */
export function encryptTo(text: Buffer, header: Record<string, string>, recipients: { kid: string; key: JsonWebKey }[]): Encrypted {
  const contentKey = randomBytes(32);
  const iv = randomBytes(12);
  const sealedHeader = Buffer.from(JSON.stringify({ enc, ...header })).toString('base64url');
  const cipher = createCipheriv('aes-256-gcm', createSecretKey(contentKey), iv).setAAD(Buffer.from(sealedHeader, 'latin1'));
  const ciphertext = Buffer.concat([cipher.update(text), cipher.final()]);
  return {
    ciphertext: ciphertext.toString('base64url'),
    iv: iv.toString('base64url'),
    tag: cipher.getAuthTag().toString('base64url'),
    protected: sealedHeader,
    recipients: recipients.map(({ kid, key }) => {
      const own = generateKeyPairSync('x25519');
      const wrap = createCipheriv(wrapCipher, keyBetween(own.privateKey, publicKeyOf(key)), wrapIv);
      const { kty, crv, x } = own.publicKey.export({ format: 'jwk' });
      return {
        encrypted_key: Buffer.concat([wrap.update(contentKey), wrap.final()]).toString('base64url'),
        header: { alg, kid, epk: { kty, crv, x } },
      };
    }),
  };
}

// Strict: what we do not know (crit, zip, apu, apv …) would change what the rest means.
const joined = z.strictObject({
  alg: z.literal(alg),
  enc: z.literal(enc),
  kid: z.string(),
  epk: z.object({ kty: z.literal('OKP'), crv: z.literal('X25519'), x: z.string().max(100) }),
  purpose: z.string(),
});

/** @returns the text and what its header says it is for. @throws when no part is of this `kid`, the key does not fit, or it was changed */
export function decryptAs(kid: string, privateKey: JsonWebKey, encrypted: Encrypted): { text: string; purpose: string } {
  const own = encrypted.recipients.find(({ header }) => header?.kid === kid);
  if (!own?.encrypted_key || encrypted.aad !== undefined) throw new Error('sealed for somebody else');
  const sealedHeader = JSON.parse(Buffer.from(encrypted.protected, 'base64url').toString());
  // jose protects `epk` where there is one recipient
  const { epk, purpose } = joined.parse({ ...own.header, ...sealedHeader });
  const key = keyBetween(privateKeyOf(privateKey), createPublicKey({ key: epk, format: 'jwk' }));
  const unwrap = createDecipheriv(wrapCipher, key, wrapIv);
  const contentKey = Buffer.concat([unwrap.update(Buffer.from(own.encrypted_key, 'base64url')), unwrap.final()]);
  const decipher = createDecipheriv('aes-256-gcm', createSecretKey(contentKey), Buffer.from(encrypted.iv, 'base64url'), {
    authTagLength: 16,
  })
    .setAAD(Buffer.from(encrypted.protected, 'latin1'))
    .setAuthTag(Buffer.from(encrypted.tag, 'base64url'));
  const text = Buffer.concat([decipher.update(Buffer.from(encrypted.ciphertext, 'base64url')), decipher.final()]).toString();
  return { text, purpose };
}
