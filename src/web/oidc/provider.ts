import Keygrip from 'keygrip';
import { type Configuration, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { listMappedClaims } from '../../domain/applications/applications/index.ts';
import { loadSigningKeys } from '../../domain/company/signing-keys/index.ts';
import type { Scope } from '../../domain/scope.ts';
import { cookieNames, type ResolvedContext, type Services } from '../request/index.ts';
import { claimsByScope, createFindAccount } from './account.ts';
import { acrValues } from './acr.ts';
import { createAdapter } from './adapter.ts';
import { mayKnow } from './consent.ts';
import { createInteractionPolicy } from './interaction-policy.ts';
import { changeLibrary, type SendLogoutToken } from './library/index.ts';
import { observe } from './observe.ts';
import { accessVerdict, derivedId, followedSession, grantId, ownSession } from './own-session.ts';
import {
  renderDeviceConfirmation,
  renderDeviceInput,
  renderDeviceSuccess,
  renderOidcError,
  renderSignedOut,
  renderSignOutQuestion,
} from './pages.ts';

const minutes = 60;
const hours = 60 * minutes;
const days = 24 * hours;

/** Below the context's address: /oidc/authorize and so on. */
const routes = {
  authorization: '/oidc/authorize',
  backchannel_authentication: '/oidc/backchannel',
  code_verification: '/oidc/device',
  device_authorization: '/oidc/device/authorize',
  end_session: '/oidc/sign-out',
  introspection: '/oidc/introspect',
  jwks: '/oidc/jwks',
  pushed_authorization_request: '/oidc/par',
  registration: '/oidc/register',
  revocation: '/oidc/revoke',
  token: '/oidc/token',
  userinfo: '/oidc/userinfo',
};

export type ContextProvider = {
  provider: Provider;
  handle: ReturnType<Provider['callback']>;
  sendLogoutToken: SendLogoutToken;
};

/** Builds the provider of one context: about 1 ms; kept until the context, its keys or an application changes. */
export async function createProvider(services: Services, context: ResolvedContext): Promise<ContextProvider> {
  const scope: Scope = {
    db: services.database.knex,
    contextId: context.contextId,
    actor: { kind: 'system', name: 'oidc' },
    clock: services.clock,
  };
  const names = cookieNames(context);
  const keys = await loadSigningKeys(scope, services.keyRing);
  const cookieKeys = services.keyRing.derive(`oidc-cookies:${context.contextId}`).map((key) => key.toString('base64'));
  const cookie = { httpOnly: true, sameSite: 'lax', secure: context.isSecure, signed: true, overwrite: true } as const;

  const configuration: Configuration = {
    adapter: createAdapter(scope, services),
    routes,
    jwks: { keys: keys as never },
    findAccount: createFindAccount(services, scope),
    claims: { ...claimsByScope, profile: [...claimsByScope.profile, ...(await listMappedClaims(scope))] },
    scopes: ['openid', 'profile', 'email', 'groups', 'offline_access'],
    allowOmittingSingleRegisteredRedirectUri: false, // RFC 9700 §4.1.3: compared, never assumed
    // many relying parties read the ID token only
    conformIdTokenClaims: false,
    responseTypes: ['code'],
    acrValues: Object.values(acrValues),
    subjectTypes: ['public'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    clientDefaults: { id_token_signed_response_alg: 'ES256', response_types: ['code'], grant_types: ['authorization_code'] },
    extraClientMetadata: { properties: ['application_id', 'trace_until', 'consent_required', 'mapped_claims'] },
    enabledJWA: { idTokenSigningAlgValues: ['ES256', 'RS256'] },
    // OAuth 2.1, RFC 9700 §2.1.1: public clients always; a challenge that was sent is always checked
    pkce: { required: (_ctx, client) => client.clientAuthMethod === 'none' },
    clientBasedCORS: (_ctx, origin, client) =>
      (client.redirectUris ?? []).some((uri) => URL.canParse(uri) && new URL(uri).origin === origin),
    cookies: {
      names: { session: names.op, interaction: names.interaction, resume: names.resume },
      keys: new Keygrip(cookieKeys, 'sha256', 'base64') as never,
      long: { ...cookie, path: '/' },
      short: cookie,
    },
    interactions: {
      policy: createInteractionPolicy(services, context, scope),
      url: (_ctx, interaction) => `${context.mount}/oidc/interaction/${interaction.uid}`,
    },
    loadExistingGrant: (ctx) => grantOf(ctx, services, context, scope),
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true, // RFC 9700 §4.14.2: every refresh token once; a second use ends the grant
    expiresWithSession: async (_ctx, source) => !('scopes' in source && (source as { scopes: Set<string> }).scopes.has('offline_access')),
    ttl: {
      AccessToken: 15 * minutes,
      AuthorizationCode: minutes,
      ClientCredentials: 15 * minutes,
      DeviceCode: 10 * minutes,
      Grant: 30 * days,
      IdToken: hours,
      Interaction: hours,
      RefreshToken: 14 * days,
      Session: 12 * hours,
    },
    features: {
      backchannelLogout: { enabled: true },
      claimsParameter: { enabled: false },
      clientCredentials: { enabled: true },
      deviceFlow: {
        enabled: true,
        mask: '****-****',
        userCodeInputSource: (ctx, _form, out, error) => renderDeviceInput(ctx, services, context, out, error),
        userCodeConfirmSource: (ctx, _form, client, _device, userCode) =>
          renderDeviceConfirmation(ctx, services, context, client, userCode),
        successSource: (ctx) => renderDeviceSuccess(ctx, services, context),
      },
      devInteractions: { enabled: false },
      dPoP: { enabled: true, nonceSecret: services.keyRing.derive(`dpop-nonce:${context.contextId}`)[0], requireNonce: () => false },
      introspection: { enabled: true, allowedPolicy: async (_ctx, client) => client.clientAuthMethod !== 'none' },
      pushedAuthorizationRequests: { enabled: true },
      resourceIndicators: { enabled: false },
      revocation: { enabled: true, allowedPolicy: async (_ctx, client, token) => token.clientId === client.clientId },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx) => renderSignOutQuestion(ctx, services, context),
        postLogoutSuccessSource: (ctx) => renderSignedOut(ctx, services, context),
      },
      userinfo: { enabled: true },
    },
    fetch: async (url, options) => {
      const answer = await services.outbound(String(url), {
        method: options?.method,
        headers: Object.fromEntries(new Headers(options?.headers as Record<string, string>)),
        body: options?.body?.toString(),
      });
      return new Response(answer.body || null, { status: answer.status });
    },
    renderError: (ctx, out, error) => renderOidcError(ctx, services, context, out, error),
  };

  const provider = new Provider(context.url, configuration);
  provider.proxy = true; // the endpoint writes the forwarded headers itself, from the configured address
  const sendLogoutToken = changeLibrary(provider, {
    keyRing: services.keyRing,
    clock: services.clock,
    sessionSeconds: 12 * hours,
    findOwn: (ctx) => followedSession(ctx, services, context),
  });
  observe(provider, services, context, scope);
  return { provider, handle: provider.callback(), sendLogoutToken };
}

