// Why the library must be changed: it compares a client's secret with what is stored, and Portaria stores only fingerprints; of two secrets, while one replaces the other.
// And it takes a secret by Basic and in the body, whichever the client registered.
import { errors, Provider } from 'oidc-provider';
import { type FormerSecret, matchesClientSecret } from '../../../domain/applications/applications/index.ts';
import type { Services } from '../../request/index.ts';
import { replaceMethod } from './replace-method.ts';

/** `former_secret` and `any_secret_method` are ours (client metadata). Times in seconds since the epoch. */
type SecretHolder = {
  clientId: string;
  clientAuthMethod?: string;
  any_secret_method?: boolean;
  clientSecret?: string;
  clientSecretExpiresAt?: number;
  former_secret?: FormerSecret;
};
type Compare = (this: SecretHolder, actual: string) => boolean;

export type SecretChecks = Pick<Services, 'keyRing' | 'clock'> & {
  /** How the request that is under way brought its secret. */
  findMethod?(): string | undefined;
  /** Hears with which secret, by its fingerprint, a client proved itself. */
  noteSecretUse(clientId: string, fingerprint: string): void;
};

/** Takes `client_secret` for a fingerprint. Only a caller with the right secret learns that it has expired: see client-check-client-secret-expiration.ts. */
export function replaceCompareClientSecret(
  provider: Provider,
  { keyRing, clock, noteSecretUse, findMethod = methodInUse }: SecretChecks,
): void {
  replaceMethod<Compare>(
    provider.Client.prototype,
    'compareClientSecret',
    () =>
      function (actual) {
        if (!this.any_secret_method && findMethod() !== this.clientAuthMethod)
          throw new errors.InvalidClientAuth(`the client is registered for ${this.clientAuthMethod}`);
        const { clientSecret: fingerprint = '', clientSecretExpiresAt: expires_at, former_secret } = this;
        const secrets = [{ fingerprint, expires_at }, ...(former_secret ? [former_secret] : [])];
        const brought = secrets.filter((one) => matchesClientSecret(one.fingerprint, actual, keyRing));
        if (brought.length === 0) return false;
        const [good] = brought.filter(({ expires_at: end }) => !end || clock.now().getTime() < end * 1000);
        if (!good) throw Object.assign(new errors.InvalidClient('the client secret has expired'), { status: 401, statusCode: 401 });
        noteSecretUse(this.clientId, good.fingerprint);
        return true;
      },
  );
}

/** As the library decides it: a secret in the body comes before the header. */
function methodInUse(): string | undefined {
  const oidc = Provider.ctx?.oidc;
  return oidc && (oidc.params?.client_secret ? 'client_secret_post' : 'client_secret_basic');
}
