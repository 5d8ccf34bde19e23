import { hashToken } from '../../platform/crypto/index.ts';
import { type Db, deleteInSteps, prepared } from '../../platform/database/index.ts';
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
  const values = { contextId, userId, browser: hashToken(browser), now, stale, limit };
  const { rows } = await db.raw(reserve, values).options(prepared('reserve-attempt'));
  const { is_known: isKnownBrowser, taken } = rows[0];
  return { taken: taken ?? undefined, isKnownBrowser };
}

// One statement whichever count it is, so that neither the answer nor its time says whether the browser is known.
const reserve = `
  WITH own AS (SELECT 1 FROM known_browsers WHERE context_id = :contextId AND user_id = :userId AND browser_hash = :browser),
    on_browser AS (UPDATE known_browsers SET failed = CASE WHEN failed_at IS NULL OR failed_at < :stale THEN 1 ELSE failed + 1 END, failed_at = :now
      WHERE context_id = :contextId AND user_id = :userId AND browser_hash = :browser AND (failed < :limit OR failed_at IS NULL OR failed_at < :stale) RETURNING failed),
    on_person AS (INSERT INTO sign_in_attempts AS a (context_id, user_id, failed, last_at)
      SELECT :contextId::uuid, :userId::uuid, 1, :now::timestamptz WHERE NOT EXISTS (SELECT 1 FROM own)
      ON CONFLICT (context_id, user_id) DO UPDATE SET failed = CASE WHEN a.last_at < :stale THEN 1 ELSE a.failed + 1 END, last_at = excluded.last_at
        WHERE a.failed < :limit OR a.last_at < :stale RETURNING failed)
  SELECT EXISTS (SELECT 1 FROM own) AS is_known, COALESCE((SELECT failed FROM on_browser), (SELECT failed FROM on_person)) AS taken`;

/** After an unblock or a recovery, everybody's count; after a sign-in, that of the browser alone (known-browsers) or the one it was counted on. */
export async function clearAttempts({ db, contextId }: Scope, userId: UserId): Promise<void> {
  await db
    .raw(
      `WITH counted AS (DELETE FROM sign_in_attempts WHERE context_id = :contextId AND user_id = :userId)
       UPDATE known_browsers SET failed = 0, failed_at = NULL WHERE context_id = :contextId AND user_id = :userId AND failed > 0`,
      { contextId, userId },
    )
    .options(prepared('clear-attempts'));
}

/** Gives back one attempt that was not evaluated (the server was busy). */
export async function refundAttempt(
  { db, contextId }: Scope,
  userId: UserId,
  browser: string,
  { isKnownBrowser }: Pick<Reserved, 'isKnownBrowser'>,
): Promise<void> {
  const query = isKnownBrowser
    ? db('known_browsers').where({ context_id: contextId, user_id: userId, browser_hash: hashToken(browser) })
    : db('sign_in_attempts').where({ context_id: contextId, user_id: userId });
  await query.where('failed', '>', 0).decrement('failed', 1);
}

/** Counts that have long decayed, those of names that nobody has among them. */
export const sweepAttempts = (db: Db): Promise<number> => deleteInSteps(db, 'sign_in_attempts', "last_at < now() - interval '1 day'");
