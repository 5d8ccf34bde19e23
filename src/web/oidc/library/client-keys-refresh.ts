// Why the library must be changed: it fetches a client's keys (jwks_uri) once for each assertion while the fetch fails, and anybody can send an assertion.
import type { Client } from 'oidc-provider';
import type { Clock } from '../../../platform/clock/index.ts';
import { replaceMethod } from './replace-method.ts';

/** How long a failure is believed. */
const rememberedMs = 30_000;

type Refresh = () => Promise<void>;
type KeyStore = { refresh: Refresh; fresh(): boolean };

/** Calls at the same moment share a fetch, and one that failed is not repeated for half a minute. */
export function rememberFailedRefresh(client: Client, clock: Clock): void {
  if (!client.jwksUri) return;
  const store = (client as unknown as { asymmetricKeyStore: KeyStore }).asymmetricKeyStore;
  const own: Refresh = Object.getPrototypeOf(store).refresh;
  let failed: { error: unknown; until: number } | undefined;
  let underway: Promise<void> | undefined;
  // on the object: its class is out of reach
  Object.defineProperty(store, 'refresh', { value: own, writable: true, configurable: true });
  replaceMethod<Refresh>(store, 'refresh', () => async () => {
    if (failed && failed.until > clock.now().getTime()) throw failed.error;
    failed = undefined;
    underway ??= own
      .call(store)
      .catch((error: unknown) => {
        failed = { error, until: clock.now().getTime() + rememberedMs };
        throw error;
      })
      .finally(() => {
        underway = undefined;
      });
    await underway;
  });
}
