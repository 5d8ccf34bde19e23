import { isRemembered } from '../attempts/index.ts';
import { findPassword } from '../credentials/password/index.ts';
import { countRecoveryCodes } from '../credentials/recovery-code/index.ts';
import { listSecondFactors } from '../credentials/second-factors/index.ts';
import { listGroupsOfUser } from '../groups/index.ts';
import type { ApplicationId, Scope, UserId } from '../scope.ts';
import type { Session } from '../sessions/index.ts';
import { admits, type EffectivePolicy, type PolicyRules, strictest } from '../sign-in-policy/index.ts';
import { findUserById, type Role } from '../users/index.ts';
import { type Demands, type Facts, needsEnrolled, nextStep, type PasswordFacts, type Step } from './next-step.ts';
import type { Proven } from './pending-requests.ts';

/** Who is at the door, and where they want to go. */
export type Arrival = {
  session?: Session;
  proven?: Proven;
  demands: Demands;
  applicationId?: ApplicationId;
  /** The browser's own cookie. */
  browser: string;
  /** Of the person who was proven, when it was read just now. */
  password?: PasswordFacts;
};

/** The rules for a person and an application; groups are asked for only if some rule is a group's. */
export async function findPolicyOf(
  scope: Scope,
  rules: PolicyRules,
  person: { userId: UserId; role: Role },
  applicationId?: string,
): Promise<EffectivePolicy> {
  const usesGroups = rules.overrides.some((override) => override.for.kind === 'group');
  const groupIds = usesGroups ? (await listGroupsOfUser(scope, person.userId)).map(({ groupId }) => groupId as string) : [];
  return strictest(rules, { role: person.role, groupIds, applicationId });
}

/** Gathers the facts and asks the one function that knows what comes next. A session that meets the policy costs no query. */
export async function findNextStep(scope: Scope, rules: PolicyRules, arrival: Arrival): Promise<Step> {
  const { session, proven, demands, applicationId, browser } = arrival;
  const now = scope.clock.now();
  const person = await personOf(scope, arrival);
  const effective = person
    ? await findPolicyOf(scope, rules, person, applicationId)
    : strictest(rules, { role: 'regular', groupIds: [], applicationId });
  const keepsOut = admits(effective, { ip: scope.actor.ip ?? '', now });
  const facts: Facts = {
    now: now.getTime(),
    demands,
    session: session && { userId: session.userId, authenticatedAt: session.authenticatedAt.getTime(), amr: session.amr },
    proven,
    policy: { ...effective.secondFactor, keepsOut },
  };
  if (person && proven?.passwordChangedAt !== undefined)
    facts.password = arrival.password ?? (await passwordFacts(scope, person.userId, proven, effective));
  if (person && needsEnrolled(facts)) {
    facts.enrolled = {
      factors: [...new Set((await listSecondFactors(scope, person.userId)).map(({ kind }) => kind))],
      hasRecoveryCodes: (await countRecoveryCodes(scope, person.userId)) > 0,
    };
    facts.isRemembered = effective.secondFactor.rememberDays > 0 && (await isRemembered(scope, person.userId, browser));
  }
  return nextStep(facts);
}

async function personOf(scope: Scope, { session, proven }: Arrival): Promise<{ userId: UserId; role: Role } | undefined> {
  if (proven) return findUserById(scope, proven.userId);
  return session && { userId: session.userId, role: session.person.role };
}

async function passwordFacts(scope: Scope, userId: UserId, proven: Proven, policy: EffectivePolicy): Promise<PasswordFacts | undefined> {
  const stored = await findPassword(scope, userId);
  return stored && describePassword(stored, policy, scope.clock.now(), proven.passwordIsWeak === true);
}

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
