import { createHash } from 'node:crypto';
import type { Entry } from 'ldapts';
import { textOf } from '../entry.ts';
import type { Facts } from '../facts.ts';
import { idOf } from '../find-entry.ts';
import { createdAttribute } from './records.ts';

/** Who was there: a digest of the ids of entries made until `before` (YYYYMMDDHHMMSS). `at`: when, by our clock, in ms. */
export type Seen = { before: string; digest: string; count: number; at: number };

/**
 * Tells by a few bytes whether somebody left, where a directory names nobody who did: entries that are older than the last reading are the same ones, or some are gone (or came in from
 * elsewhere), and then everything is read.
 */
export class Presence {
  readonly before: string;
  readonly #digest = Buffer.alloc(16);
  #count = 0;

  constructor(before: string) {
    this.before = before;
  }

  add(facts: Facts, entry: Entry): void {
    const id = idOf(facts, entry);
    const created = textOf(entry, createdAttribute(facts))?.slice(0, 14) ?? '';
    // who was made in that very second may be of before or after: better to read everything once more than to miss that they left
    if (!id || created > this.before) return;
    const hash = createHash('sha256').update(id).digest();
    for (let i = 0; i < this.#digest.length; i++) this.#digest[i]! ^= hash[i]!;
    this.#count++;
  }

  seen(): Seen {
    return { before: this.before, digest: this.#digest.toString('hex'), count: this.#count, at: Date.now() };
  }

  equals(seen: Seen): boolean {
    return this.#count === seen.count && this.#digest.toString('hex') === seen.digest;
  }
}
