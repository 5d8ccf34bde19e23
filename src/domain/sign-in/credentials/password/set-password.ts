import { type PasswordHasher, randomPassword, readPassword, type SealedColumn } from '../../../../platform/crypto/index.ts';
import { fullName, type User } from '../../../people/users/index.ts';
import { recordEvent } from '../../../records/audit/index.ts';
import { endLinks } from '../../../records/one-time-links/index.ts';
import type { Scope, Transaction } from '../../../scope.ts';
import { findPassword, savePassword } from './store.ts';

const purpose = ({ contextId }: { contextId: string }, userId: string) => `temporary-password:${contextId}:${userId}`;

export const sealedTemporaryPasswords: SealedColumn = {
  table: 'passwords',
  column: 'temporary_encrypted',
  by: ['context_id', 'user_id'],
  purposeOf: ({ context_id, user_id }) => purpose({ contextId: context_id! }, user_id!),
};

/** @param hash of a password that passed checkPassword; hashing is slow and stays outside the transaction */
export async function setPersonalPassword(scope: Transaction, user: User, hash: string): Promise<void> {
  await savePassword(scope, user.userId, { hash, mustChange: false });
  await endLinks(scope, { userId: user.userId });
  await recordEvent(scope, { type: 'password.changed', subject: { kind: 'user', id: user.userId, name: fullName(user) } });
}

export type TemporaryPassword = { password: string; hash: string };

/** Slow, and so outside of transactions. */
export const makeTemporaryPassword = ({ hasher }: Scope): Promise<TemporaryPassword> => make(hasher.hash);

/** Of many people: whoever signs in meanwhile comes before. */
export const makeTemporaryPasswords = ({ hasher }: Scope, count: number): Promise<TemporaryPassword[]> =>
  Promise.all(Array.from({ length: count }, () => make(hasher.hashBehind)));

async function make(hash: PasswordHasher['hash']): Promise<TemporaryPassword> {
  const password = randomPassword();
  return { password, hash: await hash(readPassword(password)) };
}

/** S114, S118: a generated password that must be changed at the next sign-in; the previous one stops working at once. */
export async function setTemporaryPassword(scope: Transaction, user: User, temporary: TemporaryPassword): Promise<void> {
  const temporaryEncrypted = scope.keyRing.encrypt(temporary.password, purpose(scope, user.userId));
  await savePassword(scope, user.userId, { hash: temporary.hash, mustChange: true, temporaryEncrypted });
  await endLinks(scope, { userId: user.userId });
  await recordEvent(scope, { type: 'user.temporary-password-set', subject: { kind: 'user', id: user.userId, name: fullName(user) } });
}

/** S80: only while the person has not changed it. */
export async function showTemporaryPassword(scope: Scope, user: User): Promise<string | undefined> {
  const stored = await findPassword(scope, user.userId);
  return stored?.temporaryEncrypted && scope.keyRing.decrypt(stored.temporaryEncrypted, purpose(scope, user.userId)).toString();
}
