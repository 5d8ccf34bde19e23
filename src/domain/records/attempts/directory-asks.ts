import { run } from '../../../platform/database/index.ts';
import type { Scope, UserId } from '../../scope.ts';
import { reserveAttempt } from './attempts.ts';
import { idOfAsks } from './id-of-count.ts';

/** Below the usual limits of directories (5 and more), within the usual time that they count over (30 minutes). */
export const askRules = { limit: 3, decayMinutes: 30 };

/**
 * Takes one of the times that a directory may be asked about a person's password for strangers, BEFORE it is asked. What it never answers stays taken: it may have counted it.
 * @returns false when none is left: another wrong one could lock the account there
 */
export const reserveAsk = async (scope: Scope, userId: UserId): Promise<boolean> =>
  (await reserveAttempt(scope, idOfAsks(scope, userId), '', askRules)).taken !== undefined;

/** The directory was not reached: it counted nothing. */
export const returnAsk = (scope: Scope, userId: UserId): Promise<void> => change(scope, userId, 'GREATEST(failed - 1, 0)');

/** The password was right, or is another one now: the directory counts from the start, too. */
export const forgetAsks = (scope: Scope, userId: UserId): Promise<void> => change(scope, userId, '0');

async function change(scope: Scope, userId: UserId, failed: string): Promise<void> {
  const text = `UPDATE sign_in_attempts SET failed = ${failed}, pending = 0 WHERE context_id = $1 AND user_id = $2`;
  await run(scope.db, `directory asks ${failed}`, text, [scope.contextId, idOfAsks(scope, userId)]);
}
