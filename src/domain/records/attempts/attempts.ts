import { hashToken } from '../../../platform/crypto/index.ts';
import { type Db, deleteInSteps, run } from '../../../platform/database/index.ts';
import type { Scope, Transaction, UserId } from '../../scope.ts';
import { askRules, idOfAsks } from './id-of-count.ts';

/** On whose count an attempt stands: of the browser, where the person has signed in there completely, else everybody's. */
export type Attempt = { userId: UserId; browser: string; isKnownBrowser: boolean };

/** `taken`: how many are taken with this one, and undefined when none was left. `mayAsk`: see reserveAttempt. */
export type Reserved = Attempt & { taken: number | undefined; mayAsk?: boolean };

export type AttemptRules = { limit: number; decayMinutes: number };

/**
 * Takes one of the attempts that are left BEFORE the secret is checked, so that a hundred parallel guesses get no more evaluations than the limit.
 * A stranger who used them all up has not used up those of the owner's own browsers.
 * @param browser the browser's own cookie
 * @param withAsk for a stranger takes one of the times that a directory may be asked, too (directory-asks.ts): `mayAsk` says whether one was left
 */
export async function reserveAttempt(
  scope: Scope,
  userId: UserId,
  browser: string,
  { limit, decayMinutes }: AttemptRules,
  withAsk = false,
): Promise<Reserved> {
  const { db, contextId, clock } = scope;
  const now = clock.now();
  const before = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
  type Found = { is_known: boolean; taken: number | null; may_ask: boolean };
  const { rows } = await run<Found>(db, 'reserve attempt', reserve, [
    contextId,
    userId,
    hashToken(browser),
    now,
    before(decayMinutes),
    limit,
    withAsk ? idOfAsks(scope, userId) : null,
    before(askRules.decayMinutes),
    askRules.limit,
  ]);
  const { is_known: isKnownBrowser, taken, may_ask: mayAsk } = rows[0]!;
  return { userId, browser, isKnownBrowser, taken: taken ?? undefined, ...(withAsk && { mayAsk }) };
}

const counted = (stale: string, limit: string): string => `
      ON CONFLICT (context_id, user_id) DO UPDATE SET failed = CASE WHEN a.last_at < ${stale} THEN 1 ELSE a.failed + 1 END,
        pending = CASE WHEN a.last_at < ${stale} THEN 1 ELSE a.pending + 1 END, last_at = excluded.last_at
        WHERE a.failed < ${limit} OR a.last_at < ${stale} RETURNING failed`;

// One statement whichever count it is, so that neither the answer nor its time says whether the browser is known.
const reserve = `
  WITH own AS (SELECT 1 FROM known_browsers WHERE context_id = $1 AND user_id = $2 AND browser_hash = $3 AND is_proven),
    on_browser AS (UPDATE known_browsers SET failed = CASE WHEN failed_at IS NULL OR failed_at < $5 THEN 1 ELSE failed + 1 END,
        pending = CASE WHEN failed_at IS NULL OR failed_at < $5 THEN 1 ELSE pending + 1 END, failed_at = $4
      WHERE context_id = $1 AND user_id = $2 AND browser_hash = $3 AND is_proven AND (failed < $6 OR failed_at IS NULL OR failed_at < $5) RETURNING failed),
    on_person AS (INSERT INTO sign_in_attempts AS a (context_id, user_id, failed, pending, last_at)
      SELECT $1::uuid, $2::uuid, 1, 1, $4::timestamptz WHERE NOT EXISTS (SELECT 1 FROM own) ${counted('$5', '$6')}),
    on_asks AS (INSERT INTO sign_in_attempts AS a (context_id, user_id, failed, pending, last_at)
      SELECT $1::uuid, $7::uuid, 1, 1, $4::timestamptz FROM on_person WHERE $7::uuid IS NOT NULL ${counted('$8', '$9')})
  SELECT EXISTS (SELECT 1 FROM own) AS is_known, COALESCE((SELECT failed FROM on_browser), (SELECT failed FROM on_person)) AS taken,
    EXISTS (SELECT 1 FROM on_asks) AS may_ask`;

