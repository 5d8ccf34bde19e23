// Why the library must be changed: it reads a client's settings at every use, and hashes them all to see whether they are the ones it knows.
import { LRUCache } from 'lru-cache';
import type { Client, Provider } from 'oidc-provider';
import { tryKeysWithoutName } from './client-keys.ts';
import { replaceMethod } from './replace-method.ts';

const mostClients = 2000;

type Find = (id: string) => Promise<Client | undefined>;

/** Keeps clients for as long as the provider lives: any change of an application makes a new provider. */
export function replaceClientFind(provider: Provider): void {
  const clients = new LRUCache<string, Client>({ max: mostClients });
  replaceMethod<Find>(provider.Client, 'find', (own) => async (id) => {
    const known = clients.get(id);
    if (known) return known;
    const found = await own.call(provider.Client, id);
    if (found) {
      tryKeysWithoutName(found);
      clients.set(id, found);
    }
    return found;
  });
}
