import type { KoaContextWithOIDC } from 'oidc-provider';
import { hasConsent } from '../../domain/applications/consents/index.ts';
import type { UserId } from '../../domain/scope.ts';
import { applicationIdOf } from './account.ts';
import type { ContextProvider } from './context-provider.ts';

/** What a request asks to know or do; `openid` says no more than who somebody is to the application. */
export const scopesAsked = (params: Record<string, unknown> | undefined): string[] =>
  String(params?.scope ?? '')
    .split(' ')
    .filter((one) => one !== '' && one !== 'openid');

/** Whether the client may be granted what it asks for: always for the company's own, with consent for a third party's. */
export const mayKnow = async (op: ContextProvider, { oidc: { client, params } }: KoaContextWithOIDC, userId: UserId): Promise<boolean> =>
  !client!.consent_required || hasConsent(op.scope(), userId, applicationIdOf(client!), scopesAsked(params));
