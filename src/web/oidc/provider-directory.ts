import { loadApis } from '../../domain/applications/apis/index.ts';
import { listMappedClaims } from '../../domain/applications/applications/index.ts';
import { brandingSettings } from '../../domain/company/branding/index.ts';
import { listCustomFields } from '../../domain/company/custom-fields/index.ts';
import { newAccountsSettings } from '../../domain/company/new-accounts/index.ts';
import { loadSigningKeys } from '../../domain/company/signing-keys/index.ts';
import { Cache } from '../../platform/cache/index.ts';
import type { ChangeListener } from '../../platform/database/index.ts';
import type { ResolvedContext, Services } from '../request/index.ts';
import { createCaches } from './caches.ts';
import { ContextProvider, type SharedProvider, scopeIn } from './context-provider.ts';
import { createProvider } from './create-provider.ts';
import { OwnState } from './own-state.ts';

/** The providers of the contexts in use: read at the first request, dropped by a change notice. */
export class ProviderDirectory {
  readonly #shared: SharedProvider;
  readonly #listener: ChangeListener;
  readonly #providers: Cache<{ edition: number; made: Promise<ContextProvider> }>;

  constructor(services: Services, listener: ChangeListener, size: number) {
    this.#shared = createProvider(services, createCaches(size));
    this.#listener = listener;
    this.#providers = new Cache({ name: 'oidc_companies', max: size });
    listener.onChange((subject) => (subject === '*' ? this.#providers.clear() : this.#providers.delete(subject)));
  }

  get(context: ResolvedContext): Promise<ContextProvider> {
    const { contextId, edition } = context;
    const hit = this.#listener.isTrusted ? this.#providers.get(contextId) : undefined;
    // a request that began before a change must not leave what it knows to those that began after it
    if (hit?.edition === edition) return hit.made;
    const made = this.#load(context);
    this.#providers.set(contextId, { edition, made });
    made.catch(() => this.#providers.delete(contextId));
    return made;
  }

  async #load(context: ResolvedContext): Promise<ContextProvider> {
    const { services } = this.#shared;
    const scope = scopeIn(services, context);
    const [branding, newAccounts, keys, mappedClaims, customFields, apis] = await Promise.all([
      services.findSettings(context.contextId, brandingSettings),
      services.findSettings(context.contextId, newAccountsSettings),
      loadSigningKeys(scope),
      listMappedClaims(scope),
      listCustomFields(scope),
      loadApis(scope),
    ]);
    const { selfRegistration: mayRegister } = newAccounts;
    const loaded = { keys, mappedClaims, customFields, apis, mayRegister, links: branding.links };
    return new ContextProvider(this.#shared, context, loaded, (op) => new OwnState(op, loaded, this.#shared.tools));
  }
}
