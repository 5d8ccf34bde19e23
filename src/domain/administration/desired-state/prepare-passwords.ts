import { type Password, randomPassword, readPassword } from '../../../platform/crypto/index.ts';
import { findContextByCode } from '../../company/contexts/index.ts';
import { findUserByLogin } from '../../people/users/index.ts';
import type { Scope, ServerScope } from '../../scope.ts';
import { findPassword } from '../../sign-in/credentials/password/index.ts';
import type { Desired, DesiredState } from '../configuration/index.ts';

type DesiredUser = Desired<'users'>;

/** `inForce`: the stored hash that this password was found to match; otherwise `hash` is to be stored. */
export type PreparedPassword = { password: Password; inForce?: string; hash?: string };
export type PreparedPasswords = Map<DesiredUser, PreparedPassword>;

export const loginOf = ({ email, username }: DesiredUser): string => email ?? username ?? '';

/** Hashing is slow, and so it is done before the transaction: of the passwords that the file gives, and of those that are generated for people who are new. */
export async function preparePasswords(scope: ServerScope, { contexts }: DesiredState): Promise<PreparedPasswords> {
  const prepared: PreparedPasswords = new Map();
  for (const { code, users } of contexts) {
    const context = await findContextByCode(scope.db, code);
    const inside = context && { ...scope, contextId: context.contextId };
    for (const user of users) {
      const one = await prepare(scope, inside, user);
      if (one) prepared.set(user, one);
    }
  }
  return prepared;
}

async function prepare({ hasher }: ServerScope, scope: Scope | undefined, desired: DesiredUser): Promise<PreparedPassword | undefined> {
  const login = loginOf(desired);
  const user = scope && login ? await findUserByLogin(scope, login) : undefined;
  const text = desired.password ?? (desired.generatePassword && !user ? randomPassword() : undefined);
  if (text === undefined) return undefined;
  const password = readPassword(text);
  const stored = scope && user && (await findPassword(scope, user.userId));
  if (stored && (await hasher.verify(password, stored.hash))) return { password, inForce: stored.hash };
  return { password, hash: await hasher.hash(password) };
}
