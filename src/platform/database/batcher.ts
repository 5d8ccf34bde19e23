import { isLocked, isUnavailable } from './is-unavailable.ts';

type Waiting<Request, Result> = { request: Request; resolve: (result: Result) => void; reject: (error: unknown) => void };

/** A SQLSTATE came back: unlike a lost connection that says for certain that the statement was rolled back. */
const isRefusedStatement = (error: unknown): boolean =>
  /^[0-9A-Z]{5}$/.test((error as { code?: string }).code ?? '') && !isUnavailable(error);

const lanesApart = 4;

let due: (() => void)[] = [];

/** What several batchers have to send leaves in one message (together.ts). */
function atEndOfTurn(work: () => void): void {
  if (due.push(work) > 1) return;
  setImmediate(() => {
    const all = due;
    due = [];
    for (const each of all) each();
  });
}

/**
 * Gathers requests of one turn of the event loop, and those that arrive while a batch is on its way, into one statement: under load a hundred
 * sign-ins share one round trip and one flush to disk. Each request gets its own result.
 */
export class Batcher<Request, Result> {
  readonly #run: (requests: Request[]) => Promise<Result[]>;
  readonly #lanes: number;
  readonly #largest: number;
  readonly #slowMs: number;
  #waiting: Waiting<Request, Result>[] = [];
  #busy = 0;
  #scheduled = false;

  /** @param run answers in order. @param lanes batches under way at once, but for those that wait longer than `slowMs`. @param largest requests in one batch */
  constructor(run: (requests: Request[]) => Promise<Result[]>, { lanes = 1, largest = 200, slowMs = 250 } = {}) {
    this.#run = run;
    this.#lanes = lanes;
    this.#largest = largest;
    this.#slowMs = slowMs;
  }

  add(request: Request): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject });
      this.#schedule();
    });
  }

  /** The database refused the statement, so nothing of it happened: only the caller with the refused input fails. */
  async #oneByOne(batch: Waiting<Request, Result>[]): Promise<void> {
    for (const { request, resolve, reject } of batch) {
      try {
        resolve((await this.#run([request]))[0]!);
      } catch (error) {
        reject(error);
      }
    }
  }

  /** One row that somebody holds kept all of the batch waiting: each goes alone now, a few at once. Where none of the first few gets on, or many do not, the others wait no longer. */
  async #apart(batch: Waiting<Request, Result>[]): Promise<void> {
    const left = [...batch];
    let [done, stuck] = [0, 0];
    const lane = async (): Promise<void> => {
      for (let next = left.shift(); next; next = left.shift()) {
        try {
          next.resolve((await this.#run([next.request]))[0]!);
          done++;
        } catch (error) {
          next.reject(error);
          if (!isUnavailable(error)) continue;
          if (++stuck >= (done === 0 ? lanesApart : 2 * lanesApart)) for (const { reject } of left.splice(0)) reject(error);
          if (done === 0) return;
        }
      }
    };
    await Promise.all(Array.from({ length: lanesApart }, lane));
  }

  #schedule(): void {
    if (this.#scheduled || this.#busy >= this.#lanes || this.#waiting.length === 0) return;
    this.#scheduled = true;
    atEndOfTurn(() => {
      this.#scheduled = false;
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    const batch = this.#waiting.splice(0, this.#largest);
    if (batch.length === 0) return;
    this.#busy++;
    let isCounted = true;
    const leaveLane = () => {
      if (isCounted) this.#busy--;
      isCounted = false;
      this.#schedule();
    };
    const slow = setTimeout(leaveLane, this.#slowMs);
    this.#schedule();
    try {
      const results = await this.#run(batch.map(({ request }) => request));
      for (const [index, { resolve }] of batch.entries()) resolve(results[index]!);
    } catch (error) {
      if (batch.length > 1 && isRefusedStatement(error)) await this.#oneByOne(batch);
      else if (isLocked(error)) await this.#apart(batch);
      // who waits behind a store that is too slow would wait once more for as long
      else for (const { reject } of isUnavailable(error) ? [...batch, ...this.#waiting.splice(0)] : batch) reject(error);
    } finally {
      clearTimeout(slow);
      leaveLane();
    }
  }
}