/** The company has granted its applications what they ask for: a grant is made, or widened, without asking the person; a third party's, once the person agreed. */
async function grantOf(ctx: KoaContextWithOIDC, services: Services, context: ResolvedContext, scope: Scope) {
  const { session, client, provider, params } = ctx.oidc;
  const own = await ownSession(ctx, services, context);
  if (!own || own.userId !== session!.accountId || !(await accessVerdict(ctx, services, context)).allowed) return undefined;
  if (!(await mayKnow(ctx, scope, own.userId))) return undefined;
  const known = session!.grantIdFor(client!.clientId);
  const found = known ? await provider.Grant.find(known) : undefined;
  const wanted = typeof params?.scope === 'string' ? params.scope : '';
  const granted = new Set(found?.getOIDCScope().split(' '));
  if (found && wanted.split(' ').every((one) => granted.has(one))) return found;
  const jti = grantId(services, own, client!.clientId);
  const grant =
    found ??
    (await provider.Grant.find(jti)) ??
    new provider.Grant({ jti, accountId: session!.accountId!, clientId: client!.clientId } as never);
  if (!session!.sidFor(client!.clientId)) session!.sidFor(client!.clientId, derivedId(services, 'oidc-sid', jti));
  grant.addOIDCScope(wanted);
  await grant.save();
  return grant;
}
