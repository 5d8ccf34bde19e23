// Why the library must be changed: it says that a secret has ended before it compares the secret, so anybody could learn it by a client's id.
import type { Provider } from 'oidc-provider';
import { replaceMethod } from './replace-method.ts';

/** Nothing is checked here: the comparison of the secret (client-compare-client-secret.ts) checks its end as well. */
export function replaceCheckClientSecretExpiration(provider: Provider): void {
  replaceMethod<() => void>(provider.Client.prototype, 'checkClientSecretExpiration', () => () => {});
}
