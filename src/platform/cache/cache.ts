import { LRUCache } from 'lru-cache';

/** `hits` and `misses` since the process began. */
export type CacheFigures = { cache: string; entries: number; hits: number; misses: number };

type Options = {
  /** In snake_case, as the figures say it. */
  name: string;
  /** Most entries. */
  max: number;
  ttlMs?: number;
  /** An entry that is written again ends when its first writing would have. */
  keepsFirstEnd?: boolean;
};

/** By name. Of several of one name (tests open many servers in a process) the counts are together, and the entries are those of the last. */
const figures = new Map<string, { hits: number; misses: number; entries(): number }>();

/** Keeps at most so many values by key, and drops the one that was used least lately. */
export class Cache<Value extends {}> {
  readonly #kept: LRUCache<string, Value>;
  readonly #keepsFirstEnd: boolean;
  readonly #counts: { hits: number; misses: number };

  constructor({ name, max, ttlMs, keepsFirstEnd = false }: Options) {
    // by `max` it would make room for all entries at once: 10 MB of an idle server
    this.#kept = new LRUCache<string, Value>({ maxSize: max, sizeCalculation: () => 1, ...(ttlMs ? { ttl: ttlMs } : {}) });
    this.#keepsFirstEnd = keepsFirstEnd;
    const { hits = 0, misses = 0 } = figures.get(name) ?? {};
    const kept = new WeakRef(this.#kept); // a server that was closed is not held for its figures
    const counts = { hits, misses, entries: () => kept.deref()?.size ?? 0 };
    this.#counts = counts;
    figures.set(name, counts);
  }

  get(key: string): Value | undefined {
    const found = this.#kept.get(key);
    if (found === undefined) this.#counts.misses++;
    else this.#counts.hits++;
    return found;
  }

  /** Neither counts nor is a use. */
  peek(key: string): Value | undefined {
    return this.#kept.peek(key);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  set(key: string, value: Value): void {
    this.#kept.set(key, value, { noUpdateTTL: this.#keepsFirstEnd });
  }

  delete(key: string): void {
    this.#kept.delete(key);
  }

  clear(): void {
    this.#kept.clear();
  }

  get size(): number {
    return this.#kept.size;
  }
}

export const measureCaches = (): CacheFigures[] =>
  [...figures].map(([cache, { hits, misses, entries }]) => ({ cache, hits, misses, entries: entries() }));
