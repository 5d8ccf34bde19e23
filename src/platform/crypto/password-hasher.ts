import { availableParallelism } from 'node:os';
import { formsOf, type Password, readPassword } from './password.ts';
import type { HashParameters, PasswordEngine } from './password-engine.ts';

/** Too many hashes are waiting: answer 503 with Retry-After. */
export class BusyError extends Error {}

// OWASP password storage: argon2id, m=19 MiB, t=2, p=1
const parameters: HashParameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const current = ['argon2id', 'v=19', `m=${parameters.memoryCost}`, `t=${parameters.timeCost}`, `p=${parameters.parallelism}`].sort().join();

/** Algorithm, version and costs of a PHC string, sorted: engines write the costs in different orders. */
const parametersOf = (stored: string): string =>
  stored
    .split('$')
    .slice(1, -2)
    .flatMap((part) => part.split(','))
    .sort()
    .join();

export type PasswordHasher = {
  /** Of the password in NFC. */
  hash(password: Password): Promise<string>;
  /** The same for work that nobody waits for: on every processor while nobody else hashes, on one while somebody does. */
  hashBehind(password: Password): Promise<string>;
  /**
   * Costs the same when `stored` is undefined, so that unknown people cannot be told from wrong passwords by time: one argon2 for each form of what was typed, whichever fits.
   * @returns the form that fits
   */
  verify(password: Password, stored: string | undefined): Promise<Password | undefined>;
  /** It was made with other parameters than those of today. */
  needsRehash(stored: string): boolean;
  readonly waiting: number;
};

/**
 * Argon2id behind a semaphore: hashing shares Node's thread pool with signing, and unbounded it starves every token endpoint.
 * @param concurrency hashes at once; 0 means cores minus one
 * @param queueLength hashes that may wait before BusyError
 */
export function createPasswordHasher(
  concurrency: number,
  queueLength: number,
  { hash, verify }: Pick<PasswordEngine, 'hash' | 'verify'>,
): PasswordHasher {
  const limit = concurrency || Math.max(1, availableParallelism() - 1);
  const behindLimit = concurrency || availableParallelism();
  const queue: (() => void)[] = [];
  const queueBehind: (() => void)[] = [];
  let running = 0;
  let behind = 0;
  let dummy: Promise<string> | undefined;

  function startNext(): void {
    while (queue.length > 0 && running < limit) {
      running++;
      queue.shift()!();
    }
    while (queueBehind.length > 0 && (behind === 0 || (queue.length === 0 && running + behind < behindLimit))) {
      behind++;
      queueBehind.shift()!();
    }
  }

  async function run<T>(work: () => Promise<T>): Promise<T> {
    if (running >= limit && queue.length >= queueLength) throw new BusyError();
    await new Promise<void>((resolve) => {
      queue.push(resolve);
      startNext();
    });
    return work().finally(() => {
      running--;
      startNext();
    });
  }

  async function runBehind<T>(work: () => Promise<T>): Promise<T> {
    await new Promise<void>((resolve) => {
      queueBehind.push(resolve);
      startNext();
    });
    return work().finally(() => {
      behind--;
      startNext();
    });
  }

  return {
    hash: ({ text }) => run(() => hash(text, parameters)),
    hashBehind: ({ text }) => runBehind(() => hash(text, parameters)),
    async verify(password, stored) {
      dummy ??= hash('no person has this password', parameters);
      const reference = stored ?? (await dummy);
      let found: string | undefined;
      for (const form of formsOf(password)) if (await run(() => verify(reference, form))) found ??= form;
      return found === undefined || stored === undefined ? undefined : readPassword(found);
    },
    needsRehash: (stored) => parametersOf(stored) !== current,
    get waiting() {
      return queue.length;
    },
  };
}
