import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../../platform/database/index.ts';
import type { Scope, UserId } from '../../scope.ts';
import { askRules, idOfAsks } from './id-of-count.ts';

const { limit, decayMinutes, longestSeconds } = askRules;

/** How long a sign-in waits for others of the same person, and how often it looks. */
const patienceMs = 8000;
const lookMs = 40;

// $3 now, $4 what has decayed by now, $5 what is not in flight any more
const reserve = `INSERT INTO sign_in_attempts AS a (context_id, user_id, failed, pending, last_at) VALUES ($1, $2, 1, 1, $3)
  ON CONFLICT (context_id, user_id) DO UPDATE SET failed = CASE WHEN a.last_at < $4 THEN 1 ELSE a.failed + 1 END,
    pending = CASE WHEN a.last_at < $5 THEN 1 ELSE a.pending + 1 END, last_at = excluded.last_at
    WHERE a.failed < ${limit} OR a.last_at < $4 RETURNING failed`;

/**
 * Takes one of the times that a directory may be asked about a person's password for strangers, BEFORE it is asked. Where only asks that are in flight are in the way, it waits for
 * them: several right passwords at once are no guesses.
 * @returns `used-up` when none is left: another wrong one could lock the account there. `busy` when those in flight took too long
 */
export async function reserveAsk(scope: Scope, userId: UserId): Promise<'taken' | 'used-up' | 'busy'> {
  const { db, contextId, clock } = scope;
  for (const end = performance.now() + patienceMs; ; ) {
    const now = clock.now();
    const [decayed, fresh] = [new Date(now.getTime() - decayMinutes * 60_000), new Date(now.getTime() - longestSeconds * 1000)];
    const taken = await run(db, 'reserve directory ask', reserve, [contextId, idOfAsks(scope, userId), now, decayed, fresh]);
    if (taken.rowCount === 1) return 'taken';
    if (await isUsedUp(scope, userId, fresh)) return 'used-up';
    if (performance.now() > end) return 'busy';
    await sleep(lookMs);
  }
}

const state = `SELECT failed >= ${limit} AND NOT (pending > 0 AND last_at >= $3) AS is_used_up FROM sign_in_attempts WHERE context_id = $1 AND user_id = $2`;

async function isUsedUp(scope: Scope, userId: UserId, fresh: Date): Promise<boolean> {
  const { rows } = await run<{ is_used_up: boolean }>(scope.db, 'look at directory asks', state, [
    scope.contextId,
    idOfAsks(scope, userId),
    fresh,
  ]);
  return rows[0]?.is_used_up ?? false;
}

// what was cleared while it was in flight is not among `pending` any more
const isOver = 'pending = GREATEST(pending - 1, 0)';

/** The directory said no, or may have counted it. */
export const settleAsk = (scope: Scope, userId: UserId): Promise<void> => change(scope, userId, 'settle', isOver);

/** The directory was not reached: it counted nothing. */
export const returnAsk = (scope: Scope, userId: UserId): Promise<void> =>
  change(scope, userId, 'return', `failed = GREATEST(failed - 1, 0), ${isOver}`);

/** The password was right: the directory counts from the start, too, but for what others ask at this moment. */
export const forgetAsks = (scope: Scope, userId: UserId): Promise<void> =>
  change(scope, userId, 'forget', `failed = GREATEST(pending - 1, 0), ${isOver}`);

/** As `forgetAsks`, of who took none. */
export const forgetOtherAsks = (scope: Scope, userId: UserId): Promise<void> => change(scope, userId, 'forget other', 'failed = pending');

async function change(scope: Scope, userId: UserId, name: string, assignments: string): Promise<void> {
  const text = `UPDATE sign_in_attempts SET ${assignments} WHERE context_id = $1 AND user_id = $2`;
  await run(scope.db, `${name} directory asks`, text, [scope.contextId, idOfAsks(scope, userId)]);
}
