import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { CompactSign, compactVerify, importJWK, type JWK } from 'jose';
import { z } from 'zod';
import { decryptAs, encryptTo } from './jwe.ts';

/** A public key on the curve 25519 (RFC 8037). */
export const publicKeyShape = z.object({ kty: z.literal('OKP'), crv: z.enum(['Ed25519', 'X25519']), x: z.string().max(100) });
export type PublicKey = z.output<typeof publicKeyShape>;

/** JWE in general JSON form (RFC 7516 §7.2.1), one recipient for each agent. */
export const sealedShape = z.object({
  ciphertext: z.string(),
  iv: z.string(),
  tag: z.string(),
  protected: z.string(),
  aad: z.string().optional(),
  recipients: z.array(z.object({ encrypted_key: z.string().optional(), header: z.record(z.string(), z.unknown()).optional() })).max(50),
});
export type Sealed = z.output<typeof sealedShape>;

/** By whose `kid` an agent finds its own part. */
export type SealedKey = { agentId: string; encryptionKey: PublicKey };

const secret = z.object({
  key: z.string(),
  password: z.string().optional(),
  oldPassword: z.string().optional(),
  newPassword: z.string().optional(),
});
type Secret = z.output<typeof secret>;

/**
 * Seals passwords so that only these agents can read them: neither queue, database, log nor a proxy in between.
 * @param purpose what it may be used for, such as the request's kind and entry: an agent refuses it for anything else
 * @returns `key`, which stays with who asks: only by it an answer is proven (proveAnswer). `failed`: agents whose keys are of no use; without any other there is nothing `sealed`
 */
export async function seal(
  passwords: Omit<Secret, 'key'>,
  purpose: string,
  agents: SealedKey[],
): Promise<{ sealed?: Sealed; key: string; failed: string[] }> {
  const key = randomBytes(32).toString('base64url');
  const text = Buffer.from(JSON.stringify({ ...passwords, key } satisfies Secret));
  const sealFor = (some: SealedKey[]): Sealed | undefined => {
    try {
      return encryptTo(
        text,
        { purpose },
        some.map(({ agentId, encryptionKey }) => ({ kid: agentId, key: encryptionKey })),
      );
    } catch {
      return undefined;
    }
  };
  const sealed = sealFor(agents);
  if (sealed) return { sealed, key, failed: [] };
  // one bad key spoils it for all
  const good = agents.filter((agent) => sealFor([agent]) !== undefined);
  const failed = agents.filter((agent) => !good.includes(agent)).map(({ agentId }) => agentId);
  return { sealed: good.length > 0 ? sealFor(good) : undefined, key, failed };
}

/** @param privateKey the agent's X25519 key. @throws when it is not for this agent, or for another purpose */
export async function openSealed(sealed: Sealed, purpose: string, agentId: string, privateKey: JWK): Promise<Secret> {
  const opened = decryptAs(agentId, privateKey, sealed);
  if (opened.purpose !== purpose) throw new Error('sealed for another purpose');
  return secret.parse(JSON.parse(opened.text));
}

/** What an agent adds to a yes: HMAC-SHA256 of it under the key that came with the password. */
export const proveAnswer = (key: string, requestId: string, outcome: string): string =>
  createHmac('sha256', Buffer.from(key, 'base64url')).update(`${requestId} ${outcome}`).digest('base64url');

/** Whether the answer comes from who could open the sealed password of this very request. */
export function isProvenAnswer(key: string, requestId: string, outcome: string, proof: string): boolean {
  const expected = Buffer.from(proveAnswer(key, requestId, outcome));
  const given = Buffer.from(proof);
  return expected.length === given.length && timingSafeEqual(expected, given);
}

const challengeText = (nonce: string, audience: string, agentId: string) =>
  new TextEncoder().encode(`smartsync ${nonce} ${audience} ${agentId}`);

/** @param audience the address that the agent dialled: what one server was told is of no use at another. @param privateKey Ed25519 */
export const signNonce = async (nonce: string, audience: string, agentId: string, privateKey: JWK): Promise<string> =>
  new CompactSign(challengeText(nonce, audience, agentId)).setProtectedHeader({ alg: 'EdDSA' }).sign(await importJWK(privateKey, 'EdDSA'));

export async function verifyNonce(
  signature: string,
  nonce: string,
  audience: string,
  agentId: string,
  signingKey: PublicKey,
): Promise<boolean> {
  try {
    const { payload } = await compactVerify(signature, await importJWK(signingKey, 'EdDSA'), { algorithms: ['EdDSA'] });
    return Buffer.from(payload).equals(Buffer.from(challengeText(nonce, audience, agentId)));
  } catch {
    return false;
  }
}
