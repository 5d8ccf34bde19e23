import { hashToken } from '../../../platform/crypto/index.ts';
import { type Db, deleteInSteps, run } from '../../../platform/database/index.ts';
import type { Scope, Transaction, UserId } from '../../scope.ts';

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
  const { rows } = await run<{ is_known: boolean; taken: number | null }>(db, 'reserve attempt', reserve, [
    contextId,
    userId,
    hashToken(browser),
    now,
    stale,
    limit,
  ]);
  const [{ is_known: isKnownBrowser, taken } = { is_known: false, taken: null }] = rows;
  return { taken: taken ?? undefined, isKnownBrowser };
}

// One statement whichever count it is, so that neither the answer nor its time says whether the browser is known.
const reserve = `
  WITH own AS (SELECT 1 FROM known_browsers WHERE context_id = $1 AND user_id = $2 AND browser_hash = $3),
    on_browser AS (UPDATE known_browsers SET failed = CASE WHEN failed_at IS NULL OR failed_at < $5 THEN 1 ELSE failed + 1 END, failed_at = $4
      WHERE context_id = $1 AND user_id = $2 AND browser_hash = $3 AND (failed < $6 OR failed_at IS NULL OR failed_at < $5) RETURNING failed),
    on_person AS (INSERT INTO sign_in_attempts AS a (context_id, user_id, failed, last_at)
      SELECT $1::uuid, $2::uuid, 1, $4::timestamptz WHERE NOT EXISTS (SELECT 1 FROM own)
      ON CONFLICT (context_id, user_id) DO UPDATE SET failed = CASE WHEN a.last_at < $5 THEN 1 ELSE a.failed + 1 END, last_at = excluded.last_at
        WHERE a.failed < $6 OR a.last_at < $5 RETURNING failed)
  SELECT EXISTS (SELECT 1 FROM own) AS is_known, COALESCE((SELECT failed FROM on_browser), (SELECT failed FROM on_person)) AS taken`;

const clear = `
  WITH counted AS (DELETE FROM sign_in_attempts WHERE context_id = $1 AND user_id = $2)
  UPDATE known_browsers SET failed = 0, failed_at = NULL WHERE context_id = $1 AND user_id = $2 AND failed > 0`;

/** After an unblock or a recovery, everybody's count; after a sign-in, that of the browser alone (known-browsers) or the one it was counted on. */
export async function clearAttempts({ db, contextId }: Transaction, userId: UserId): Promise<void> {
  await run(db, 'clear attempts', clear, [contextId, userId]);
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
