import { LRUCache } from 'lru-cache';
import type { ChangeListener } from '../../platform/database/index.ts';
import type { ResolvedContext, Services } from '../request/index.ts';
import type { ContextProvider } from './context-provider.ts';
import { createProvider } from './create-provider.ts';

/** The providers of the contexts in use: built at the first request, dropped by a change notice. */
export class ProviderDirectory {
  readonly #services: Services;
  readonly #listener: ChangeListener;
  readonly #providers: LRUCache<string, Promise<ContextProvider>>;

  constructor(services: Services, listener: ChangeListener, size: number) {
    this.#services = services;
    this.#listener = listener;
    this.#providers = new LRUCache({ max: size });
    listener.onChange((subject) => (subject === '*' ? this.#providers.clear() : this.#providers.delete(subject)));
  }

  get(context: ResolvedContext): Promise<ContextProvider> {
    const hit = this.#listener.isTrusted ? this.#providers.get(context.contextId) : undefined;
    if (hit) return hit;
    const made = createProvider(this.#services, context);
    this.#providers.set(context.contextId, made);
    made.catch(() => this.#providers.delete(context.contextId));
    return made;
  }
}
