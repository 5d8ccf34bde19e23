import { count } from '../../../platform/metrics/index.ts';
import { identifier, type User } from '../../people/users/index.ts';
import { forgiveAttempt } from '../../records/attempts/index.ts';
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
import { type EffectivePolicy, findPolicyOf, type PolicyRules } from '../sign-in-policy/index.ts';
import type { Proven } from './pending-requests.ts';
import type { SignInReason } from './reasons.ts';
import { mayLiftBlock, type Refusal, refuseAttempt } from './refuse-attempt.ts';
import { findStanding, type Standing } from './standing.ts';
import { type Attempted, takeAttempt } from './take-attempt.ts';

/** What was answered, in which browser at which address. */
export type FactorAnswer<Kind extends ProofKind = ProofKind> = { kind: Kind; place: Place; answer: Answer };

/** A second factor of somebody who is known. */
export async function proveFactor(scope: Scope, rules: PolicyRules, user: User, given: FactorAnswer): Promise<Outcome> {
  const proof: Proof & Partial<Pick<Factor, 'findOwner'>> = proofs[given.kind];
  if (proof.findOwner && (await proof.findOwner(scope, given.answer)) !== user.userId) {
    // an answer that names somebody else is none of this person's attempts; the audit knows of it
    const uncounted = { browser: given.place.browser, isKnownBrowser: false, settled: 0 };
    await refuse(scope, rules, user, uncounted, `wrong-${given.kind}`);
    return { outcome: 'refused' };
  }
  const { outcome, taken, reason } = await attempt(scope, rules, user, given);
  if (outcome.outcome === 'refused') await refuse(scope, rules, user, taken, reason);
  return outcome;
}

export type AloneOutcome = { outcome: 'proven'; proven: Proven; standing: Standing } | { outcome: 'refused' } | { outcome: 'unavailable' };

/** A factor whose answer names its person, instead of name and password. @returns unknown, refused and blocked look alike; the audit has the reason */
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
  const isWelcome = takesAlone(await findPolicyOf(scope, rules, user, applicationId), kind);
  const { outcome, taken, liftsBlock, reason } = await attempt(scope, rules, user, given);
  if (outcome.outcome === 'proven' && isWelcome) {
    const { amr } = outcome;
    const passwordChangedAt = password?.changedAt.getTime();
    return { outcome: 'proven', proven: { userId: user.userId, at, amr, liftsBlock, passwordChangedAt, isPasswordless: true }, standing };
  }
  if (outcome.outcome === 'unavailable') return outcome;
  if (outcome.outcome === 'refused') await refuse(scope, rules, user, taken, reason);
  else {
    // it is theirs, and the person's rules do not take it: that is no guess, and costs none
    await forgiveAttempt(scope, taken);
    await refuse(scope, rules, user, { ...taken, settled: 0 }, `${kind}-not-taken`);
  }
  return { outcome: 'refused' };
}

/** Whether the rules for a person take this factor in place of name and password. */
export const takesAlone = ({ secondFactor }: Pick<EffectivePolicy, 'secondFactor'>, kind: FactorKind): boolean =>
  secondFactor.demand !== 'off' && secondFactor.factors.includes(kind);

/** On the same counter as passwords. */
async function attempt(scope: Scope, { base: { lockout } }: PolicyRules, user: User, { kind, place, answer }: FactorAnswer) {
  const { userId } = user;
  const proof: Proof = proofs[kind];
  const isAlive = ({ isKnownBrowser }: Pick<Attempted, 'isKnownBrowser'>) => user.status === 'activated' || liftsBlock(isKnownBrowser);
  const liftsBlock = (isKnownBrowser: boolean) => mayLiftBlock(user, isKnownBrowser, lockout, scope.clock.now());
  const { attempt: taken, result } = await takeAttempt(scope, { userId, browser: place.browser }, lockout, async (reserved) => {
    const outcome: Outcome =
      reserved.taken !== undefined && isAlive(reserved) ? await proof.prove(scope, place, userId, answer) : { outcome: 'refused' };
    return outcome.outcome === 'unavailable' ? undefined : outcome;
  });
  const outcome: Outcome = result ?? { outcome: 'unavailable' };
  count('portaria_second_factors_total', { factor: kind, outcome: outcome.outcome });
  const { status } = user;
  const isWrong = status === 'activated' || liftsBlock(taken.isKnownBrowser);
  const reason: SignInReason = taken.taken === undefined ? 'attempts-used-up' : isWrong ? `wrong-${kind}` : status;
  return { outcome, taken, liftsBlock: liftsBlock(taken.isKnownBrowser), reason };
}

const refuse = (
  scope: Scope,
  { base: { lockout } }: PolicyRules,
  user: User,
  attempt: Refusal['attempt'],
  reason: SignInReason,
): Promise<void> => refuseAttempt(scope, { login: identifier(user), user, reason, attempt, lockout });
