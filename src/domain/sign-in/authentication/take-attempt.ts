import { setTimeout as sleep } from 'node:timers/promises';
import { BusyError } from '../../../platform/crypto/index.ts';
import {
  type Attempt,
  type Reserved,
  refundAttempt,
  reserveAttempt,
  settleAnsweredAttempt,
  settleAttempt,
} from '../../records/attempts/index.ts';
import type { Scope } from '../../scope.ts';
import type { SignInPolicy } from '../sign-in-policy/index.ts';

/** `settled`: how many are counted with it, 0 where none was left or nothing was evaluated. */
export type Attempted = Reserved & { settled: number };

export type Lockout = SignInPolicy['lockout'];

/**
 * What becomes of an attempt that was evaluated. `answered`: settled, and a directory said yes. `held`: it stays taken until it decays, so that guessing has an end, and is not settled, so that it blocks nobody.
 * `open`: whoever goes on with it settles it, together with what comes of it (settleOpen).
 */
export type Count = 'settled' | 'answered' | 'refunded' | 'held' | 'open';

/** An attempt that was right, and is not settled yet. `isAnswered`: a directory said so. */
export type OpenAttempt = Reserved & { isAnswered: boolean };

/** Settles an attempt that was left open, by itself: the sign-in does not end here. */
export const settleOpen = (scope: Scope, attempt: OpenAttempt): Promise<number> =>
  (attempt.isAnswered ? settleAnsweredAttempt : settleAttempt)(scope, attempt);

type Wish = Pick<Attempt, 'userId' | 'browser'> & { withAsk?: boolean };

/** How long an attempt waits for others of the same person, how often it looks, and how long one that was evaluated may take to be given back by the sign-in that it is part of. */
const patienceMs = 5000;
const lookMs = 25;
const lingerMs = 300;

/** How many attempts of a person this process is at. */
const underWay = new Map<string, number>();
const add = (key: string, n: number): void => {
  const now = (underWay.get(key) ?? 0) + n;
  if (now > 0) underWay.set(key, now);
  else underWay.delete(key);
};

/** Where those that are under way took the last ones, it waits for them: several right passwords at once are no guesses, and are given back one after the other. */
async function reserveInTurn(scope: Scope, key: string, { userId, browser, withAsk }: Wish, lockout: Lockout) {
  for (const end = performance.now() + patienceMs; ; ) {
    const reserved = await reserveAttempt(scope, userId, browser, lockout, withAsk);
    if (reserved.taken !== undefined || !underWay.has(key) || performance.now() > end) return reserved;
    await sleep(lookMs);
  }
}

/**
 * One attempt at a secret, whatever kind it is: taken before the secret is looked at, so that parallel guesses get no more evaluations than the limit (S37), and settled after,
 * also when the evaluation fails.
 * @param attempt `withAsk`: it will be a directory that is asked (reserveAttempt)
 * @param evaluate with an attempt that may have none left (`taken` is undefined): then it must spend the same time and find nothing
 * @param countOf how the attempt counts by its result
 * @returns `result` is undefined when nothing could evaluate it, for the server is busy: that attempt does not count
 */
export async function takeAttempt<Result>(
  scope: Scope,
  { userId, browser, withAsk }: Wish,
  lockout: Lockout,
  evaluate: (attempt: Reserved) => Promise<Result | undefined>,
  countOf: (result: Result, attempt: Reserved) => Count = () => 'settled',
): Promise<{ attempt: Attempted; result: Result | undefined }> {
  const key = `${scope.contextId} ${userId}`;
  const reserved = await reserveInTurn(scope, key, { userId, browser, withAsk }, lockout);
  const isTaken = reserved.taken !== undefined;
  if (isTaken) add(key, 1);
  let result: Result | undefined;
  try {
    result = await evaluate(reserved);
  } catch (error) {
    if (!(error instanceof BusyError)) {
      await settleAttempt(scope, reserved);
      throw error;
    }
  } finally {
    if (isTaken) setTimeout(() => add(key, -1), lingerMs).unref();
  }
  const count = result === undefined ? 'refunded' : countOf(result, reserved);
  const settle = count === 'answered' ? settleAnsweredAttempt : settleAttempt;
  if (count === 'settled' || count === 'answered') return { attempt: { ...reserved, settled: await settle(scope, reserved) }, result };
  if (count === 'refunded') await refundAttempt(scope, reserved);
  return { attempt: { ...reserved, settled: 0 }, result };
}
