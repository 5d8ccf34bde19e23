import type { JsonWebKey } from 'node:crypto';
import type { SealedColumn } from '../../../platform/crypto/index.ts';
import type { Row } from '../../rows.ts';
import type { Scope, Transaction } from '../../scope.ts';

export type KeyStatus = 'published' | 'signing' | 'retired';
export type SigningKeyRecord = {
  kid: string;
  alg: 'ES256' | 'RS256';
  status: KeyStatus;
  createdAt: Date;
  signingSince?: Date;
  retiredAt?: Date;
};
/** A private JWK (RFC 7517) ready to sign. */
export type SigningKey = JsonWebKey & { kid: string; alg: SigningKeyRecord['alg']; use: 'sig' };

/** How long a retired key stays in the published set: longer than any token or cached logout token lives. */
const publishedAfterRetirementSeconds = 7 * 24 * 3600;

export const keyPurpose = (contextId: string, kid: string): string => `signing-key:${contextId}:${kid}`;

export const sealedSigningKeys: SealedColumn = {
  table: 'signing_keys',
  column: 'private_jwk_encrypted',
  by: ['context_id', 'kid'],
  purposeOf: ({ context_id, kid }) => keyPurpose(context_id!, kid!),
};

const toRecord = (row: Row<'signing_keys'>): SigningKeyRecord => ({
  kid: row.kid,
  alg: row.alg,
  status: row.status,
  createdAt: row.created_at,
  signingSince: row.signing_since ?? undefined,
  retiredAt: row.retired_at ?? undefined,
});

export async function listSigningKeys({ db, contextId }: Scope): Promise<SigningKeyRecord[]> {
  const rows = await db('signing_keys')
    .where('context_id', contextId)
    .orderBy(['alg', { column: 'created_at', order: 'desc' }]);
  return rows.map(toRecord);
}

/** Keys to publish, those that sign first: oidc-provider signs with the first that fits. */
export async function loadSigningKeys({ db, contextId, clock, keyRing }: Scope): Promise<SigningKey[]> {
  const since = new Date(clock.now().getTime() - publishedAfterRetirementSeconds * 1000);
  const rows = await db('signing_keys')
    .where('context_id', contextId)
    .andWhere((query) => query.whereNot('status', 'retired').orWhere('retired_at', '>', since))
    .orderByRaw("array_position(ARRAY['signing', 'published', 'retired'], status), alg, created_at DESC");
  return rows.map((row) => JSON.parse(keyRing.decrypt(row.private_jwk_encrypted, keyPurpose(contextId, row.kid)).toString()));
}

export async function insertSigningKey(
  { db, contextId, clock, keyRing }: Transaction,
  key: SigningKey,
  publicJwk: JsonWebKey,
  status: KeyStatus,
): Promise<void> {
  await db('signing_keys').insert({
    context_id: contextId,
    kid: key.kid,
    alg: key.alg,
    status,
    public_jwk: JSON.stringify(publicJwk),
    private_jwk_encrypted: keyRing.encrypt(JSON.stringify(key), keyPurpose(contextId, key.kid)),
    created_at: clock.now(),
    signing_since: status === 'signing' ? clock.now() : null,
  });
}

export async function changeKeyStatus(
  { db, contextId, clock }: Transaction,
  alg: SigningKeyRecord['alg'],
  from: KeyStatus,
  to: KeyStatus,
): Promise<void> {
  await db('signing_keys')
    .where({ context_id: contextId, alg, status: from })
    .update({
      status: to,
      ...(to === 'signing' ? { signing_since: clock.now() } : {}),
      ...(to === 'retired' ? { retired_at: clock.now() } : {}),
    });
}
