// Every worker of Mocha loads this: the limits of hooks and tests, too, are said as on a quiet machine.
import Mocha from 'mocha';
import { scaleLimit } from './patience.ts';

type Limited = {
  _timeout: number;
  /** What it had, at most, since it began: who is done in time is not late because the machine is quiet again. */
  longest?: number;
  timer: NodeJS.Timeout | undefined;
  timedOut: boolean;
  timeout(): number;
  clearTimeout(): void;
  callback(error: Error): void;
  _timeoutError(ms: number): Error;
};

const { timeout } = Mocha.Runnable.prototype as unknown as { timeout(this: Limited, ms: number): Limited };

function scaledTimeout(this: Limited, ...given: [] | [ms: number]): Limited | number {
  if (given.length > 0) return timeout.call(this, given[0]!);
  if (!this._timeout) return 0;
  this.longest = Math.max(this.longest ?? 0, scaleLimit(this._timeout));
  return this.longest;
}

/** Mocha's own, but for one thing: when it is over and the machine has become busier, it goes on. */
function resetTimeout(this: Limited): void {
  this.clearTimeout();
  this.longest = 0;
  if (!this._timeout) return;
  const begun = performance.now();
  const expire = (): void => {
    if (!this._timeout) return;
    const left = this.timeout() - (performance.now() - begun);
    if (left > 0) {
      this.timer = setTimeout(expire, left);
      return;
    }
    this.callback(this._timeoutError(this.timeout()));
    this.timedOut = true;
  };
  this.timer = setTimeout(expire, this.timeout());
}

Object.assign(Mocha.Runnable.prototype, { timeout: scaledTimeout, resetTimeout });
