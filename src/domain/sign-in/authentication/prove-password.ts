import { setTimeout } from 'node:timers/promises';
import { readPassword } from '../../../platform/crypto/index.ts';
import { count } from '../../../platform/metrics/index.ts';
import type { Scope } from '../../scope.ts';
import { floorOfRefusals, type Network } from '../credentials/directory-password/index.ts';
import { passwordFaults } from '../credentials/password/index.ts';
import { findPolicyOf, type PolicyRules } from '../sign-in-policy/index.ts';
import { type DirectoryRefusal, type Evaluated, evaluatePassword, isForDirectory } from './evaluate-password.ts';
import { type Identified, identify } from './identify.ts';
import type { Proven } from './pending-requests.ts';
import type { SignInReason } from './reasons.ts';
import { mayLiftBlock, refuseAttempt } from './refuse-attempt.ts';
import { findStanding, type Standing } from './standing.ts';
import { type OpenAttempt, takeAttempt } from './take-attempt.ts';

/**
 * Refusals look alike outside; the audit has the reason. `told`: what the directory says to who has the right password. `standing` is the person's, as it was read for this.
 * `attempt`: the one that was left open.
 * `unavailable`: too many verifications wait, so that nothing was verified; that attempt does not count.
 */
export type PasswordOutcome =
  | { outcome: 'proven'; proven: Proven; standing: Standing; attempt?: OpenAttempt }
  | { outcome: 'refused'; told?: DirectoryRefusal }
  | { outcome: 'unavailable' };

/**
 * What a person typed, in which browser, on the way where. `identified`: whom the login stands for, where it was asked before.
 * `leftOpen`: if the password is right, the end of the sign-in settles the attempt together with all it writes (completeSignIn), and on every other way the caller does (settleOpen).
 */
export type PasswordAttempt = {
  login: string;
  password: string;
  browser: string;
  applicationId?: string;
  leftOpen?: boolean;
  identified?: Promise<Identified>;
};

/**
 * S24, S37, S39–S42: checks who somebody says they are. An attempt is taken before the password is looked at, and every path costs the same argon2 verifications, or as much time.
 * The attempt is given back when the whole sign-in is done (complete-sign-in): a right password alone buys no further tries at the second factor.
 * @param network undefined where no directory is asked
 */
export async function provePassword(
  scope: Scope,
  rules: PolicyRules,
  attempt: PasswordAttempt,
  network?: Network,
): Promise<PasswordOutcome> {
  const { password, browser } = attempt;
  const begun = performance.now();
  // the proof is of the moment at which the person was looked up: whatever ends proofs while the password is verified ends this one
  const { login, at, userId, standing } = await (attempt.identified ?? identify(scope, rules, attempt.login, browser));
  const { lockout } = rules.base;
  const user = standing?.user;
  const liftsBlock = (isKnownBrowser: boolean) => user !== undefined && mayLiftBlock(user, isKnownBrowser, lockout, at);
  const mayEnter = (isKnownBrowser: boolean) => user?.status === 'activated' || liftsBlock(isKnownBrowser);
  // without an attempt left neither the stored hash nor the directory is asked, but the time is spent all the same
  const { attempt: taken, result } = await takeAttempt(
    scope,
    { userId, browser, withAsk: isForDirectory(standing, network?.rules) },
    lockout,
    (reserved): Promise<Evaluated | undefined> => {
      const isAlive = mayEnter(reserved.isKnownBrowser);
      return evaluatePassword(scope, network, { standing, attempt: reserved, isAlive, password: readPassword(password) });
    },
    ({ outcome, count }, { isKnownBrowser }) => (attempt.leftOpen && outcome !== 'refused' && mayEnter(isKnownBrowser) ? 'open' : count),
  );
  if (result === undefined) {
    count('portaria_sign_ins_total', { outcome: 'unavailable', reason: '' });
    return { outcome: 'unavailable' };
  }
  const refuse = async (reason: SignInReason, told?: DirectoryRefusal): Promise<PasswordOutcome> => {
    // what is written of a known person costs one read more, for the key it is sealed under
    if (!user) await findStanding(scope, userId, browser);
    await refuseAttempt(scope, { login, user, reason, attempt: taken, lockout, standing, applicationId: attempt.applicationId });
    if (network?.rules.signIn) await setTimeout(Math.max(0, begun + floorOfRefusals(scope.contextId) - performance.now()));
    return { outcome: 'refused', ...(told && { told }) };
  };
  if (!standing || !user) return refuse('unknown-person');
  if (taken.taken === undefined) return refuse('attempts-used-up');
  if (result.outcome === 'refused') return refuse(result.reason, result.told);
  if (user.status !== 'activated' && !liftsBlock(taken.isKnownBrowser)) return refuse(user.status);
  const proven: Proven = {
    ...(await describe(scope, rules, attempt, standing, result)),
    userId: user.userId,
    at: at.getTime(),
    amr: ['pwd'],
    passwordChangedAt: standing.password?.changedAt.getTime(),
    liftsBlock: liftsBlock(taken.isKnownBrowser),
    isKnownBrowser: taken.isKnownBrowser,
  };
  return {
    outcome: 'proven',
    proven,
    standing,
    ...(attempt.leftOpen && { attempt: { ...taken, isAnswered: result.count === 'answered' } }),
  };
}

/** Which password it was, and what has to become of it. */
async function describe(
  scope: Scope,
  rules: PolicyRules,
  { applicationId }: PasswordAttempt,
  { user, password }: Standing,
  result: Exclude<Evaluated, { outcome: 'refused' }>,
): Promise<Partial<Proven>> {
  if (result.outcome === 'network') return { directoryId: result.entry.directoryId, entryId: result.entry.entryId, ...result.found };
  // the only moment at which the password itself is known: the policy may have become stricter since it was chosen
  const policy = await findPolicyOf(scope, rules, user, applicationId);
  return { passwordIsWeak: !password!.mustChange && (await passwordFaults(result.matching, user, policy.password)).length > 0 };
}
