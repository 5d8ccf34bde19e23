import { createHash } from 'node:crypto';
import { BusyError, type PasswordHasher } from '../../platform/crypto/index.ts';
import { clearAttempts, refundAttempt, reserveAttempt } from '../attempts/index.ts';
import { recordEvent } from '../audit/index.ts';
import { findPassword, verifyPassword } from '../credentials/password/index.ts';
import { inTransaction, type Scope, type UserId } from '../scope.ts';
import { getSignInPolicy } from '../sign-in-policy/index.ts';
import { canChangeStatus, changeStatus, findUserByLogin, fullName, getUser, type User, usernameKey } from '../users/index.ts';

import type { PasswordFacts } from './next-step.ts';

/** Refusals look alike outside; the audit has the reason. */
export type PasswordOutcome = { outcome: 'proven'; user: User; password: PasswordFacts } | { outcome: 'refused' };

/**
 * S37, S39–S42: checks who somebody says they are. An attempt is taken before the password is looked at, and every path costs one argon2 verification.
 * @throws BusyError when too many verifications wait; that attempt does not count
 */
export async function provePassword(scope: Scope, hasher: PasswordHasher, login: string, password: string): Promise<PasswordOutcome> {
  const user = login.length <= 254 ? await findUserByLogin(scope, login) : undefined;
  const policy = getSignInPolicy(scope);
  // an unknown name costs the same writes and reads under an id of its own, so that time does not tell it from a known one
  const userId = user?.userId ?? strangerId(scope.contextId, login);
  const taken = await reserveAttempt(scope, userId, policy.failedAttemptLimit, policy.attemptDecaySeconds);
  // without an attempt left the stored hash is not evaluated, but the time is spent all the same
  const stored = taken === undefined ? undefined : await findPassword(scope, userId);
  let matches: boolean;
  try {
    matches = await verifyPassword(scope, hasher, user?.userId, stored, password);
  } catch (error) {
    if (taken !== undefined && error instanceof BusyError) await refundAttempt(scope, userId);
    throw error;
  }
  if (!user) return refuse(scope, login, undefined, 'unknown-person');
  if (taken === undefined) return refuse(scope, login, user, 'attempts-used-up');
  if (!matches) return refuse(scope, login, user, 'wrong-password', taken >= policy.failedAttemptLimit);
  if (user.status !== 'activated') return refuse(scope, login, user, user.status);
  await clearAttempts(scope, user.userId);
  return { outcome: 'proven', user, password: { mustChange: stored!.mustChange, changedAt: stored!.changedAt.getTime() } };
}

const strangerId = (contextId: string, login: string): UserId => {
  const hex = createHash('sha256')
    .update(`${contextId} ${usernameKey(login)}`)
    .digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-0${hex.slice(13, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}` as UserId;
};

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
