import { identifier, type User } from '../../people/users/index.ts';
import { forgiveAttempt, type Reserved, refundAttempt, reserveAttempt, settleAttempt } from '../../records/attempts/index.ts';
import type { ApplicationId, Scope } from '../../scope.ts';
import {
  type Answer,
  type Factor,
  type FactorKind,
  factorOf,
  type Outcome,
  type Place,
  type Proof,
  type ProofKind,
  proofs,
} from '../credentials/factors/index.ts';
import { findPolicyOf, type PolicyRules } from '../sign-in-policy/index.ts';
import type { Proven } from './pending-requests.ts';
import { mayLiftBlock, refuseAttempt } from './refuse-attempt.ts';
import { findStanding, type Standing } from './standing.ts';

/** What was answered, in which browser at which address. */
export type FactorAnswer<Kind extends ProofKind = ProofKind> = { kind: Kind; place: Place; answer: Answer };

/** A second factor of somebody who is known. */
export async function proveFactor(scope: Scope, rules: PolicyRules, user: User, given: FactorAnswer): Promise<Outcome> {
  const proof: Proof & Partial<Pick<Factor, 'findOwner'>> = proofs[given.kind];
  if (proof.findOwner && (await proof.findOwner(scope, given.answer)) !== user.userId) {
    // an answer that names somebody else is none of this person's attempts; the audit knows of it
    const uncounted = { userId: user.userId, browser: given.place.browser, isKnownBrowser: false, taken: undefined };
    await refuse(scope, rules, user, uncounted, `wrong-${given.kind}`);
    return { outcome: 'refused' };
  }
  const { outcome, reserved, reason } = await attempt(scope, rules, user, given);
  if (outcome.outcome === 'refused') await refuse(scope, rules, user, reserved, reason);
  return outcome;
}

export type AloneOutcome = { outcome: 'proven'; proven: Proven; standing: Standing } | { outcome: 'refused' } | { outcome: 'unavailable' };

/**
 * A factor whose answer names its person, instead of name and password.
 * @returns unknown, refused and blocked look alike; the audit has the reason
 */
export async function proveAlone(
  scope: Scope,
  rules: PolicyRules,
  given: FactorAnswer<FactorKind>,
  applicationId?: ApplicationId,
): Promise<AloneOutcome> {
  const { kind, place, answer } = given;
  const at = scope.clock.now().getTime(); // before the person is looked up, as prove-password
  const owner = await factorOf(kind).findOwner?.(scope, answer);
  const standing = owner && (await findStanding(scope, owner, place.browser));
  if (!standing) return { outcome: 'refused' };
  const { user, password } = standing;
  const { secondFactor } = await findPolicyOf(scope, rules, user, applicationId);
  const isWelcome = secondFactor.demand !== 'off' && secondFactor.factors.includes(kind);
  const { outcome, reserved, liftsBlock, reason } = await attempt(scope, rules, user, given);
  if (outcome.outcome === 'proven' && isWelcome) {
    const { amr } = outcome;
    const passwordChangedAt = password?.changedAt.getTime();
    return { outcome: 'proven', proven: { userId: user.userId, at, amr, liftsBlock, passwordChangedAt, isPasswordless: true }, standing };
  }
  if (outcome.outcome === 'unavailable') return outcome;
  if (outcome.outcome === 'refused') await refuse(scope, rules, user, reserved, reason);
  else {
    // it is theirs, and the person's rules do not take it: that is no guess, and costs none
    await forgiveAttempt(scope, reserved);
    await refuse(scope, rules, user, { ...reserved, taken: undefined }, `${kind}-not-taken`);
  }
  return { outcome: 'refused' };
}

/** On the same counter as passwords. The attempt is taken before the answer is looked at, and given back when nothing could answer; `refuse` settles what was refused. */
async function attempt(scope: Scope, { base: { lockout } }: PolicyRules, user: User, { kind, place, answer }: FactorAnswer) {
  const reserved = await reserveAttempt(scope, user.userId, place.browser, lockout);
  const liftsBlock = mayLiftBlock(user, reserved.isKnownBrowser, lockout, scope.clock.now());
  const isAlive = user.status === 'activated' || liftsBlock;
  const proof: Proof = proofs[kind];
  const outcome: Outcome =
    reserved.taken !== undefined && isAlive ? await proof.prove(scope, place, user.userId, answer) : { outcome: 'refused' };
  if (outcome.outcome === 'unavailable') await refundAttempt(scope, reserved);
  if (outcome.outcome === 'proven') await settleAttempt(scope, reserved);
  const reason = reserved.taken === undefined ? 'attempts-used-up' : isAlive ? `wrong-${kind}` : user.status;
  return { outcome, reserved, liftsBlock, reason };
}

const refuse = (scope: Scope, { base: { lockout } }: PolicyRules, user: User, reserved: Reserved, reason: string): Promise<void> =>
  refuseAttempt(scope, { login: identifier(user), user, reason, reserved, lockout });
