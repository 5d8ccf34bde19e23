// Owns: the count of failed sign-in attempts of a person, one counter over every path and factor, atomic across processes (S37).
// Does not: block anybody (users) nor know what was tried (credentials).
import { type Db, deleteInSteps } from '../../platform/database/index.ts';
import type { Scope, UserId } from '../scope.ts';

/**
 * Takes one of the attempts that are left BEFORE the secret is checked, so that a hundred parallel guesses get no more evaluations than the limit.
 * @returns how many were taken including this one, or undefined when none is left
 */
export async function reserveAttempt(
  { db, contextId, clock }: Scope,
  userId: UserId,
  limit: number,
  decaySeconds: number,
): Promise<number | undefined> {
  const now = clock.now();
  const stale = new Date(now.getTime() - decaySeconds * 1000);
  const { rows } = await db.raw(
    `INSERT INTO sign_in_attempts AS a (context_id, user_id, failed, last_at) VALUES (?, ?, 1, ?)
     ON CONFLICT (context_id, user_id) DO UPDATE
       SET failed = CASE WHEN a.last_at < ? THEN 1 ELSE a.failed + 1 END, last_at = excluded.last_at
       WHERE a.failed < ? OR a.last_at < ?
     RETURNING failed`,
    [contextId, userId, now, stale, limit, stale],
  );
  return rows[0]?.failed;
}

/** After a success, an unblock or a recovery. */
export async function clearAttempts({ db, contextId }: Scope, userId: UserId): Promise<void> {
  await db('sign_in_attempts').where({ context_id: contextId, user_id: userId }).delete();
}

/** Gives back one attempt that was not evaluated (the server was busy). */
export async function refundAttempt({ db, contextId }: Scope, userId: UserId): Promise<void> {
  await db('sign_in_attempts').where({ context_id: contextId, user_id: userId }).where('failed', '>', 0).decrement('failed', 1);
}

/** Counts that have long decayed, those of names that nobody has among them. */
export const sweepAttempts = (db: Db): Promise<number> => deleteInSteps(db, 'sign_in_attempts', "last_at < now() - interval '1 day'");
