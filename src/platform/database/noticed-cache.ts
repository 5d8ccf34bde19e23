import { Cache } from '../cache/index.ts';
import type { ChangeListener } from './change-listener.ts';

/** Notices are enough; this bounds how long a fault of theirs would last. */
const longestMs = 600_000;

/** What many requests read and few change: kept until a notice says that its subject changed. */
export class NoticedCache {
  readonly #listener: ChangeListener;
  readonly #known: Cache<Map<string, unknown>>;

  /** @param size most subjects */
  constructor(listener: ChangeListener, size: number) {
    this.#listener = listener;
    this.#known = new Cache({ name: 'company_settings', max: size, ttlMs: longestMs });
    listener.onChange((subject) => (subject === '*' ? this.#known.clear() : this.#known.delete(subject)));
  }

  /** @param part of the subject, such as its policy */
  async get<Value>(subject: string, part: string, read: () => Promise<Value>): Promise<Value> {
    const kept = this.#listener.isTrusted ? this.#known.get(subject) : undefined;
    if (kept?.has(part)) return kept.get(part) as Value;
    const parts = kept ?? new Map<string, unknown>();
    if (!kept) this.#known.set(subject, parts);
    const reading = read();
    // concurrent callers share the read. A change of the subject drops its parts: a read that began before is returned but not cached
    parts.set(part, reading);
    try {
      const value = await reading;
      if (parts.get(part) === reading) parts.set(part, value);
      return value;
    } catch (error) {
      if (parts.get(part) === reading) parts.delete(part);
      throw error;
    }
  }
}
