import { LRUCache } from 'lru-cache';
import type { AdapterPayload } from 'oidc-provider';
import { findApplicationByClientId } from '../../../domain/applications/applications/index.ts';
import type { ApplicationId } from '../../../domain/scope.ts';
import type { ContextProvider } from '../context-provider.ts';
import { clientMetadata } from './client-metadata.ts';

const mostClients = 2000;

/** Applications as the library's clients, kept for as long as this provider lives: any change of an application makes a new provider. */
export class Clients {
  readonly #op: ContextProvider;
  readonly #known = new LRUCache<string, { metadata: AdapterPayload | undefined }>({ max: mostClients });

  constructor(op: ContextProvider) {
    this.#op = op;
  }

  async find(clientId: string): Promise<AdapterPayload | undefined> {
    let hit = this.#known.get(clientId);
    if (!hit) {
      const isPossible = clientId.length <= 200 && !clientId.includes('\0');
      const application = isPossible ? await findApplicationByClientId(this.#op.scope(), clientId) : undefined;
      hit = { metadata: application?.enabled ? clientMetadata(application) : undefined };
      this.#known.set(clientId, hit);
    }
    return hit.metadata;
  }

  /** @returns undefined for a client that was not asked for yet */
  applicationIdOf(clientId: string): ApplicationId | undefined {
    return this.#known.get(clientId)?.metadata?.application_id as ApplicationId | undefined;
  }
}
