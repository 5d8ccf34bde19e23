import { AppError } from '../../../platform/errors/index.ts';
import { fullName, lockUser, type User } from '../../people/users/index.ts';
import { clearAttempts, listCounts } from '../../records/attempts/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { type Scope, useCase } from '../../scope.ts';
import type { SignInPolicy } from '../../sign-in/sign-in-policy/index.ts';

/**
 * Until when a browser that is new is refused, the right password, too: strangers have used up their attempts, and the person is not blocked, for they ended that themselves
 * in a browser of their own.
 * @returns undefined where it need not wait
 */
export async function findWaitOfNewBrowsers(
  scope: Scope,
  { limit, decayMinutes }: Pick<SignInPolicy['lockout'], 'limit' | 'decayMinutes'>,
  { userId, status }: User,
): Promise<Date | undefined> {
  if (status !== 'activated') return undefined;
  const now = scope.clock.now();
  const { strangers, asksUsedUpUntil } = await listCounts(scope, userId, now);
  const isUsedUp = strangers.used >= limit && strangers.lastAt;
  const until = [isUsedUp && new Date(isUsedUp.getTime() + decayMinutes * 60_000), asksUsedUpUntil].filter((date) => date && date >= now);
  return until.length > 0 ? new Date(Math.max(...until.map(Number))) : undefined;
}

/** An administrator does not want to wait. @throws AppError not_found, status_conflict for somebody who could not sign in with it */
export const allowNewBrowsers = useCase(async (scope, userId: string): Promise<void> => {
  const user = await lockUser(scope, userId);
  if (user.status !== 'activated' || user.deletingSince) throw new AppError('status_conflict', 409);
  await clearAttempts(scope, user.userId);
  await recordEvent(scope, { type: 'user.attempts-forgotten', subject: { kind: 'user', id: user.userId, name: fullName(user) } });
});
