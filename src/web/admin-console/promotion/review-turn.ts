import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../../platform/errors/index.ts';
import type { PageContext } from '../../request/index.ts';

/** Looking at what a promotion would do writes everything and takes it back: that holds a connection for as long. So one of a company at a time, and few in a process. */
const most = 2;
/** Of one company: the others' places are their own. */
const mostWaiting = 10;
/** A look takes a second or two. */
const longestWaitMs = 5000;

const underWay = new Set<string>();
/** Whoever waits, the first one first; each is called when it is its turn. */
const waiting: { contextId: string; start: () => void }[] = [];

const isFree = (contextId: string): boolean => !underWay.has(contextId) && underWay.size < most;

function startNext(): void {
  for (const one of [...waiting]) {
    if (!isFree(one.contextId)) continue;
    waiting.splice(waiting.indexOf(one), 1);
    underWay.add(one.contextId);
    one.start();
  }
}

async function takeTurn(contextId: string, waitMs: number): Promise<boolean> {
  if (isFree(contextId)) {
    underWay.add(contextId);
    return true;
  }
  if (waiting.filter((one) => one.contextId === contextId).length >= mostWaiting) return false;
  const started = Promise.withResolvers<boolean>();
  const place = { contextId, start: () => started.resolve(true) };
  waiting.push(place);
  const end = new AbortController();
  const over = sleep(waitMs, false, { signal: end.signal }).catch(() => false);
  const isTaken = await Promise.race([started.promise, over]);
  end.abort();
  const at = waiting.indexOf(place);
  if (at >= 0) waiting.splice(at, 1);
  // it may have become free at the last moment
  return isTaken || at < 0;
}

/** Waits a little for its turn. @throws AppError busy before a connection is taken */
export async function inReviewTurn<T>(
  { context: { contextId } }: PageContext,
  work: () => Promise<T>,
  waitMs: number = longestWaitMs,
): Promise<T> {
  if (!(await takeTurn(contextId, waitMs))) throw new AppError('busy', 503);
  try {
    return await work();
  } finally {
    underWay.delete(contextId);
    startNext();
  }
}

/** @returns undefined where it did not come to its turn */
export const orBusy = <T>(work: Promise<T>): Promise<T | undefined> =>
  work.catch((error) => {
    if (error instanceof AppError && error.code === 'busy') return undefined;
    throw error;
  });
