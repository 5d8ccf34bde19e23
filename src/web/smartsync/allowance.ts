/** So many at once, and so many a second in the long run. */
export class Allowance {
  readonly #most: number;
  readonly #perSecond: number;
  #left: number;
  #at = performance.now();

  constructor(most: number, perSecond: number) {
    this.#most = most;
    this.#perSecond = perSecond;
    this.#left = most;
  }

  /** @returns false when it is used up */
  take(n = 1): boolean {
    this.#gain();
    if (this.#left < n) return false;
    this.#left -= n;
    return true;
  }

  /** Also more than there is. @returns milliseconds until that is made up for */
  spend(n: number): number {
    this.#gain();
    this.#left -= n;
    return Math.max(0, (-this.#left / this.#perSecond) * 1000);
  }

  #gain(): void {
    const now = performance.now();
    this.#left = Math.min(this.#most, this.#left + ((now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
  }
}
