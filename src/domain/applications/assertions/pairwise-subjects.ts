import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import type { SealedColumn } from '../../../platform/crypto/index.ts';
import { listUsersByIds, type User } from '../../people/users/index.ts';
import type { ApplicationId, Scope, UserId } from '../../scope.ts';
import { listPairwiseSectors, type OidcSettings, sectorOf } from '../applications/index.ts';

// A subject is the person's id under a key of the sector: one block of AES, so no two people share one, nobody without the key can say who it is (OpenID Connect
// Core §8.1), and whoever has to find the person behind one needs no table.

const algorithm = 'aes-256-ecb';
const keyOfSector = (key: Buffer, sector: string): Buffer => createHmac('sha256', key).update(sector).digest();

/** By what subject applications of a sector know a person. @param key as `loadSubjectKey` returns it @returns 22 characters of base64url */
export function pairwiseSubject(key: Buffer, sector: string, userId: string): string {
  const cipher = createCipheriv(algorithm, keyOfSector(key, sector), null).setAutoPadding(false);
  const id = Buffer.from(userId.replaceAll('-', ''), 'hex');
  return Buffer.concat([cipher.update(id), cipher.final()]).toString('base64url');
}

function idBehind(key: Buffer, sector: string, subject: string): string {
  const decipher = createDecipheriv(algorithm, keyOfSector(key, sector), null).setAutoPadding(false);
  const id = Buffer.concat([decipher.update(Buffer.from(subject, 'base64url')), decipher.final()]).toString('hex');
  return id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

const purposeOf = (contextId: string) => `subject-key:${contextId}`;

export const sealedSubjectKeys: SealedColumn = {
  table: 'subject_keys',
  column: 'key_encrypted',
  by: ['context_id'],
  purposeOf: ({ context_id }) => purposeOf(context_id!),
};

const findKey = async ({ db, contextId, keyRing }: Scope): Promise<Buffer | undefined> => {
  const row = await db('subject_keys').where('context_id', contextId).first('key_encrypted');
  return row && keyRing.decrypt(row.key_encrypted, purposeOf(contextId));
};

/** The company's secret of 32 bytes, made when it is first asked for; it never changes. */
export async function loadSubjectKey(scope: Scope): Promise<Buffer> {
  const found = await findKey(scope);
  if (found) return found;
  const { db, contextId, keyRing, clock } = scope;
  const key_encrypted = keyRing.encrypt(randomBytes(32), purposeOf(contextId));
  await db('subject_keys').insert({ context_id: contextId, key_encrypted, created_at: clock.now() }).onConflict('context_id').ignore();
  return (await findKey(scope))!;
}

/** By what subject an application knows a person: the id, or a pairwise one. */
export async function subjectOf(scope: Scope, oidc: OidcSettings, userId: UserId): Promise<string> {
  const sector = sectorOf(oidc);
  return sector === undefined ? userId : pairwiseSubject(await loadSubjectKey(scope), sector, userId);
}

/** The people whom applications of the company know by this pairwise subject: one, or none. */
export async function findUsersBySubject(scope: Scope, subject: string): Promise<User[]> {
  if (!/^[A-Za-z0-9_-]{22}$/.test(subject)) return [];
  const sectors = new Set((await listPairwiseSectors(scope)).map(({ sector }) => sector));
  const key = sectors.size > 0 ? await findKey(scope) : undefined;
  return key
    ? listUsersByIds(
        scope,
        [...sectors].map((sector) => idBehind(key, sector, subject)),
      )
    : [];
}

/** By what pairwise subjects applications know somebody. */
export async function listPairwiseSubjects(
  scope: Scope,
  userId: UserId,
): Promise<{ applicationId: ApplicationId; name: string; subject: string }[]> {
  const sectors = await listPairwiseSectors(scope);
  if (sectors.length === 0) return [];
  const key = await loadSubjectKey(scope);
  return sectors.map(({ applicationId, name, sector }) => ({ applicationId, name, subject: pairwiseSubject(key, sector, userId) }));
}
