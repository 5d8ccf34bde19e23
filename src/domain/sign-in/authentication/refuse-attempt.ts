import { mailPerson } from '../../company/mails/index.ts';
import { canChangeStatus, changeStatus, fullName, getUser, lockUser, prolongBlock, type User } from '../../people/users/index.ts';
import { forgetBrowser, type Reserved, settleAttempt } from '../../records/attempts/index.ts';
import { type NewEvent, recordAlone, recordEvent } from '../../records/audit/index.ts';
import { type ApplicationId, inTransaction, type Scope, type UserId } from '../../scope.ts';
import type { SignInPolicy } from '../sign-in-policy/index.ts';

export type Refusal = {
  login: string;
  user: User | undefined;
  reason: string;
  reserved: Reserved;
  lockout: SignInPolicy['lockout'];
};

/** Writes a failed attempt, and blocks whom it was the last one of (S37). */
export async function refuseAttempt(scope: Scope, { login, user, reason, reserved, lockout }: Refusal): Promise<void> {
  const isLast = (await settleAttempt(scope, reserved)) >= lockout.limit;
  const event: NewEvent = {
    type: 'sign-in.failed',
    outcome: 'failure',
    // what was typed is kept only for known people: passwords get typed into the wrong field
    subject: user ? { kind: 'user', id: user.userId, name: fullName(user) } : undefined,
    reason,
    details: user ? { login } : {},
  };
  if (!isLast || !user) return recordAlone(scope, event);
  await inTransaction(scope, async (inside) => {
    // first of all, as a sign-in does; a parallel attempt or an administrator may have changed the status since
    const now = await lockUser(inside, user.userId);
    await recordEvent(inside, event);
    // its own attempts are used up, whatever strangers did before
    if (reserved.isKnownBrowser) await forgetBrowser(inside, user.userId, reserved.browser);
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
export function mayLiftBlock(user: User, isKnownBrowser: boolean, { unblockAfterMinutes }: SignInPolicy['lockout'], now: Date): boolean {
  if (user.status !== 'blocked') return false;
  return isKnownBrowser || (unblockAfterMinutes > 0 && now.getTime() - user.statusChangedAt.getTime() >= unblockAfterMinutes * 60_000);
}
