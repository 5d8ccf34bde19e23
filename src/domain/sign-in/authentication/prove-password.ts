import { type Password, readPassword } from '../../../platform/crypto/index.ts';
import type { User } from '../../people/users/index.ts';
import type { Scope } from '../../scope.ts';
import { passwordFaults, type StoredPassword, verifyPassword } from '../credentials/password/index.ts';
import { findPolicyOf, type PolicyRules } from '../sign-in-policy/index.ts';
import { identify } from './identify.ts';
import type { Proven } from './pending-requests.ts';
import { mayLiftBlock, refuseAttempt } from './refuse-attempt.ts';
import { findStanding, type Standing } from './standing.ts';
import { takeAttempt } from './take-attempt.ts';

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
  // without an attempt left the stored hash is not evaluated, but the time is spent all the same
  const { attempt: taken, result: matching } = await takeAttempt(
    scope,
    { userId, browser },
    lockout,
    async ({ taken }) =>
      (await verifyPassword(scope, user?.userId, taken === undefined ? undefined : standing?.password, readPassword(password))) ?? false,
  );
  if (matching === undefined) return { outcome: 'unavailable' };
  const refuse = async (reason: string): Promise<PasswordOutcome> => {
    // what is written of a known person costs one read more, for the key it is sealed under
    if (!user) await findStanding(scope, userId, browser);
    await refuseAttempt(scope, { login, user, reason, attempt: taken, lockout });
    return { outcome: 'refused' };
  };
  if (!standing || !user) return refuse('unknown-person');
  if (taken.taken === undefined) return refuse('attempts-used-up');
  if (!matching) return refuse('wrong-password');
  const liftsBlock = mayLiftBlock(user, taken.isKnownBrowser, lockout, scope.clock.now());
  if (user.status !== 'activated' && !liftsBlock) return refuse(user.status);
  return {
    outcome: 'proven',
    proven: {
      ...(await describe(scope, rules, { ...attempt, password: matching }, user, standing.password!)),
      at: at.getTime(),
      liftsBlock,
      isKnownBrowser: taken.isKnownBrowser,
    },
    standing,
  };
}

async function describe(
  scope: Scope,
  rules: PolicyRules,
  attempt: Omit<PasswordAttempt, 'password'> & { password: Password },
  user: User,
  stored: StoredPassword,
): Promise<Omit<Proven, 'at' | 'isKnownBrowser'>> {
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