/**
 * The attempt was evaluated, whatever came of it: from now on it is not given back for that.
 * @returns how many attempts are evaluated and counted. Those in flight are not among them: a server that is busy gives them back, and blocks nobody
 */
export async function settleAttempt(scope: Scope, attempt: Reserved): Promise<number> {
  return attempt.taken === undefined ? 0 : change(scope, attempt, 'settle attempt', 'pending = GREATEST(pending - 1, 0)');
}

// The person's row first, as where both are taken: two statements must not wait for each other.
const settleAnswered = `
  WITH settled AS (UPDATE sign_in_attempts SET pending = GREATEST(pending - 1, 0) WHERE context_id = $1 AND user_id = $2 RETURNING failed - pending AS settled),
    asked AS (UPDATE sign_in_attempts SET failed = 0, pending = 0 WHERE context_id = $1 AND user_id = $3 AND (SELECT count(*) FROM settled) >= 0)
  SELECT settled FROM settled`;

/** As settleAttempt, of a stranger's to whom a directory has said yes: how often it was asked counts from nothing again, too. */
export async function settleAnsweredAttempt(scope: Scope, attempt: Reserved): Promise<number> {
  const { userId, isKnownBrowser, taken } = attempt;
  if (isKnownBrowser || taken === undefined) return settleAttempt(scope, attempt);
  const values = [scope.contextId, userId, idOfAsks(scope, userId)];
  return (await run<Settled>(scope.db, 'settle answered attempt', settleAnswered, values)).rows[0]?.settled ?? 0;
}

/** Gives back one attempt that was not evaluated (the server was busy). */
export async function refundAttempt(scope: Scope, attempt: Reserved): Promise<void> {
  if (attempt.taken === undefined) return;
  await change(scope, attempt, 'refund attempt', 'failed = GREATEST(failed - 1, 0), pending = GREATEST(pending - 1, 0)');
}

/** Takes one settled attempt off the count: it was no guess. Those in flight stay counted. */
export async function forgiveAttempt(scope: Scope, attempt: Attempt): Promise<void> {
  await change(scope, attempt, 'forgive attempt', 'failed = GREATEST(failed - 1, pending)');
}

/** In the row on which the attempt was counted. @returns how many of it are settled */
async function change({ db, contextId }: Scope, attempt: Attempt, name: string, assignments: string): Promise<number> {
  const { userId, browser, isKnownBrowser } = attempt;
  const statement = (table: string, where: string) =>
    `UPDATE ${table} SET ${assignments} WHERE context_id = $1 AND user_id = $2${where} RETURNING failed - pending AS settled`;
  const { rows } = isKnownBrowser
    ? await run<Settled>(db, `${name} of browser`, statement('known_browsers', ' AND browser_hash = $3'), [
        contextId,
        userId,
        hashToken(browser),
      ])
    : await run<Settled>(db, `${name} of person`, statement('sign_in_attempts', ''), [contextId, userId]);
  return rows[0]?.settled ?? 0;
}
type Settled = { settled: number };

const clear = `
  WITH counted AS (DELETE FROM sign_in_attempts WHERE context_id = $1 AND user_id = $2 RETURNING 1),
    asked AS (DELETE FROM sign_in_attempts WHERE context_id = $1 AND user_id = $3 AND (SELECT count(*) FROM counted) >= 0)
  UPDATE known_browsers SET failed = 0, pending = 0, failed_at = NULL WHERE context_id = $1 AND user_id = $2 AND failed > 0`;

/** After an unblock or a recovery, everybody's count; after a sign-in, that of the browser alone (known-browsers) or the one it was counted on. */
export async function clearAttempts(scope: Transaction, userId: UserId): Promise<void> {
  await run(scope.db, 'clear attempts', clear, [scope.contextId, userId, idOfAsks(scope, userId)]);
}

/** Counts that have long decayed, those of names that nobody has among them. */
export const sweepAttempts = (db: Db): Promise<number> => deleteInSteps(db, 'sign_in_attempts', "last_at < now() - interval '1 day'");
