import type { Clock } from '../../src/platform/clock/index.ts';

/**
 * A clock that is put forward by hand: what a test shows about time does not depend on how long the test takes. One reading comes a
 * millisecond after another, so that what was earlier stays earlier. It begins at the machine's time, and again there after `reset`.
 */
export function movableClock() {
  let time = Date.now();
  const clock: Clock = { now: () => new Date(time++) };
  return {
    clock,
    now: (): number => time,
    /** Puts it forward. */
    wait(minutes: number): void {
      time += minutes * 60_000;
    },
    reset(): void {
      time = Date.now();
    },
  };
}
