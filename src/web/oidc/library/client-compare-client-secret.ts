// Why the library must be changed: it compares a client's secret with what is stored, and Portaria stores only fingerprints; of two secrets, while one replaces the other.
import { errors, type Provider } from 'oidc-provider';
import { type FormerSecret, matchesClientSecret } from '../../../domain/applications/applications/index.ts';
import type { Services } from '../../request/index.ts';
import { replaceMethod } from './replace-method.ts';

/** `former_secret` is ours (client metadata). Times in seconds since the epoch. */
type SecretHolder = { clientId: string; clientSecret?: string; clientSecretExpiresAt?: number; former_secret?: FormerSecret };
type Compare = (this: SecretHolder, actual: string) => boolean;

export type SecretChecks = Pick<Services, 'keyRing' | 'clock'> & {
  /** Hears with which secret, by its fingerprint, a client proved itself. */
  noteSecretUse(clientId: string, fingerprint: string): void;
};

/** Takes `client_secret` for a fingerprint. That a secret has ended is told only to whoever has it: see client-check-client-secret-expiration.ts. */
export function replaceCompareClientSecret(provider: Provider, { keyRing, clock, noteSecretUse }: SecretChecks): void {
  replaceMethod<Compare>(
    provider.Client.prototype,
    'compareClientSecret',
    () =>
      function (actual) {
        const { clientSecret: fingerprint = '', clientSecretExpiresAt: expires_at, former_secret } = this;
        const secrets = [{ fingerprint, expires_at }, ...(former_secret ? [former_secret] : [])];
        const brought = secrets.filter((one) => matchesClientSecret(one.fingerprint, actual, keyRing));
        if (brought.length === 0) return false;
        const [good] = brought.filter(({ expires_at: end }) => !end || clock.now().getTime() < end * 1000);
        if (!good) throw Object.assign(new errors.InvalidClient('the client secret has ended'), { status: 401, statusCode: 401 });
        noteSecretUse(this.clientId, good.fingerprint);
        return true;
      },
  );
}
