import { LRUCache } from 'lru-cache';
import type { ChangeListener } from '../../platform/database/index.ts';
import type { ResolvedContext, Services } from '../request/index.ts';
import type { ContextProvider } from './context-provider.ts';
import { createProvider } from './create-provider.ts';

/** The providers of the contexts in use: built at the first request, dropped by a change notice. */
export class ProviderDirectory {
  readonly #services: Services;
  readonly #listener: ChangeListener;
  readonly #providers: LRUCache<string, { url: string; made: Promise<ContextProvider> }>;

  constructor(services: Services, listener: ChangeListener, size: number) {
    this.#services = services;
    this.#listener = listener;
    this.#providers = new LRUCache({ max: size });
    listener.onChange((subject) => (subject === '*' ? this.#providers.clear() : this.#providers.delete(subject)));
  }

  get(context: ResolvedContext): Promise<ContextProvider> {
    const { contextId, url } = context;
    const hit = this.#listener.isTrusted ? this.#providers.get(contextId) : undefined;
    // a request that began before a change must not leave its old address to those that began after it
    if (hit?.url === url) return hit.made;
    const made = createProvider(this.#services, context);
    this.#providers.set(contextId, { url, made });
    made.catch(() => this.#providers.delete(contextId));
    return made;
  }
}
