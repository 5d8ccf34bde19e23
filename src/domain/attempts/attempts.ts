import { hashToken } from '../../platform/crypto/index.ts';
import { type Db, deleteInSteps } from '../../platform/database/index.ts';
import type { Scope, UserId } from '../scope.ts';

/** How many were taken including this one, or undefined when none is left; and on whose count. */
export type Reserved = { taken: number | undefined; isKnownBrowser: boolean };

export type AttemptRules = { limit: number; decayMinutes: number };

/**
 * Takes one of the attempts that are left BEFORE the secret is checked, so that a hundred parallel guesses get no more evaluations than the limit.
 * A stranger who used them all up has not used up those of the owner's own browsers.
 * @param browser the browser's own cookie
 */
export async function reserveAttempt(
  scope: Scope,
  userId: UserId,
  browser: string,
  { limit, decayMinutes }: AttemptRules,
): Promise<Reserved> {
  const { db, contextId, clock } = scope;
  const now = clock.now();
  const stale = new Date(now.getTime() - decayMinutes * 60_000);
  // a row comes back either way when the browser is known; only `taken` says whether an attempt was left
  const known = await db.raw(
    `WITH own AS (SELECT failed, failed_at FROM known_browsers WHERE context_id = ? AND user_id = ? AND browser_hash = ?),
      took AS (UPDATE known_browsers SET failed = CASE WHEN failed_at IS NULL OR failed_at < ? THEN 1 ELSE failed + 1 END, failed_at = ?
        WHERE context_id = ? AND user_id = ? AND browser_hash = ? AND (failed < ? OR failed_at IS NULL OR failed_at < ?) RETURNING failed)
     SELECT (SELECT failed FROM took) AS taken FROM own`,
    [contextId, userId, hashToken(browser), stale, now, contextId, userId, hashToken(browser), limit, stale],
  );
  if (known.rows.length > 0) return { taken: known.rows[0].taken ?? undefined, isKnownBrowser: true };
  const { rows } = await db.raw(
    `INSERT INTO sign_in_attempts AS a (context_id, user_id, failed, last_at) VALUES (?, ?, 1, ?)
     ON CONFLICT (context_id, user_id) DO UPDATE
       SET failed = CASE WHEN a.last_at < ? THEN 1 ELSE a.failed + 1 END, last_at = excluded.last_at
       WHERE a.failed < ? OR a.last_at < ?
     RETURNING failed`,
    [contextId, userId, now, stale, limit, stale],
  );
  return { taken: rows[0]?.failed, isKnownBrowser: false };
}

/** After an unblock or a recovery, everybody's count; after a sign-in, that of the browser alone (known-browsers) or the one it was counted on. */
export async function clearAttempts({ db, contextId }: Scope, userId: UserId): Promise<void> {
  await db('sign_in_attempts').where({ context_id: contextId, user_id: userId }).delete();
  await db('known_browsers')
    .where({ context_id: contextId, user_id: userId })
    .where('failed', '>', 0)
    .update({ failed: 0, failed_at: null });
}

/** Gives back one attempt that was not evaluated (the server was busy). */
export async function refundAttempt(
  { db, contextId }: Scope,
  userId: UserId,
  browser: string,
  { isKnownBrowser }: Reserved,
): Promise<void> {
  const query = isKnownBrowser
    ? db('known_browsers').where({ context_id: contextId, user_id: userId, browser_hash: hashToken(browser) })
    : db('sign_in_attempts').where({ context_id: contextId, user_id: userId });
  await query.where('failed', '>', 0).decrement('failed', 1);
}

/** Counts that have long decayed, those of names that nobody has among them. */
export const sweepAttempts = (db: Db): Promise<number> => deleteInSteps(db, 'sign_in_attempts', "last_at < now() - interval '1 day'");
