import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { whereKeysAre } from '../../../platform/errors/index.ts';

type Jwk = Record<string, unknown>;

/** Members of RFC 7518 §6.2.2, §6.3.2 and §6.4.1 that only the holder may know. */
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** For editors: the members that a key of each kind has to have. */
const usableKey = {
  type: 'object',
  allOf: [
    // or a reference of a file
    { required: ['kty'], properties: { kty: { type: 'string', pattern: '^(?:RSA|EC|OKP)$|\\$\\{(?:env|file):' } } },
    ...Object.entries({ RSA: ['n', 'e'], EC: ['crv', 'x', 'y'], OKP: ['crv', 'x'] }).map(([kty, required]) =>
      whereKeysAre({ kty: [kty] }, { required, properties: Object.fromEntries(required.map((name) => [name, { type: 'string' }])) }),
    ),
  ],
};
const keyShape = { propertyNames: { not: { enum: secretMembers } } };

/** RFC 7517 §5: a set of public keys. Those that cannot verify an assertion (RFC 7518 §3.1, RFC 8037), such as of a kind that nobody here knows, are left out; one has to be left. */
export const clientKeys = z
  .object(
    {
      keys: z
        .array(z.record(z.string(), z.unknown()).meta(keyShape), 'fields.jwks_set')
        .min(1, 'fields.jwks_set')
        .max(20, 'fields.jwks_set')
        .meta({ contains: usableKey }),
    },
    'fields.jwks_set',
  )
  .superRefine(({ keys }, ctx) => {
    const refuse = (message: string) => ctx.addIssue({ code: 'custom', message });
    if (keys.some((key) => secretMembers.some((member) => member in key))) refuse('fields.jwks_private');
    else if (keys.length > 0 && !keys.some(isUsable)) refuse('fields.jwks_unusable');
  })
  .transform(({ keys }) => ({ keys: keys.filter(isUsable) }));

/** Of a set that was accepted: how many of its keys were left out. */
export const countUnusableKeys = (jwks: unknown): number =>
  ((jwks as { keys?: Jwk[] } | null | undefined)?.keys ?? []).filter((key) => !isUsable(key)).length;

/** RFC 7518 §3.1, RFC 8037, RFC 9864. */
const algs = new Set([...['RS', 'PS', 'ES'].flatMap((kind) => [`${kind}256`, `${kind}384`, `${kind}512`]), 'EdDSA', 'Ed25519']);

function isUsable(key: Jwk): boolean {
  // RFC 7517 §4.2 and §4.4: what it is for, where it says so
  if ((key.alg !== undefined && !algs.has(String(key.alg))) || (key.use !== undefined && key.use !== 'sig')) return false;
  try {
    const { asymmetricKeyType: kind, asymmetricKeyDetails: details } = createPublicKey({ key, format: 'jwk' });
    return kind === 'rsa' ? (details?.modulusLength ?? 0) >= 2048 : kind === 'ec' || kind === 'ed25519';
  } catch {
    return false;
  }
}
