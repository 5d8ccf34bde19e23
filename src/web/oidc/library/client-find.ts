// Why the library must be changed: it reads a client's settings at every use, and hashes them all to see whether they are the ones it knows.
import type { Client, Provider } from 'oidc-provider';
import type { Clock } from '../../../platform/clock/index.ts';
import { tryKeysWithoutName } from './client-keys.ts';
import { rememberFailedRefresh } from './client-keys-refresh.ts';
import { replaceMethod } from './replace-method.ts';

type Find = (id: string) => Promise<Client | undefined>;

export type KeptClients = {
  clients: { get(key: string): Client | undefined; set(key: string, client: Client): void };
  /** Of a client of the company in force; another after any change of it. */
  keyOf(clientId: string): string;
  /** Whether it is of the company in force. */
  isOwn(client: Client): boolean;
};

/** Keeps clients for as long as nothing of their company changes. Who asks at the same moment gets the same client. */
export function replaceClientFind(provider: Provider, clock: Clock, { clients, keyOf, isOwn }: KeptClients): void {
  const sought = new Map<string, Promise<Client | undefined>>();
  replaceMethod<Find>(provider.Client, 'find', (own) => {
    const seek = async (id: string, key: string): Promise<Client | undefined> => {
      try {
        const found = await own.call(provider.Client, id);
        if (found && !isOwn(found)) throw new Error(`the client ${id} is another company's`);
        if (found) {
          tryKeysWithoutName(found);
          rememberFailedRefresh(found, clock);
          clients.set(key, found);
        }
        return found;
      } finally {
        sought.delete(key);
      }
    };
    return async (id) => {
      const key = keyOf(id);
      const known = clients.get(key);
      if (known) return known;
      const seeking = sought.get(key) ?? seek(id, key);
      sought.set(key, seeking);
      return seeking;
    };
  });
}
