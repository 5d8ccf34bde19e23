import type { Client, KoaContextWithOIDC } from 'oidc-provider';
import { defaultScope, scopeOfClaim } from '../../domain/applications/applications/index.ts';
import { hasConsent } from '../../domain/applications/consents/index.ts';
import type { UserId } from '../../domain/scope.ts';
import { applicationIdOf, claimSettingsOf } from './account.ts';
import { apiScopesAsked, consentKeys } from './apis.ts';
import { claimsAsked } from './claims-parameter.ts';
import type { ContextProvider } from './context-provider.ts';

type Params = Record<string, unknown> | undefined;

/**
 * What a request asks to know or do, as agreements name it; `openid` says no more than who somebody is to the application. A claim that it asks for by name counts as its
 * scope (OpenID Connect Core §5.5), and one that the application is told with every sign-in as `profile`.
 */
export async function scopesAsked(op: ContextProvider, client: Client, params: Params, userId: string): Promise<string[]> {
  const settings = claimSettingsOf(client);
  const ofApis = new Set([params?.resource ?? []].flat().flatMap((one) => op.apis.get(String(one))?.scopes.map(({ name }) => name) ?? []));
  const known = String(params?.scope ?? '')
    .split(' ')
    .filter((one) => one !== '' && !ofApis.has(one));
  const named = claimsAsked(params).flatMap((name) => scopeOfClaim(settings, name) ?? []);
  const always = (settings.claims ?? []).filter(({ scope }) => scope === 'openid').map(() => defaultScope);
  const asked = [...known, ...named, ...always].filter((one) => one !== 'openid');
  return [...new Set(asked), ...consentKeys(await apiScopesAsked(op, client, params, userId))];
}

/** Whether the client may be granted what it asks for: always for the company's own, with consent for a third party's. */
export const mayKnow = async (op: ContextProvider, { oidc: { client, params } }: KoaContextWithOIDC, userId: UserId): Promise<boolean> =>
  !client!.consent_required || hasConsent(op.scope(), userId, applicationIdOf(client!), await scopesAsked(op, client!, params, userId));
