// Why the library must be changed: it fetches a client's keys (jwks_uri) once for each assertion while the fetch fails, and anybody can send an assertion.
import type { Client } from 'oidc-provider';
import type { Clock } from '../../../platform/clock/index.ts';

/** How long a failure is believed. */
const rememberedMs = 30_000;

type KeyStore = { refresh(): Promise<void>; fresh(): boolean; freshUntil?: number };

/** Calls at the same moment share a fetch, and one that failed is not repeated for half a minute. @throws Error when the library's keys are not those this was written for */
export function rememberFailedRefresh(client: Client, clock: Clock): void {
  if (!client.jwksUri) return;
  const store = (client as unknown as { asymmetricKeyStore: KeyStore }).asymmetricKeyStore;
  // its class is out of reach, so this is done for each object
  const { refresh, fresh } = store;
  if (typeof refresh !== 'function' || typeof fresh !== 'function')
    throw new Error('oidc-provider has no method refresh of the keys of a client');
  let failed: { error: unknown; until: number } | undefined;
  let underway: Promise<void> | undefined;
  const fetchOnce = () =>
    refresh
      .call(store)
      .catch((error: unknown) => {
        store.freshUntil = undefined; // an answer that was no set of keys is nothing to go on with
        failed = { error, until: clock.now().getTime() + rememberedMs };
        throw error;
      })
      .finally(() => {
        underway = undefined;
      });
  // the library calls them fresh before it has looked at them
  store.fresh = () => underway === undefined && fresh.call(store);
  store.refresh = async () => {
    if (failed && failed.until > clock.now().getTime()) throw failed.error;
    failed = undefined;
    underway ??= fetchOnce();
    await underway;
  };
}
