import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../../platform/database/index.ts';
import { AppError } from '../../../platform/errors/index.ts';
import { type Inside, inTransaction, isTransaction, rehearsing, type ServerScope } from '../../scope.ts';

/** What came of it, thrown so that nothing of it stays. */
class Rehearsed<T> extends Error {
  readonly value: T;
  constructor(value: T) {
    super('rehearsed');
    this.value = value;
  }
}

/** Somebody waits for what is only tried: it begins again later. */
class GaveWay extends Error {}

/** How often a rehearsal looks whether somebody waits for it. */
const lookEveryMs = 50;
/** A rehearsal waits no longer than this for a lock, since others may be waiting for its own; below PostgreSQL's deadlock_timeout, which could end the other one. */
const longestLockMs = 800;
/** It begins again at least so often, and for so long. */
const fewestAttempts = 5;
const longestTryingMs = 15_000;
const longestPauseMs = 500;

/** The advisory lock that every rehearsal shares: it marks them. */
const mark = [7_316, 2_020] as const;
const begin = `SELECT pg_backend_pid() AS pid, set_config('lock_timeout', '${longestLockMs}ms', true), pg_advisory_xact_lock_shared(${mark.join(', ')})`;
/** Whoever is waiting for this backend and is not rehearsing, too: of two rehearsals the second one waits. */
const whoWaits = `SELECT 1 AS n FROM pg_stat_activity a WHERE wait_event_type = 'Lock' AND $1 = ANY(pg_blocking_pids(pid)) AND NOT EXISTS (
  SELECT 1 FROM pg_locks l WHERE l.pid = a.pid AND locktype = 'advisory' AND granted AND (classid, objid) = (${mark.join(', ')})) LIMIT 1`;

/**
 * Does `work`, takes it back, and tells what came of it. It leaves its locks to whoever wants to write what it has changed, and begins again.
 * @param work every use case in it, and every part of a file, is a place where it may end
 * @param tryingMs how long it goes on beginning again
 * @throws AppError busy where it never comes to its end so
 */
export async function rehearse<T, S extends ServerScope>(
  scope: S,
  work: (inside: Inside<S>) => Promise<T>,
  tryingMs: number = longestTryingMs,
): Promise<T> {
  // it is part of what is done in earnest, or of another rehearsal that looks already
  if (isTransaction(scope)) return tryOnce(scope, async (inside) => work(inside as Inside<S>));
  const began = performance.now();
  for (let attempt = 1; ; attempt++) {
    try {
      return await tryOnce(scope, (inside) => giveWayInside(scope, inside as Inside<S>, work));
    } catch (error) {
      if (!(error instanceof GaveWay) && !isLockTimeout(error)) throw error;
    }
    if (attempt >= fewestAttempts && performance.now() - began > tryingMs)
      throw new AppError('busy', 503, { publicMessage: 'errors.busy_to_try' });
    await sleep(Math.min(attempt * 2 * lookEveryMs, longestPauseMs));
  }
}

const isLockTimeout = (error: unknown): boolean => (error as { code?: string }).code === '55P03';

async function tryOnce<T, S extends ServerScope>(scope: S, work: (inside: Inside<S>) => Promise<T>): Promise<T> {
  try {
    return await inTransaction(rehearsing(scope), async (inside): Promise<never> => {
      throw new Rehearsed(await work(inside as Inside<S>));
    });
  } catch (error) {
    if (error instanceof Rehearsed) return error.value as T;
    throw error;
  }
}

/** While `work` is under way, it is looked whether somebody waits for it; `giveWay` then ends it. @param outside looks by a connection of its own */
async function giveWayInside<T, S extends ServerScope>(outside: S, inside: Inside<S>, work: (inside: Inside<S>) => Promise<T>): Promise<T> {
  const [{ pid }] = (await run<{ pid: number }>(inside.db, 'begin a rehearsal', begin, [])).rows as [{ pid: number }];
  const end = new AbortController();
  let isInTheWay = false;
  void lookWhoWaits(outside, pid, end.signal).then((found) => {
    isInTheWay = found;
  });
  const giveWay = () => {
    if (isInTheWay) throw new GaveWay('gave way');
  };
  try {
    return await work({ ...inside, giveWay });
  } finally {
    end.abort();
  }
}

/** @returns whether somebody came to wait before it was over */
async function lookWhoWaits({ db }: ServerScope, pid: number, over: AbortSignal): Promise<boolean> {
  while (!over.aborted) {
    await sleep(lookEveryMs, undefined, { signal: over }).catch(() => undefined);
    // where nobody can look it goes on as it is
    const found = over.aborted
      ? []
      : await run(db, 'who waits for a rehearsal', whoWaits, [pid]).then(
          ({ rows }) => rows,
          () => [],
        );
    if (found.length > 0) return true;
  }
  return false;
}
