import { Cache } from '../cache/index.ts';
import type { ChangeListener } from './change-listener.ts';

/**
 * Begins the keys of what is cached for a subject: any change of it gives it another number, and nothing is found under the old one. A subject that is only dropped from
 * memory and read again keeps its number, and what is still cached for it.
 */
export class Editions {
  readonly #listener: ChangeListener;
  readonly #known = new Cache<number>({ name: 'company_editions', max: 50_000 });
  #last = 0;

  constructor(listener: ChangeListener) {
    this.#listener = listener;
    listener.onChange((subject) => (subject === '*' ? this.#known.clear() : this.#known.delete(subject)));
  }

  /** To be asked where no notice of the subject came since it was read: what was read before a change is then never found after it. */
  of(subject: string): number {
    if (!this.#listener.isTrusted) return this.next();
    const known = this.#known.get(subject) ?? this.next();
    this.#known.set(subject, known);
    return known;
  }

  /** One that nobody will be given again. */
  next(): number {
    return ++this.#last;
  }
}
