import { identifier } from '../../people/users/index.ts';
import { refundAttempt, reserveAttempt } from '../../records/attempts/index.ts';
import type { Scope, UserId } from '../../scope.ts';
import { type Ceremony, findPasskeyOwner, provePasskey } from '../credentials/passkey/index.ts';
import type { PolicyRules } from '../sign-in-policy/index.ts';
import { findPolicyOf } from './gather-facts.ts';
import type { Proven } from './pending-requests.ts';
import { mayLiftBlock, refuseAttempt } from './refuse-attempt.ts';
import { findStanding, type Standing } from './standing.ts';

export type PasskeyAnswer = { sealed: string; response: string; applicationId?: string };

/**
 * A passkey's answer, alone (it names its person) or as second factor of `expected`. Counted like everything else that can be tried.
 * @returns what is proven, or undefined: unknown, refused and blocked look alike
 */
export async function provePasskeySignIn(
  scope: Scope,
  rules: PolicyRules,
  ceremony: Ceremony,
  answer: PasskeyAnswer,
  expected?: UserId,
): Promise<{ proven: Proven; standing: Standing } | undefined> {
  const at = scope.clock.now().getTime(); // before the person is looked up, as prove-password
  const owner = await findPasskeyOwner(scope, answer.response);
  const isExpected = owner && (expected === undefined || owner === expected);
  const standing = isExpected ? await findStanding(scope, owner, ceremony.browser) : undefined;
  if (!standing) return undefined;
  const { user, password } = standing;
  const { lockout } = rules.base;
  const reserved = await reserveAttempt(scope, user.userId, ceremony.browser, lockout);
  const liftsBlock = mayLiftBlock(user, reserved.isKnownBrowser, lockout, scope.clock.now());
  const { secondFactor } = await findPolicyOf(scope, rules, user, answer.applicationId);
  const isAlive = user.status === 'activated' || liftsBlock;
  const amr = reserved.taken !== undefined && isAlive ? await provePasskey(scope, ceremony, user.userId, answer) : undefined;
  // as second factor it was asked for (next-step); alone only where the person's rules take it: that is no guess, and costs none
  const isWelcome = expected !== undefined || (secondFactor.demand !== 'off' && secondFactor.factors.includes('passkey'));
  if (amr && isWelcome) {
    const passwordChangedAt = password?.changedAt.getTime();
    return { proven: { userId: user.userId, at, amr, liftsBlock, passwordChangedAt, isPasswordless: true }, standing };
  }
  if (amr) await refundAttempt(scope, user.userId, ceremony.browser, reserved);
  const counted = amr ? { ...reserved, taken: undefined } : reserved;
  const reason = amr ? 'passkey-not-taken' : reserved.taken === undefined ? 'attempts-used-up' : isAlive ? 'wrong-passkey' : user.status;
  await refuseAttempt(scope, { login: identifier(user), browser: ceremony.browser, user, reason, reserved: counted, lockout });
  return undefined;
}
