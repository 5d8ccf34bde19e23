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
 */
export type Count = 'settled' | 'answered' | 'refunded' | 'held';

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
  { userId, browser, withAsk }: Pick<Attempt, 'userId' | 'browser'> & { withAsk?: boolean },
  lockout: Lockout,
  evaluate: (attempt: Reserved) => Promise<Result | undefined>,
  countOf: (result: Result) => Count = () => 'settled',
): Promise<{ attempt: Attempted; result: Result | undefined }> {
  const reserved = await reserveAttempt(scope, userId, browser, lockout, withAsk);
  let result: Result | undefined;
  try {
    result = await evaluate(reserved);
  } catch (error) {
    if (!(error instanceof BusyError)) {
      await settleAttempt(scope, reserved);
      throw error;
    }
  }
  const count = result === undefined ? 'refunded' : countOf(result);
  const settle = count === 'answered' ? settleAnsweredAttempt : settleAttempt;
  if (count === 'settled' || count === 'answered') return { attempt: { ...reserved, settled: await settle(scope, reserved) }, result };
  if (count === 'refunded') await refundAttempt(scope, reserved);
  return { attempt: { ...reserved, settled: 0 }, result };
}
