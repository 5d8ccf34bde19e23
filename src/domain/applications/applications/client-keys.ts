import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { whereKeysAre } from '../../../platform/errors/index.ts';

type Jwk = Record<string, unknown>;

/** Members of RFC 7518 §6.2.2, §6.3.2 and §6.4.1 that only the holder may know. */
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** For editors: the members that a key of each kind has to have, and none that is secret. */
const keyShape = {
  propertyNames: { not: { enum: secretMembers } },
  allOf: [
    { required: ['kty'], properties: { kty: { enum: ['RSA', 'EC', 'OKP'] } } },
    ...Object.entries({ RSA: ['n', 'e'], EC: ['crv', 'x', 'y'], OKP: ['crv', 'x'] }).map(([kty, required]) =>
      whereKeysAre({ kty: [kty] }, { required, properties: Object.fromEntries(required.map((name) => [name, { type: 'string' }])) }),
    ),
  ],
};

/** RFC 7517 §5: a set of public keys, each of which can verify an assertion (RFC 7518 §3.1, RFC 8037). */
export const clientKeys = z
  .object(
    {
      keys: z
        .array(z.record(z.string(), z.unknown()).meta(keyShape), 'fields.jwks_set')
        .min(1, 'fields.jwks_set')
        .max(20, 'fields.jwks_set'),
    },
    'fields.jwks_set',
  )
  .superRefine(({ keys }, ctx) => {
    const refuse = (message: string) => ctx.addIssue({ code: 'custom', message });
    if (keys.some((key) => secretMembers.some((member) => member in key))) refuse('fields.jwks_private');
    else if (!keys.every(isUsable)) refuse('fields.jwks_unusable');
  });

function isUsable(key: Jwk): boolean {
  try {
    const { asymmetricKeyType: kind, asymmetricKeyDetails: details } = createPublicKey({ key, format: 'jwk' });
    return kind === 'rsa' ? (details?.modulusLength ?? 0) >= 2048 : kind === 'ec' || kind === 'ed25519';
  } catch {
    return false;
  }
}
