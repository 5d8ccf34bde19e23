import { setTimeout } from 'node:timers/promises';
import { mailPerson } from '../../company/mails/index.ts';
import { canChangeStatus, changeStatus, fullName, getUser, lockUser, prolongBlock, type User } from '../../people/users/index.ts';
import { forgetBrowser } from '../../records/attempts/index.ts';
import { type NewEvent, recordAlone, recordEvent } from '../../records/audit/index.ts';
import { countRefusal } from '../../records/refusals/index.ts';
import { type ApplicationId, inTransaction, type Scope, type UserId } from '../../scope.ts';
import type { SignInPolicy } from '../sign-in-policy/index.ts';
import type { Attempted, Lockout } from './take-attempt.ts';

export type Refusal = {
  login: string;
  user: User | undefined;
  reason: string;
  attempt: Pick<Attempted, 'browser' | 'isKnownBrowser' | 'settled'>;
  lockout: Lockout;
};

/** How long it takes to answer the last attempt, in ms: to block somebody takes time, and a name that nobody has must not be answered sooner (S42). */
const lastAnswerMs = 250;

/** Writes a failed attempt, and blocks whom it was the last one of (S37). */
export async function refuseAttempt(scope: Scope, refusal: Refusal): Promise<void> {
  const isLast = refusal.attempt.settled >= refusal.lockout.limit;
  await Promise.all([record(scope, refusal, isLast), isLast && setTimeout(lastAnswerMs)]);
}

async function record(scope: Scope, { login, user, reason, attempt, lockout }: Refusal, isLast: boolean): Promise<void> {
  const event: NewEvent = {
    type: 'sign-in.failed',
    outcome: 'failure',
    // what was typed is kept only for known people: passwords get typed into the wrong field
    subject: user ? { kind: 'user', id: user.userId, name: fullName(user) } : undefined,
    reason,
    details: user ? { login } : {},
  };
  // these can be had as often as anybody likes
  if (!user || reason === 'attempts-used-up' || reason.startsWith('directory-'))
    return void (await countRefusal(scope, { ...event, reason }));
  if (!isLast) return recordAlone(scope, event);
  await inTransaction(scope, async (inside) => {
    // first of all, as a sign-in does; a parallel attempt or an administrator may have changed the status since
    const now = await lockUser(inside, user.userId);
    await recordEvent(inside, event);
    // its own attempts are used up, whatever strangers did before
    if (attempt.isKnownBrowser) await forgetBrowser(inside, user.userId, attempt.browser);
    if (now.status === 'blocked') return prolongBlock(inside, user.userId);
    if (!canChangeStatus(now, 'block')) return;
    await changeStatus(inside, user.userId, 'block', 'failed-attempt-limit');
    if (lockout.mail)
      await mailPerson(inside, user, { mail: 'blocked', leadsTo: { page: 'recovery-request' }, params: { limit: lockout.limit } });
  });
}

/** Somebody proved who they are, and may not sign in from there, now, or without a factor that nobody can give them. */
export async function recordKeptOut(
  scope: Scope,
  userId: UserId,
  why: string,
  supportCode: string,
  applicationId?: ApplicationId,
): Promise<void> {
  const user = await getUser(scope, userId);
  await recordAlone(scope, {
    type: 'sign-in.failed',
    outcome: 'failure',
    subject: { kind: 'user', id: user.userId, name: fullName(user) },
    applicationId,
    reason: `kept-out-${why}`,
    supportCode,
  });
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
