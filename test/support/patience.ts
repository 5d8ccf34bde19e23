// How long tests wait. Limits are said as on a quiet machine; here, and nowhere else, they become longer on one that is slow or has other work.
import { availableParallelism, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** What `work` takes on a quiet processor of 2024. */
const quietMs = 20;
/** What hangs is ended in the end, however slow the machine is. */
const most = 60;
/** Measuring costs the time of `work`, so not each limit asks again. */
const validMs = 10_000;

let measured = { factor: 1, at: Number.NEGATIVE_INFINITY };

function work(): number {
  let number = 1;
  for (let i = 0; i < 1_000_000; i++) number = (number * 48_271) % 2_147_483_647;
  return number;
}

/** How many times slower than a quiet machine this one is now: by what a piece of work takes, and by how many wait for its processors. */
function measure(): number {
  const begun = performance.now();
  if (work() === 0) throw new Error('the work was not done');
  const took = performance.now() - begun;
  return Math.min(most, Math.max(1, took / quietMs, loadavg()[0]! / availableParallelism()));
}

/** The factor of every limit: what was measured at the start of the run or given as `TEST_PATIENCE`, and more while the machine is busier. */
export function patience(): number {
  if (performance.now() - measured.at > validMs) measured = { factor: measure(), at: performance.now() };
  return Math.max(Number(process.env.TEST_PATIENCE) || 1, measured.factor);
}

/** Measures once for the run; the processes that are started after this find it in their environment. */
export function measurePatience(): number {
  process.env.TEST_PATIENCE = patience().toFixed(1);
  return Number(process.env.TEST_PATIENCE);
}

/** @param quietMs a limit in milliseconds on a quiet machine */
export const scaleLimit = (quietMs: number): number => Math.ceil(quietMs * patience());

/** Whether a limit that began then (`performance.now()`) is over: asked again and again, it grows while the machine becomes busier. */
export const isOver = (begun: number, quietMs: number): boolean => performance.now() - begun > scaleLimit(quietMs);

/** Lets time pass that is no limit: a moment by chance, or one in which nothing may happen. It is the same on every machine. */
export const pause = (ms: number): Promise<void> => sleep(ms);

/**
 * Asks until it is so.
 * @param what of the error, when it does not come in time
 * @returns what was found
 */
export async function until<T>(
  find: () => T | Promise<T>,
  what: string | (() => string),
  withinMs = 10_000,
): Promise<Exclude<T, false | null | undefined | 0 | ''>> {
  for (const begun = performance.now(); ; await sleep(20)) {
    const found = await find();
    if (found) return found as Exclude<T, false | null | undefined | 0 | ''>;
    if (isOver(begun, withinMs)) throw new Error(typeof what === 'string' ? `${what} does not come` : what());
  }
}

/** What a job does a moment later: asks until `check` no longer throws. */
export async function eventually(check: () => Promise<unknown>, withinMs = 10_000): Promise<void> {
  for (const begun = performance.now(); ; await sleep(50)) {
    try {
      await check();
      return;
    } catch (error) {
      if (isOver(begun, withinMs)) throw error;
    }
  }
}
