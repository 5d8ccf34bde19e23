/** What came while another was being written. */
type Lane<One, Result> = { waiting?: { all: One[]; done: Promise<Result> }; last: Promise<unknown> };

/**
 * Gathers what arrives for a key while one write of that key is under way into the next write: of a flood one statement at a time waits for the row, not one for each
 * request. Keeps nothing of a key that nobody waits for.
 */
export class Joiner<One, Result> {
  readonly #write: (all: One[]) => Promise<Result>;
  readonly #lanes = new Map<string, Lane<One, Result>>();

  constructor(write: (all: One[]) => Promise<Result>) {
    this.#write = write;
  }

  add(key: string, one: One): Promise<Result> {
    const lane: Lane<One, Result> = this.#lanes.get(key) ?? { last: Promise.resolve() };
    if (lane.waiting) {
      lane.waiting.all.push(one);
      return lane.waiting.done;
    }
    const all = [one];
    const begin = () => {
      lane.waiting = undefined;
      return this.#write(all);
    };
    const done = lane.last.then(begin, begin);
    lane.waiting = { all, done };
    lane.last = done;
    this.#lanes.set(key, lane);
    const forget = () => {
      if (lane.last === done) this.#lanes.delete(key);
    };
    done.then(forget, forget);
    return done;
  }
}
