import type { Clock } from '../../src/platform/clock/index.ts';

/** A clock that runs as the machine's does, and can be put forward. */
export function movableClock() {
  let ahead = 0;
  const clock: Clock = { now: () => new Date(Date.now() + ahead) };
  return {
    clock,
    now: (): number => clock.now().getTime(),
    wait(minutes: number): void {
      ahead += minutes * 60_000;
    },
    /** The machine's time again. */
    reset(): void {
      ahead = 0;
    },
  };
}
