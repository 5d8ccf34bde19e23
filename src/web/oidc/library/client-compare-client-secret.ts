// Why the library must be changed: it compares a client's secret with what is stored, and Portaria stores only a fingerprint of it.
import { errors, type Provider } from 'oidc-provider';
import { matchesClientSecret } from '../../../domain/applications/applications/index.ts';
import type { Services } from '../../request/index.ts';
import { replaceMethod } from './replace-method.ts';

type SecretHolder = { clientSecret?: string; clientSecretExpiresAt?: number };
type Compare = (this: SecretHolder, actual: string) => boolean;

/** Takes `client_secret` for a fingerprint. That a secret has ended is told only to whoever has it: see client-check-client-secret-expiration.ts. */
export function replaceCompareClientSecret(provider: Provider, { keyRing, clock }: Pick<Services, 'keyRing' | 'clock'>): void {
  replaceMethod<Compare>(
    provider.Client.prototype,
    'compareClientSecret',
    () =>
      function (actual) {
        if (!matchesClientSecret(this.clientSecret ?? '', actual, keyRing)) return false;
        const endsAt = this.clientSecretExpiresAt;
        if (!endsAt || clock.now().getTime() < endsAt * 1000) return true;
        throw Object.assign(new errors.InvalidClient('the client secret has ended'), { status: 401, statusCode: 401 });
      },
  );
}
