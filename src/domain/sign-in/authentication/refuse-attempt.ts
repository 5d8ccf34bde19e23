import { setTimeout } from 'node:timers/promises';
import { count } from '../../../platform/metrics/index.ts';
import { mailPerson } from '../../company/mails/index.ts';
import { canChangeStatus, changeStatus, fullName, getUser, lockUser, prolongBlock, type User } from '../../people/users/index.ts';
import { forgetBrowser } from '../../records/attempts/index.ts';
import { type NewEvent, recordAlone, recordEvent } from '../../records/audit/index.ts';
import { countRefusal } from '../../records/refusals/index.ts';
import { type ApplicationId, inTransaction, type Scope, type UserId } from '../../scope.ts';
import { explainPolicy, findPolicySubject, type PolicyRules, type SignInPolicy } from '../sign-in-policy/index.ts';
import { boundRules, type KeptFacts, keepAttempt } from './kept-facts.ts';
import type { Facts } from './next-step.ts';
import type { KeptOutReason, SignInReason } from './reasons.ts';
import type { Standing } from './standing.ts';
import type { Attempted, Lockout } from './take-attempt.ts';

export type Refusal = {
  login: string;
  user: User | undefined;
  reason: SignInReason;
  attempt: Pick<Attempted, 'browser' | 'isKnownBrowser' | 'settled'> & Partial<Pick<Attempted, 'taken'>>;
  lockout: Lockout;
  /** As it was read for the attempt. */
  standing?: Standing;
  /** On the way to which it was. */
  applicationId?: string;
};

/** How long it takes to answer the last attempt, in ms: to block somebody takes time, and a name that nobody has must not be answered sooner (S42). */
const lastAnswerMs = 250;

/** Writes a failed attempt, and blocks whom it was the last one of (S37). */
export async function refuseAttempt(scope: Scope, refusal: Refusal): Promise<void> {
  const isLast = refusal.attempt.settled >= refusal.lockout.limit;
  const [isBlocked] = await Promise.all([record(scope, refusal, isLast), isLast && setTimeout(lastAnswerMs)]);
  count('portaria_sign_ins_total', { outcome: 'failed', reason: refusal.reason });
  if (isBlocked) count('portaria_lockouts_total', {});
}

/** @returns whether it blocked the person */
async function record(scope: Scope, refusal: Refusal, isLast: boolean): Promise<boolean> {
  const { login, user, reason, attempt, lockout, standing, applicationId } = refusal;
  const event: NewEvent = {
    type: 'sign-in.failed',
    outcome: 'failure',
    // what was typed is kept only for known people: passwords get typed into the wrong field
    subject: user ? { kind: 'user', id: user.userId, name: fullName(user) } : undefined,
    reason,
    details: user ? { login, facts: keepAttempt(user, attempt, lockout, standing) } : {},
  };
  // these can be had as often as anybody likes
  if (!user || reason === 'attempts-used-up' || reason.startsWith('directory-')) {
    await countRefusal(scope, { ...event, reason });
    return false;
  }
  event.applicationId = applicationId as ApplicationId | undefined;
  if (!isLast) {
    await recordAlone(scope, event);
    return false;
  }
  return inTransaction(scope, async (inside) => {
    // first of all, as a sign-in does; a parallel attempt or an administrator may have changed the status since
    const now = await lockUser(inside, user.userId);
    await recordEvent(inside, event);
    // its own attempts are used up, whatever strangers did before
    if (attempt.isKnownBrowser) await forgetBrowser(inside, user.userId, attempt.browser);
    if (now.status === 'blocked') await prolongBlock(inside, user.userId);
    if (now.status === 'blocked' || !canChangeStatus(now, 'block')) return false;
    await changeStatus(inside, user.userId, 'block', 'failed-attempt-limit');
    if (lockout.mail)
      await mailPerson(inside, user, { mail: 'blocked', leadsTo: { page: 'recovery-request' }, params: { limit: lockout.limit } });
    return true;
  });
}

/** The rules that a person can be kept out by, by the names of `explainPolicy`. */
const keepsOut = /^(networks|hours|secondFactor\..*)$/;

/** Somebody proved who they are, and may not sign in from there, now, or without a factor that nobody can give them. */
export async function recordKeptOut(
  scope: Scope,
  rules: PolicyRules,
  userId: UserId,
  { why, supportCode, facts }: { why: KeptOutReason; supportCode: string; facts: Facts },
  applicationId?: ApplicationId,
): Promise<void> {
  const user = await getUser(scope, userId);
  const parts = explainPolicy(rules, await findPolicySubject(scope, rules, user, applicationId));
  const account = { status: user.status, statusChangedAt: user.statusChangedAt.getTime() };
  const kept = parts.flatMap(({ part, value, from }) =>
    keepsOut.test(part) ? [{ part, value, from: from && { overrideId: from.overrideId, for: from.for } }] : [],
  );
  await recordAlone(scope, {
    type: 'sign-in.failed',
    outcome: 'failure',
    subject: { kind: 'user', id: user.userId, name: fullName(user) },
    applicationId,
    reason: `kept-out-${why}` satisfies SignInReason,
    supportCode,
    details: { facts: { account, signIn: facts, rules: boundRules(kept) } satisfies KeptFacts },
  });
  count('portaria_sign_ins_total', { outcome: 'failed', reason: `kept-out-${why}` });
}

/**
 * A block is for strangers: the owner, who signs in completely in a browser that is known, ends it; so does time, where the company says so.
 * (Only failed attempts block; what an administrator ends is Deactivated.)
 */
export function mayLiftBlock(
  user: Pick<User, 'status' | 'statusChangedAt'>,
  isKnownBrowser: boolean,
  { unblockAfterMinutes }: Pick<SignInPolicy['lockout'], 'unblockAfterMinutes'>,
  now: Date,
): boolean {
  if (user.status !== 'blocked') return false;
  return isKnownBrowser || (unblockAfterMinutes > 0 && now.getTime() - user.statusChangedAt.getTime() >= unblockAfterMinutes * 60_000);
}
