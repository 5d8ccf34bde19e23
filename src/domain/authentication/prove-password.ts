import { BusyError, type PasswordHasher } from '../../platform/crypto/index.ts';
import { clearAttempts, refundAttempt, reserveAttempt } from '../attempts/index.ts';
import { recordEvent } from '../audit/index.ts';
import { findPassword, verifyPassword } from '../credentials/password/index.ts';
import { inTransaction, type Scope } from '../scope.ts';
import { getSignInPolicy } from '../sign-in-policy/index.ts';
import { canChangeStatus, changeStatus, findUserByLogin, fullName, getUser, type User } from '../users/index.ts';

/** Refusals look alike outside; the audit has the reason. */
export type PasswordOutcome = { outcome: 'proven'; user: User; mustChangePassword: boolean } | { outcome: 'refused' };

/**
 * S37, S39–S42: checks who somebody says they are. An attempt is taken before the password is looked at, and every path costs one argon2 verification.
 * @throws BusyError when too many verifications wait; that attempt does not count
 */
export async function provePassword(scope: Scope, hasher: PasswordHasher, login: string, password: string): Promise<PasswordOutcome> {
  const user = login.length <= 254 ? await findUserByLogin(scope, login) : undefined;
  const policy = getSignInPolicy(scope);
  const taken = user && (await reserveAttempt(scope, user.userId, policy.failedAttemptLimit, policy.attemptDecaySeconds));
  // without an attempt left the stored hash is not evaluated, but the time is spent all the same
  const stored = user && taken !== undefined ? await findPassword(scope, user.userId) : undefined;
  let matches: boolean;
  try {
    matches = await verifyPassword(scope, hasher, user?.userId, stored, password);
  } catch (error) {
    if (user && taken !== undefined && error instanceof BusyError) await refundAttempt(scope, user.userId);
    throw error;
  }
  if (!user) return refuse(scope, login, undefined, 'unknown-person');
  if (taken === undefined) return refuse(scope, login, user, 'attempts-used-up');
  if (!matches) return refuse(scope, login, user, 'wrong-password', taken >= policy.failedAttemptLimit);
  if (user.status !== 'activated') return refuse(scope, login, user, user.status);
  await clearAttempts(scope, user.userId);
  return { outcome: 'proven', user, mustChangePassword: stored!.mustChange };
}

async function refuse(scope: Scope, login: string, user: User | undefined, reason: string, limitReached = false): Promise<PasswordOutcome> {
  await inTransaction(scope, async (inside) => {
    await recordEvent(inside, {
      type: 'sign-in.failed',
      outcome: 'failure',
      // what was typed is kept only for known people: passwords get typed into the wrong field
      subject: user ? { kind: 'user', id: user.userId, name: fullName(user) } : undefined,
      reason,
      details: user ? { login } : {},
    });
    // a parallel attempt or an administrator may have changed the status since: then there is nothing to block
    if (limitReached && user && canChangeStatus(await getUser(inside, user.userId, { lock: true }), 'block')) {
      await changeStatus(inside, user.userId, 'block', 'failed-attempt-limit');
    }
  });
  return { outcome: 'refused' };
}
