import { createHash, generateKeyPair, type JsonWebKey } from 'node:crypto';
import { promisify } from 'node:util';
import { notifyChange } from '../../../platform/database/index.ts';
import { AppError } from '../../../platform/errors/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { type Transaction, useCase } from '../../scope.ts';
import { lockContext } from '../contexts/index.ts';
import { changeKeyStatus, insertSigningKey, type KeyStatus, listSigningKeys, type SigningKey } from './store.ts';

const generate = promisify(generateKeyPair);
const algorithms = ['ES256', 'RS256'] as const;

/** The first keys of a context: one that signs and one already published for the next rotation, for each algorithm. */
export async function createSigningKeys(scope: Transaction): Promise<void> {
  for (const alg of algorithms) {
    await addKey(scope, alg, 'signing');
    await addKey(scope, alg, 'published');
  }
}

/**
 * The published key begins to sign, the signing key retires but stays published, and a new one is published. Relying parties that keep a copy of the key set have
 * seen the new signer since the last rotation, so nobody fails.
 * @param shown kids of the keys that signed when somebody asked for it: of two who ask at once one rotates
 * @throws AppError changed_meanwhile
 */
export const rotateSigningKeys = useCase(async (scope, shown?: string[]): Promise<void> => {
  await lockContext(scope);
  const signing = (await listSigningKeys(scope)).filter(({ status }) => status === 'signing');
  if (shown && !signing.every(({ kid }) => shown.includes(kid))) throw new AppError('changed_meanwhile', 409);
  for (const alg of algorithms) {
    await changeKeyStatus(scope, alg, 'signing', 'retired');
    await changeKeyStatus(scope, alg, 'published', 'signing');
    await addKey(scope, alg, 'published');
  }
  await recordEvent(scope, { type: 'signing-key.rotated', subject: { kind: 'signing-key', name: algorithms.join(', ') } });
  await notifyChange(scope.db, scope.contextId);
});

async function addKey(scope: Transaction, alg: (typeof algorithms)[number], status: KeyStatus): Promise<void> {
  const { privateKey } = alg === 'ES256' ? await generate('ec', { namedCurve: 'P-256' }) : await generate('rsa', { modulusLength: 2048 });
  const jwk = privateKey.export({ format: 'jwk' }) as JsonWebKey & {
    crv?: string;
    e?: string;
    kty?: string;
    n?: string;
    x?: string;
    y?: string;
  };
  const publicJwk = alg === 'ES256' ? { crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y } : { e: jwk.e, kty: jwk.kty, n: jwk.n };
  const kid = createHash('sha256').update(JSON.stringify(publicJwk)).digest('base64url'); // RFC 7638 thumbprint: members in lexical order
  const key = { ...jwk, kid, alg, use: 'sig' } as SigningKey;
  await insertSigningKey(scope, key, { ...publicJwk, kid, alg, use: 'sig' } as JsonWebKey, status);
  await recordEvent(scope, { type: 'signing-key.created', subject: { kind: 'signing-key', name: `${alg} ${kid}` } });
}
