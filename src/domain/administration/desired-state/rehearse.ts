import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../../platform/database/index.ts';
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

/** Whoever waits, waits so long at most, and for what is just being done. */
const lookEveryMs = 50;
const mostAttempts = 5;

const whoWaits = `SELECT 1 AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND $1 = ANY(pg_blocking_pids(pid)) LIMIT 1`;

/**
 * Does `work`, takes it back, and tells what came of it. It leaves its locks to whoever wants to write what it has changed, and begins again; where it never comes to its end
 * so, it is done once without leaving.
 * @param work asks `scope.giveWay` between its steps
 */
export async function rehearse<T, S extends ServerScope>(scope: S, work: (inside: Inside<S>) => Promise<T>): Promise<T> {
  // it is part of what is done in earnest, or of another rehearsal that looks already
  if (isTransaction(scope)) return tryOnce(scope, work);
  for (let attempt = 1; ; attempt++) {
    const end = new AbortController();
    try {
      return await tryOnce(scope, work, attempt < mostAttempts ? end.signal : undefined);
    } catch (error) {
      if (!(error instanceof GaveWay)) throw error;
    } finally {
      end.abort();
    }
    await sleep(attempt * 2 * lookEveryMs);
  }
}

/** @param looking until it is aborted it is looked whether somebody waits */
async function tryOnce<T, S extends ServerScope>(scope: S, work: (inside: Inside<S>) => Promise<T>, looking?: AbortSignal): Promise<T> {
  let isInTheWay = false;
  const giveWay = () => {
    if (isInTheWay) throw new GaveWay('gave way');
  };
  try {
    return await inTransaction(looking ? { ...rehearsing(scope), giveWay } : rehearsing(scope), async (inside): Promise<never> => {
      if (looking) {
        const [{ pid }] = (await run<{ pid: number }>(inside.db, 'own backend', 'SELECT pg_backend_pid() AS pid', [])).rows as [
          { pid: number },
        ];
        void lookWhoWaits(scope, pid, looking).then((found) => {
          isInTheWay = found;
        });
      }
      throw new Rehearsed(await work(inside as Inside<S>));
    });
  } catch (error) {
    if (error instanceof Rehearsed) return error.value as T;
    throw error;
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
