import type { ApplicationId, Scope } from '../../scope.ts';
import type { FactorKind } from '../credentials/factors/index.ts';
import type { Session } from '../sessions/index.ts';
import { admits, type EffectivePolicy, findPolicyOf, type PolicyRules } from '../sign-in-policy/index.ts';
import { basisOf, type Demands, type Facts, needsEnrolled, nextStep, type PasswordFacts, type Step } from './next-step.ts';
import type { Proven } from './pending-requests.ts';
import { findStanding, type Standing, stillHolds } from './standing.ts';

/** Who is at the door, and where they want to go. */
export type Arrival = {
  session?: Session;
  proven?: Proven;
  /** Of the person who gave the proof, where it was read a moment ago. */
  standing?: Standing;
  demands: Demands;
  applicationId?: ApplicationId;
  /** The browser's own cookie. */
  browser: string;
  /** The factors that browsers can use at this address (credentials/factors). */
  usableFactors: FactorKind[];
  /** The edition of the company's terms that is asked for; 0 is none. */
  termsEdition: number;
};

/**
 * Loads what the next step depends on, and decides nothing: `nextStep` does. Everything is about one person: the one who gave the proof while it holds, and otherwise the one
 * of the session; never the policy of one and the factors of another. A session that meets the policy costs no query.
 */
export async function gatherFacts(scope: Scope, rules: PolicyRules, arrival: Arrival): Promise<Facts> {
  const { session, demands } = arrival;
  const now = scope.clock.now();
  const { claimed, standing } = await findClaim(scope, arrival);
  const stored = standing?.password;
  const live = session && {
    sessionId: session.sessionId,
    userId: session.userId,
    authenticatedAt: session.authenticatedAt.getTime(),
    amr: session.amr,
  };
  const basis = { now: now.getTime(), demands, session: live, proven: claimed };
  const by = basisOf({ ...basis, password: stored && { changedAt: stored.changedAt.getTime() } });
  const proven = by === 'proof' ? claimed : undefined;
  const person = proven ? standing?.user : session && { ...session.person, userId: session.userId };
  if (!by || !person) return { ...basis, proven };

  const effective = await findPolicyOf(scope, rules, person, arrival.applicationId);
  const { secondFactor } = effective;
  const isUsable = (factor: FactorKind) => arrival.usableFactors.includes(factor);
  const policy = {
    demand: secondFactor.demand,
    factors: secondFactor.factors.filter(isUsable),
    keepsOut: admits(effective, { ip: scope.actor.ip ?? '', now }),
  };
  const facts: Facts = {
    ...basis,
    proven,
    terms: { edition: arrival.termsEdition, accepted: person.termsEdition ?? 0 },
    password: proven && stored && describePassword(stored, effective, now, proven.passwordIsWeak === true),
    policy,
  };
  if (!needsEnrolled({ demands, policy }, by, (proven ?? live!).amr)) return facts;
  const own = proven ? standing : await findStanding(scope, person.userId, arrival.browser);
  return { ...facts, ...describeFactors(own, isUsable, secondFactor.rememberDays, now) };
}

/** What comes next for this arrival. */
export const findNextStep = async (scope: Scope, rules: PolicyRules, arrival: Arrival): Promise<Step> =>
  nextStep(await gatherFacts(scope, rules, arrival));

/** The proof while it still holds, and the standing of the person who gave it. */
async function findClaim(scope: Scope, { proven, standing: known, browser }: Arrival): Promise<{ claimed?: Proven; standing?: Standing }> {
  if (!proven) return {};
  const standing = known?.user.userId === proven.userId ? known : await findStanding(scope, proven.userId, browser);
  return { claimed: standing && stillHolds(standing, proven) ? proven : undefined, standing };
}

/** What of the standing a step can depend on, under rules that remember a browser for so long. */
export function describeFactors(
  standing: Standing | undefined,
  isUsable: (factor: FactorKind) => boolean,
  rememberDays: number,
  now: Date,
): Pick<Facts, 'enrolled' | 'isRemembered'> {
  const held = standing?.factors ?? [];
  const holdsAny = held.length > 0;
  return {
    enrolled: { factors: held.filter(isUsable), holdsAny, hasRecoveryCodes: holdsAny && standing!.hasRecoveryCodes },
    isRemembered: holdsAny && isRemembered(standing!, rememberDays, now),
  };
}

/** Not longer than the rules say today, whatever they said when the browser was remembered. */
const isRemembered = ({ remembered }: Standing, rememberDays: number, now: Date): boolean =>
  remembered !== undefined && remembered.until > now && now.getTime() - remembered.at.getTime() < rememberDays * 86_400_000;

/** Why a password has to give way before the sign-in goes on (S63, S116; the policy is checked at every sign-in). */
export function describePassword(
  stored: { mustChange: boolean; changedAt: Date },
  { password }: Pick<EffectivePolicy, 'password'>,
  now: Date,
  isWeak: boolean,
): PasswordFacts {
  const ageDays = (now.getTime() - stored.changedAt.getTime()) / 86_400_000;
  const isExpired = password.expiryDays > 0 && ageDays > password.expiryDays;
  return {
    changedAt: stored.changedAt.getTime(),
    mustChange: stored.mustChange ? 'temporary' : isExpired ? 'expired' : isWeak ? 'policy' : undefined,
  };
}
