import { type Client, errors, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider';
import { type ApiWithApplications, apiScopeKey, listScopesOfUser, openIdScopes } from '../../domain/applications/apis/index.ts';
import type { UserId } from '../../domain/scope.ts';
import { applicationIdOf } from './account.ts';
import type { ContextProvider } from './context-provider.ts';
import { requestStore } from './request-store.ts';

type Token = {
  kind: string;
  aud?: string | string[];
  scope?: string;
  clientId?: string;
};

type Asks = { identifier: string; names: string[] }[];

const split = (scope: unknown): string[] => (typeof scope === 'string' ? scope.split(' ').filter(Boolean) : []);

/** What an application may ask for at an API: in its own name, or in that of a person. */
function mayAsk({ applications }: ApiWithApplications, client: Client, isOwn: boolean): string[] {
  const allowed = applications.get(applicationIdOf(client));
  return (isOwn ? allowed?.ownScopes : allowed?.scopes) ?? [];
}

const isOwn = ({ oidc }: KoaContextWithOIDC): boolean => oidc.params?.grant_type === 'client_credentials';

async function grantedTo(op: ContextProvider, { apiId }: ApiWithApplications, userId: string): Promise<Set<string>> {
  const known = requestStore.getStore()?.grantedAtApis;
  const key = `${apiId} ${userId}`;
  const granted = known?.get(key) ?? listScopesOfUser(op.scope(), apiId, userId as UserId);
  known?.set(key, granted);
  return new Set(await granted);
}

/** Without `resource` the API is the one that has the scopes that were asked for (RFC 8707 §2.2 leaves it to the server). @throws errors.InvalidTarget when several have them */
export function defaultResource(op: ContextProvider, ctx: KoaContextWithOIDC, client: Client): string | undefined {
  const asked = split(ctx.oidc.params?.scope).filter((name) => !openIdScopes.has(name));
  if (asked.length === 0) return undefined;
  const found = [...op.apis.values()].filter((api) => mayAsk(api, client, isOwn(ctx)).some((name) => asked.includes(name)));
  if (found.length > 1) throw new errors.InvalidTarget('several APIs have these scopes: say which by resource');
  return found[0]?.identifier;
}

/**
 * The API behind a resource indicator, with what the application may ask of it; once the person is known, only what the person is granted at this moment.
 * @throws errors.InvalidTarget for an unknown resource or one of another application; the answer does not say which (RFC 8707 §2)
 */
export async function resourceServerOf(
  op: ContextProvider,
  ctx: KoaContextWithOIDC,
  identifier: string,
  client: Client,
): Promise<ResourceServer> {
  const api = op.apis.get(identifier);
  let scopes = api ? mayAsk(api, client, isOwn(ctx)) : [];
  if (!api || scopes.length === 0) throw new errors.InvalidTarget('there is no such resource for this application');
  const { account } = ctx.oidc;
  if (account && !isOwn(ctx)) {
    const granted = await grantedTo(op, api, account.accountId);
    scopes = scopes.filter((name) => granted.has(name));
  }
  return {
    audience: api.identifier,
    scope: scopes.join(' '),
    accessTokenTTL: api.accessTokenSeconds,
    accessTokenFormat: api.tokenFormat,
    jwt: { sign: { alg: api.signingAlg } }, // RFC 9068, by the company’s keys
  } as ResourceServer;
}

/** What a request asks of APIs, as far as the application may ask and the person is granted it. */
export async function apiScopesAsked(
  op: ContextProvider,
  client: Client,
  params: Record<string, unknown> | undefined,
  userId: string,
): Promise<Asks> {
  const asked = split(params?.scope);
  const asks: Asks = [];
  for (const identifier of new Set([params?.resource ?? []].flat())) {
    const api = op.apis.get(String(identifier));
    const names = api ? mayAsk(api, client, false).filter((name) => asked.includes(name)) : [];
    if (!api || names.length === 0) continue;
    const granted = await grantedTo(op, api, userId);
    asks.push({ identifier: api.identifier, names: names.filter((name) => granted.has(name)) });
  }
  return asks.filter(({ names }) => names.length > 0);
}

export const consentKeys = (asks: Asks): string[] =>
  asks.flatMap(({ identifier, names }) => names.map((name) => apiScopeKey(identifier, name)));

/** Of what was asked, what nobody knows or the application may not ask is left out (RFC 6749 §3.3). */
export function narrowScope(ctx: KoaContextWithOIDC, scope: string | undefined): string | undefined {
  const known = new Set([
    ...ctx.oidc.requestParamOIDCScopes,
    ...Object.values(ctx.oidc.resourceServers ?? {}).flatMap(({ scopes }) => [...scopes]),
  ]);
  return (
    scope &&
    split(scope)
      .filter((name) => known.has(name))
      .join(' ')
  );
}

/**
 * A token request that names no resource is for the API that was granted, as long as it asks for anything there and the person may still do any of it; otherwise it is for
 * userinfo.
 */
export async function usesGrantedResource(
  op: ContextProvider,
  ctx: KoaContextWithOIDC,
  { resource, scope, accountId }: { resource?: string | string[]; scope?: string; accountId?: string },
): Promise<boolean> {
  const identifiers = [resource ?? []].flat();
  if (identifiers.length > 1) return true; // the library then asks for one of them
  const api = op.apis.get(identifiers[0] ?? '');
  if (!api || !accountId) return false;
  const params = { resource: api.identifier, scope: ctx.oidc.params?.scope ?? scope };
  return (await apiScopesAsked(op, ctx.oidc.client!, params, accountId)).length > 0;
}

/**
 * The last look at a token before it is made: one of an API allows something there, and an application’s own allows nothing that is a person’s (RFC 6749 §4.4).
 * @returns the claims that it carries besides (RFC 9068 §2.2.3.1)
 * @throws errors.InvalidScope
 */
export function claimsOfApiToken(op: ContextProvider, ctx: KoaContextWithOIDC, token: Token): Record<string, string[]> | undefined {
  const asked = ctx.oidc.params?.scope as string | undefined;
  if (token.kind === 'ClientCredentials') {
    const persons = [...ctx.oidc.requestParamOIDCScopes];
    if (persons.length > 0) throw new errors.InvalidScope('an application in its own name is no person', persons.join(' '));
    if (asked !== undefined && !token.scope) throw new errors.InvalidScope('the application may not ask for any of these scopes', asked);
  }
  if (typeof token.aud !== 'string') return undefined;
  if (!token.scope)
    throw new errors.InvalidScope('ask for a scope of the resource that the application and the person may have', asked ?? '');
  const api = op.apis.get(token.aud);
  return api && api.scopesClaim !== 'none' ? { [api.scopesClaim]: split(token.scope) } : undefined;
}

/**
 * RFC 7662 §4: whom an API’s token concerns is told of it: the application that it was issued to, and the API. As soon as that application may not ask for what the token
 * allows any more, or the API is gone, there is nothing to tell.
 * @returns undefined for a token that is for no API
 */
export async function mayIntrospectApiToken(
  op: ContextProvider,
  client: Client,
  { kind, aud, clientId, scope }: Token,
): Promise<boolean | undefined> {
  if (aud === undefined) return undefined;
  const api = op.apis.get(String(aud));
  const issuedTo = clientId === client.clientId ? client : await op.provider.Client.find(clientId!);
  const allowed = api && issuedTo && api.applications.get(applicationIdOf(issuedTo));
  const mayAskFor = kind === 'ClientCredentials' ? allowed?.ownScopes : allowed?.scopes;
  if (!api || !mayAskFor || !split(scope).every((name) => mayAskFor.includes(name))) return false;
  return issuedTo === client || api.applications.get(applicationIdOf(client))?.isResourceServer === true;
}
