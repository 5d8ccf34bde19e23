import { BusyError, type Password, readPassword } from '../../../platform/crypto/index.ts';
import type { User } from '../../people/users/index.ts';
import { refundAttempt, reserveAttempt, settleAttempt } from '../../records/attempts/index.ts';
import type { Scope } from '../../scope.ts';
import { passwordFaults, type StoredPassword, verifyPassword } from '../credentials/password/index.ts';
import { findPolicyOf, type PolicyRules } from '../sign-in-policy/index.ts';
import { identify } from './identify.ts';
import type { Proven } from './pending-requests.ts';
import { mayLiftBlock, refuseAttempt } from './refuse-attempt.ts';
import { findStanding, type Standing } from './standing.ts';

/**
 * Refusals look alike outside; the audit has the reason. `standing` is the person's, as it was read for this.
 * `unavailable`: too many verifications wait, so that nothing was verified; that attempt does not count.
 */
export type PasswordOutcome =
  | { outcome: 'proven'; proven: Proven; standing: Standing }
  | { outcome: 'refused' }
  | { outcome: 'unavailable' };

/** What a person typed, in which browser, on the way where. */
export type PasswordAttempt = { login: string; password: string; browser: string; applicationId?: string };

/**
 * S37, S39–S42: checks who somebody says they are. An attempt is taken before the password is looked at, and every path costs the same argon2 verifications.
 * The attempt is given back when the whole sign-in is done (complete-sign-in): a right password alone buys no further tries at the second factor.
 */
export async function provePassword(scope: Scope, rules: PolicyRules, attempt: PasswordAttempt): Promise<PasswordOutcome> {
  const { password, browser } = attempt;
  // the proof is of the moment at which the person was looked up: whatever ends proofs while the password is verified ends this one
  const { login, at, userId, standing } = await identify(scope, rules, attempt.login, browser);
  const { lockout } = rules.base;
  const user = standing?.user;
  const reserved = await reserveAttempt(scope, userId, browser, lockout);
  // without an attempt left the stored hash is not evaluated, but the time is spent all the same
  const stored = reserved.taken === undefined ? undefined : standing?.password;
  let matching: Password | undefined;
  try {
    matching = await verifyPassword(scope, user?.userId, stored, readPassword(password));
  } catch (error) {
    if (!(error instanceof BusyError)) throw error;
    await refundAttempt(scope, reserved);
    return { outcome: 'unavailable' };
  }
  const refuse = async (reason: string): Promise<PasswordOutcome> => {
    // what is written of a known person costs one read more, for the key it is sealed under
    if (!user) await findStanding(scope, userId, browser);
    await refuseAttempt(scope, { login, user, reason, reserved, lockout });
    return { outcome: 'refused' };
  };
  if (!standing || !user) return refuse('unknown-person');
  if (reserved.taken === undefined) return refuse('attempts-used-up');
  if (!matching) return refuse('wrong-password');
  const liftsBlock = mayLiftBlock(user, reserved.isKnownBrowser, lockout, scope.clock.now());
  if (user.status !== 'activated' && !liftsBlock) return refuse(user.status);
  await settleAttempt(scope, reserved);
  return {
    outcome: 'proven',
    proven: { ...(await describe(scope, rules, { ...attempt, password: matching }, user, stored!)), at: at.getTime(), liftsBlock },
    standing,
  };
}

async function describe(
  scope: Scope,
  rules: PolicyRules,
  attempt: Omit<PasswordAttempt, 'password'> & { password: Password },
  user: User,
  stored: StoredPassword,
): Promise<Omit<Proven, 'at'>> {
  const policy = await findPolicyOf(scope, rules, user, attempt.applicationId);
  // the only moment at which the password itself is known: the policy may have become stricter since it was chosen
  const passwordIsWeak = !stored.mustChange && (await passwordFaults(attempt.password, user, policy.password)).length > 0;
  return {
    userId: user.userId,
    amr: ['pwd'],
    passwordChangedAt: stored.changedAt.getTime(),
    passwordIsWeak,
  };
}
