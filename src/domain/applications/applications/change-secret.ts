import { randomToken } from '../../../platform/crypto/index.ts';
import { AppError } from '../../../platform/errors/index.ts';
import { useCase } from '../../scope.ts';
import { replaceApplication } from './change-application.ts';
import { withoutSecrets } from './client-secrets.ts';
import { parseOidcSettings, usesSecret } from './oidc-settings.ts';
import { lockApplication } from './store.ts';

const daySeconds = 86_400;

/**
 * @param validDays after which the new secret ends; 0 or none is never
 * @param formerDays for which the one before goes on beside it; 0 or none ends it at once
 * @returns the new secret: it is shown now and never again
 * @throws AppError no_client_secret
 */
export const changeClientSecret = useCase(
  async (scope, applicationId: string, validDays?: number, formerDays?: number): Promise<string> => {
    const before = await lockApplication(scope, applicationId);
    if (!before.oidc || !usesSecret(before.oidc)) throw new AppError('no_client_secret', 409);
    const client_secret = randomToken();
    const after = (days: number | undefined) => (days ? Math.floor(scope.clock.now().getTime() / 1000) + days * daySeconds : undefined);
    const ends = { client_secret_expires_at: after(validDays), former_client_secret_expires_at: after(formerDays) };
    const oidc = parseOidcSettings({ ...withoutSecrets(before.oidc), client_secret, ...ends }, scope.keyRing, before.oidc);
    await replaceApplication(scope, before, { ...before, oidc }, 'application.secret-changed');
    return client_secret;
  },
);

/**
 * Ends one of two secrets now; the other one goes on.
 * @param which the one in force, or the former one that goes on beside it
 * @throws AppError no_client_secret where there are not two
 */
export const endClientSecret = useCase(async (scope, applicationId: string, which: 'current' | 'former'): Promise<void> => {
  const before = await lockApplication(scope, applicationId);
  const former = before.oidc?.former_secret;
  if (!before.oidc || !former) throw new AppError('no_client_secret', 409);
  const settings = withoutSecrets(before.oidc);
  const remaining =
    which === 'former'
      ? { secret_fingerprint: before.oidc.secret_fingerprint }
      : { secret_fingerprint: former.fingerprint, client_secret_expires_at: former.expires_at };
  await replaceApplication(scope, before, { ...before, oidc: { ...settings, ...remaining } }, 'application.secret-ended');
});
