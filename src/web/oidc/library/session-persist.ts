// Why the library must be changed: the error page of the device flow persists a session that was never saved, and the library throws.
import type { Provider } from 'oidc-provider';
import { replaceMethod } from './replace-method.ts';

type Persist = (this: { exp?: number; save(ttl: number): Promise<unknown> }) => Promise<unknown>;

/** @param lifetimeSeconds of a session that is saved for the first time */
export function replacePersist(provider: Provider, lifetimeSeconds: number): void {
  replaceMethod<Persist>(
    provider.Session.prototype,
    'persist',
    (own) =>
      function () {
        return typeof this.exp === 'number' ? own.call(this) : this.save(lifetimeSeconds);
      },
  );
}
