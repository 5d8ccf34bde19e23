import { hash } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { z } from 'zod';
import type { DataFolder } from '../data-folder.ts';
import type { Secrets } from '../secrets.ts';

const identityFile = 'identity.json';

const keys = z.object({ signing: z.record(z.string(), z.unknown()), encryption: z.record(z.string(), z.unknown()) });

/** Private keys as JWK: Ed25519 signs, X25519 opens what is sealed (RFC 8037). */
export type Keys = { signing: JWK; encryption: JWK };

const enrolled = z.object({ agentId: z.string(), directoryId: z.string(), directory: z.string(), tokenHash: z.string() });

/** Who this agent is: of which directory, and by which token it became so. */
export type Identity = z.output<typeof enrolled> & { keys: Keys };

const kept = enrolled.extend({ keys: z.string() });

/** What stays of a token: enough to know it again. */
export const hashOfToken = (token: string): string => hash('sha256', token, 'base64url');

export async function makeKeys(): Promise<Keys> {
  const [signing, encryption] = await Promise.all([
    generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true }),
    generateKeyPair('ECDH-ES', { crv: 'X25519', extractable: true }),
  ]);
  return { signing: await exportJWK(signing.privateKey), encryption: await exportJWK(encryption.privateKey) };
}

/** A key as the server keeps it. */
export const publicPart = <Curve extends 'Ed25519' | 'X25519'>(key: JWK, crv: Curve) => ({ kty: 'OKP' as const, crv, x: key.x! });

/** To compare by eye with what the console shows: SHA-256 of the signing key's 32 bytes, in hexadecimal. */
export const fingerprintOf = ({ signing }: Keys): string =>
  hash('sha256', Buffer.from(signing.x!, 'base64url'), 'hex').match(/.{4}/g)!.slice(0, 8).join(' ');

/** @throws Error when there is one that cannot be read */
export function readIdentity(folder: DataFolder, secrets: Secrets): Identity | undefined {
  const content = folder.read(identityFile);
  if (content === undefined) return undefined;
  try {
    const identity = kept.parse(JSON.parse(content));
    return { ...identity, keys: keys.parse(JSON.parse(secrets.open(identity.keys, 'keys'))) as Keys };
  } catch (cause) {
    throw new Error(`${identityFile} in the data directory cannot be read. Remove it, and give SmartSync a new token.`, { cause });
  }
}

export function writeIdentity(folder: DataFolder, secrets: Secrets, identity: Identity): void {
  const sealed = { ...identity, keys: secrets.seal(JSON.stringify(identity.keys), 'keys') };
  folder.write(identityFile, `${JSON.stringify(sealed, null, 2)}\n`);
}
