import { availableParallelism } from 'node:os';
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
  hash(password: string): Promise<string>;
  /** Costs the same when `stored` is undefined, so that unknown people cannot be told from wrong passwords by time. */
  verify(password: string, stored: string | undefined): Promise<boolean>;
  /** It was made with other parameters than those of today. */
  needsRehash(stored: string): boolean;
  readonly waiting: number;
};

/**
 * Argon2id behind a semaphore: hashing shares Node's thread pool with signing, and unbounded it starves every token endpoint.
 * @param concurrency hashes at once; 0 means cores minus one
 * @param queueLength hashes that may wait before BusyError
 */
export function createPasswordHasher(concurrency: number, queueLength: number, { hash, verify }: PasswordEngine): PasswordHasher {
  const limit = concurrency || Math.max(1, availableParallelism() - 1);
  const queue: (() => void)[] = [];
  let running = 0;
  let dummy: Promise<string> | undefined;

  async function run<T>(work: () => Promise<T>): Promise<T> {
    if (running >= limit) {
      if (queue.length >= queueLength) throw new BusyError();
      await new Promise<void>((resolve) => queue.push(resolve));
    } else running++;
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next) next();
      else running--;
    }
  }

  return {
    hash: (password) => run(() => hash(password, parameters)),
    async verify(password, stored) {
      dummy ??= hash('no person has this password', parameters);
      const reference = stored ?? (await dummy);
      const matches = await run(() => verify(reference, password));
      return matches && stored !== undefined;
    },
    needsRehash: (stored) => parametersOf(stored) !== current,
    get waiting() {
      return queue.length;
    },
  };
}
