import { decodeJwt } from 'jose';
import type { KoaContextWithOIDC } from 'oidc-provider';

/**
 * The library forgets `offline_access` unless `prompt=consent` came with it, which hardly any client sends. OpenID Connect Core §11 leaves room for other conditions:
 * here the application may have refresh tokens, and a third party's asks each person, by the scope.
 */
export function keepOfflineAccess(ctx: KoaContextWithOIDC): void {
  const { client, params } = ctx.oidc;
  const isKnown = client!.scope === undefined || client!.scope.split(' ').includes('offline_access');
  if (!isKnown || !client!.grantTypeAllowed('refresh_token') || !includesOffline(scopeAsked(ctx)) || includesOffline(params!.scope)) return;
  params!.scope = `${params!.scope} offline_access`;
}

const includesOffline = (scope: unknown): boolean => typeof scope === 'string' && scope.split(' ').includes('offline_access');

/** As the application sent it, or pushed it before (RFC 9126). */
function scopeAsked({ query, oidc: { route, body, entities } }: KoaContextWithOIDC): unknown {
  if (route !== 'authorization') return body?.scope;
  const pushed = (entities.PushedAuthorizationRequest as { request?: string } | undefined)?.request;
  return pushed ? decodeJwt(pushed).scope : query.scope;
}
