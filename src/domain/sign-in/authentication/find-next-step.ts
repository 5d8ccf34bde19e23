import { listGroupsOfUser } from '../../people/groups/index.ts';
import type { Role } from '../../people/users/index.ts';
import type { ApplicationId, Scope, UserId } from '../../scope.ts';
import type { Session } from '../sessions/index.ts';
import {
  admits,
  type EffectivePolicy,
  type PolicyRules,
  type PolicySubject,
  type SecondFactor,
  strictest,
} from '../sign-in-policy/index.ts';
import { basisOf, type Demands, type Facts, needsEnrolled, nextStep, type PasswordFacts, type Step } from './next-step.ts';
import type { Proven } from './pending-requests.ts';
import { findStanding, type Standing, stillHolds } from './standing.ts';

/** Who is at the door, and where they want to go. */
export type Arrival = {
  session?: Session;
  proven?: Proven;
  /** Of whoever the proof is of, where that was read a moment ago. */
  standing?: Standing;
  demands: Demands;
  applicationId?: ApplicationId;
  /** The browser's own cookie. */
  browser: string;
  /** Browsers know passkeys at this address (credentials/passkey). */
  canHavePasskeys: boolean;
  /** The edition of the company's terms that is asked for; 0 is none. */
  termsEdition: number;
};

/** Without an id: somebody who is not a person here yet, and so in no group. */
type Person = { userId?: UserId; role: Role };

/** The rules for a person and an application. */
export const findPolicyOf = async (scope: Scope, rules: PolicyRules, person: Person, applicationId?: string): Promise<EffectivePolicy> =>
  strictest(rules, await findPolicySubject(scope, rules, person, applicationId));

/** Groups are asked for only if some rule is a group's. */
export async function findPolicySubject(scope: Scope, rules: PolicyRules, person: Person, applicationId?: string): Promise<PolicySubject> {
  const usesGroups = rules.overrides.some((override) => override.for.kind === 'group');
  const groupIds =
    usesGroups && person.userId ? (await listGroupsOfUser(scope, person.userId)).map(({ groupId }) => groupId as string) : [];
  return { role: person.role, groupIds, applicationId };
}

/**
 * Gathers the facts and asks the one function that knows what comes next. Everything is about one person: whoever the proof is of while it holds, and otherwise whoever the
 * session is of; never the policy of one and the factors of another. A session that meets the policy costs no query.
 */
export async function findNextStep(scope: Scope, rules: PolicyRules, arrival: Arrival): Promise<Step> {
  const { session, demands, applicationId, browser } = arrival;
  const now = scope.clock.now();
  const live = session && {
    sessionId: session.sessionId,
    userId: session.userId,
    authenticatedAt: session.authenticatedAt.getTime(),
    amr: session.amr,
  };
  const isOwn = arrival.standing?.user.userId === arrival.proven?.userId;
  let standing = arrival.proven && ((isOwn && arrival.standing) || (await findStanding(scope, arrival.proven.userId, browser)));
  const claimed = standing && stillHolds(standing, arrival.proven!) ? arrival.proven : undefined;
  const stored = standing?.password;
  const basis = { now: now.getTime(), demands, session: live, proven: claimed };
  const by = basisOf({ ...basis, password: stored && { changedAt: stored.changedAt.getTime() } });
  const proven = by === 'proof' ? claimed : undefined;
  const person = proven ? standing?.user : session && { ...session.person, userId: session.userId };
  if (!by || !person) return { step: 'password' };

  const effective = await findPolicyOf(scope, rules, person, applicationId);
  const { secondFactor } = effective;
  const isUsable = (factor: SecondFactor) => factor !== 'passkey' || arrival.canHavePasskeys;
  const facts: Facts = {
    ...basis,
    proven,
    terms: { edition: arrival.termsEdition, accepted: person.termsEdition ?? 0 },
    password: proven && stored && describePassword(stored, effective, now, proven.passwordIsWeak === true),
    policy: {
      demand: secondFactor.demand,
      factors: secondFactor.factors.filter(isUsable),
      keepsOut: admits(effective, { ip: scope.actor.ip ?? '', now }),
    },
  };
  if (needsEnrolled(facts, by, (proven ?? live!).amr)) {
    if (!proven) standing = await findStanding(scope, person.userId, browser);
    const held = standing?.factors ?? [];
    facts.enrolled = {
      factors: held.filter(isUsable),
      holdsAny: held.length > 0,
      hasRecoveryCodes: held.length > 0 && standing!.hasRecoveryCodes,
    };
    facts.isRemembered = held.length > 0 && isRemembered(standing!, secondFactor.rememberDays, now);
  }
  return nextStep(facts);
}

/** Not longer than the rules say today, whatever they said when the browser was remembered. */
const isRemembered = ({ remembered }: Standing, rememberDays: number, now: Date): boolean =>
  remembered !== undefined && remembered.until > now && now.getTime() - remembered.at.getTime() < rememberDays * 86_400_000;

/** Why a password has to give way before the sign-in goes on (S63, S116; the policy is checked at every sign-in). */
function describePassword(
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
