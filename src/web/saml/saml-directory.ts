import { Cache } from '../../platform/cache/index.ts';
import type { ChangeListener } from '../../platform/database/index.ts';
import type { PageContext } from '../request/index.ts';
import { createSamlCaches, type SamlCaches, SamlContext } from './saml-context.ts';

/** Keeps the SamlContext of each company until anything of the company changes. */
export class SamlDirectory {
  readonly #listener: ChangeListener;
  readonly #contexts: Cache<SamlContext>;
  readonly #caches: SamlCaches;

  /** @param size how many companies are held in memory */
  constructor(listener: ChangeListener, size: number) {
    this.#listener = listener;
    this.#caches = createSamlCaches(size);
    this.#contexts = new Cache({ name: 'saml_companies', max: size });
    listener.onChange((subject) => (subject === '*' ? this.#contexts.clear() : this.#contexts.delete(subject)));
  }

  contextOf({ context: company }: Pick<PageContext, 'context'>): SamlContext {
    // without change notices nothing is believed for longer than this request
    const known = this.#listener.isTrusted ? this.#contexts.get(company.contextId) : undefined;
    // a request that began before a change must not leave what it knows to those that began after it
    if (known?.company.edition === company.edition) return known;
    const fresh = new SamlContext(company, this.#caches);
    this.#contexts.set(company.contextId, fresh);
    return fresh;
  }
}
