import { AsyncLocalStorage } from 'node:async_hooks';
import type { AdapterPayload } from 'oidc-provider';
import type { AccessFinder } from '../../domain/applications/access/index.ts';
import type { Exchange } from '../../domain/records/protocol-artifacts/index.ts';

/** Facts of the access decision, asked for while other steps of the request are under way. */
export type ReadAccess = { accountId: string; clientId: string; facts: ReturnType<AccessFinder> };

/** What one request gathers: what it uses up and issues, settled together before the answer leaves (middlewares/settle.ts), and reads made ahead. */
export type RequestStore = {
  exchange: Exchange;
  readAhead: Map<string, Promise<AdapterPayload | undefined>>;
  /** Scopes that a person is granted, by API and person. */
  grantedAtApis: Map<string, Promise<string[]>>;
  access?: ReadAccess;
};

export const requestStore = new AsyncLocalStorage<RequestStore>();

/** Once: a second look in the same request goes to the store. */
export function takeAhead(key: string): Promise<AdapterPayload | undefined> | undefined {
  const ahead = requestStore.getStore()?.readAhead;
  const found = ahead?.get(key);
  ahead?.delete(key);
  return found;
}
