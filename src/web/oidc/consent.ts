import type { KoaContextWithOIDC } from 'oidc-provider';
import { hasConsent } from '../../domain/applications/consents/index.ts';
import type { Scope, UserId } from '../../domain/scope.ts';
import { applicationIdOf } from './account.ts';

/** What a request asks to know or do; `openid` says no more than who somebody is to the application. */
export const scopesAsked = (params: Record<string, unknown> | undefined): string[] =>
  String(params?.scope ?? '')
    .split(' ')
    .filter((one) => one !== '' && one !== 'openid');

/** Whether the client may be granted what it asks for: always for the company's own, with consent for a third party's. */
export const mayKnow = async ({ oidc: { client, params } }: KoaContextWithOIDC, scope: Scope, userId: UserId): Promise<boolean> =>
  !client!.consent_required || hasConsent(scope, userId, applicationIdOf(client!), scopesAsked(params));
