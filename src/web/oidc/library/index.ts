// Owns: what Portaria changes of oidc-provider itself, one method a file. The version is pinned: read test/web/oidc/library before it is raised.
// Does not: configure the library (configuration.ts).
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { replaceBackchannelLogout, type SendLogoutToken } from './client-backchannel-logout.ts';
import { replaceCheckClientSecretExpiration } from './client-check-client-secret-expiration.ts';
import { replaceCompareClientSecret, type SecretChecks } from './client-compare-client-secret.ts';
import { type KeptClients, replaceClientFind } from './client-find.ts';
import { type LimitSecrets, limitSecrets, tooManySecrets } from './client-limit-secrets.ts';
import { replaceRedirectUriAllowed } from './client-redirect-uris.ts';
import { followCompany, type LibraryTools, publicPart } from './company-state.ts';
import { type LimitUserCodes, readUserCode, replaceFindByUserCode } from './device-code-find-by-user-code.ts';
import { stateReader } from './provider-state.ts';
import { replaceRefreshTokenFind } from './refresh-token-find.ts';
import { providerWith, type ResponseMode } from './response-modes.ts';
import { type FollowedSession, replaceSessionGet, stateAtArrival } from './session-get.ts';
import { replacePersist } from './session-persist.ts';
import { replaceResetIdentifier } from './session-reset-identifier.ts';
import type { CompanyState } from './states.ts';

export type { CompanyState, FollowedSession, KeptClients, LibraryTools, LimitSecrets, LimitUserCodes, ResponseMode, SendLogoutToken };
export { followCompany, providerWith, publicPart, readUserCode, stateAtArrival, stateReader, tooManySecrets };

type Changes = SecretChecks & {
  takesPatterns(): boolean;
  kept: KeptClients;
  sessionSeconds: number;
  findOwn(ctx: KoaContextWithOIDC): Promise<FollowedSession | undefined>;
  mayRepeat(usedRefreshToken: string): Promise<boolean>;
  limitUserCodes: LimitUserCodes;
  limitSecrets: LimitSecrets;
};

/** Everything that is changed of a provider, before its first request. @throws Error when the library is not the one this was written for */
export function changeLibrary(provider: Provider, changes: Changes): SendLogoutToken {
  const { clock, takesPatterns, sessionSeconds, findOwn } = changes;
  replaceCompareClientSecret(provider, changes);
  limitSecrets(provider, changes.limitSecrets);
  replaceCheckClientSecretExpiration(provider);
  replaceClientFind(provider, clock, changes.kept);
  replaceRedirectUriAllowed(provider, takesPatterns);
  replaceRefreshTokenFind(provider, changes.mayRepeat);
  replaceFindByUserCode(provider, changes.limitUserCodes);
  replaceSessionGet(provider, findOwn);
  replaceResetIdentifier(provider);
  replacePersist(provider, sessionSeconds);
  return replaceBackchannelLogout(provider);
}
