// Why the library must be changed: it reads a client's settings at every use, and hashes them all to see whether they are the ones it knows.
import { LRUCache } from 'lru-cache';
import type { Client, Provider } from 'oidc-provider';
import type { Clock } from '../../../platform/clock/index.ts';
import { tryKeysWithoutName } from './client-keys.ts';
import { rememberFailedRefresh } from './client-keys-refresh.ts';
import { replaceMethod } from './replace-method.ts';

const mostClients = 2000;

type Find = (id: string) => Promise<Client | undefined>;

/** Keeps clients for as long as the provider lives: any change of an application makes a new provider. Who asks at the same moment gets the same client. */
export function replaceClientFind(provider: Provider, clock: Clock): void {
  const clients = new LRUCache<string, Client>({ max: mostClients });
  const sought = new Map<string, Promise<Client | undefined>>();
  replaceMethod<Find>(provider.Client, 'find', (own) => {
    const seek = async (id: string): Promise<Client | undefined> => {
      try {
        const found = await own.call(provider.Client, id);
        if (found) {
          tryKeysWithoutName(found);
          rememberFailedRefresh(found, clock);
          clients.set(id, found);
        }
        return found;
      } finally {
        sought.delete(id);
      }
    };
    return async (id) => {
      const known = clients.get(id);
      if (known) return known;
      const seeking = sought.get(id) ?? seek(id);
      sought.set(id, seeking);
      return seeking;
    };
  });
}
