import Keygrip from 'keygrip';
import { type Configuration, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { listMappedClaims } from '../../domain/applications/applications/index.ts';
import { loadSigningKeys } from '../../domain/company/signing-keys/index.ts';
import type { ResolvedContext, Services } from '../request/index.ts';
import { claimsByScope, createFindAccount } from './account.ts';
import { acrValues } from './acr.ts';
import { createAdapter } from './adapter.ts';
import { mayKnow } from './consent.ts';
import { ContextProvider, scopeIn } from './context-provider.ts';
import { createInteractionPolicy } from './interaction-policy.ts';
import { changeLibrary } from './library/index.ts';
import { surround } from './middlewares/index.ts';
import { accessVerdict, followedSession, grantId, ownSession } from './own-session.ts';
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

/** Builds the provider of one context: about 1 ms; kept until the context, its keys or an application changes. */
export async function createProvider(services: Services, context: ResolvedContext): Promise<ContextProvider> {
  const scope = scopeIn(services, context);
  const keys = await loadSigningKeys(scope, services.keyRing);
  const mappedClaimNames = await listMappedClaims(scope);
  return new ContextProvider(services, context, (op) => {
    const provider = new Provider(context.url, configurationOf(op, keys, mappedClaimNames));
    provider.proxy = true; // the endpoint writes the forwarded headers itself, from the configured address
    const sendLogoutToken = changeLibrary(provider, {
      keyRing: services.keyRing,
      clock: services.clock,
      sessionSeconds: 12 * hours,
      findOwn: (ctx) => followedSession(op, ctx),
    });
    surround(op, provider);
    return { provider, sendLogoutToken };
  });
}

function configurationOf(
  op: ContextProvider,
  keys: Awaited<ReturnType<typeof loadSigningKeys>>,
  mappedClaimNames: string[],
): Configuration {
  const { services, context, cookieNames: names } = op;
  const cookieKeys = services.keyRing.derive(`oidc-cookies:${context.contextId}`).map((key) => key.toString('base64'));
  const cookie = { httpOnly: true, sameSite: 'lax', secure: context.isSecure, signed: true, overwrite: true } as const;

  return {
    adapter: createAdapter(op),
    routes,
    jwks: { keys: keys as never },
    findAccount: createFindAccount(op),
    claims: { ...claimsByScope, profile: [...claimsByScope.profile, ...mappedClaimNames] },
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
      policy: createInteractionPolicy(op),
      url: (_ctx, interaction) => `${context.mount}/oidc/interaction/${interaction.uid}`,
    },
    loadExistingGrant: (ctx) => grantOf(op, ctx),
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
        userCodeInputSource: (ctx, _form, out, error) => renderDeviceInput(op, ctx, out, error),
        userCodeConfirmSource: (ctx, _form, client, _device, userCode) => renderDeviceConfirmation(op, ctx, client, userCode),
        successSource: (ctx) => renderDeviceSuccess(op, ctx),
      },
      devInteractions: { enabled: false },
      dPoP: { enabled: true, nonceSecret: services.keyRing.derive(`dpop-nonce:${context.contextId}`)[0], requireNonce: () => false },
      introspection: { enabled: true, allowedPolicy: async (_ctx, client) => client.clientAuthMethod !== 'none' },
      pushedAuthorizationRequests: { enabled: true },
      resourceIndicators: { enabled: false },
      revocation: { enabled: true, allowedPolicy: async (_ctx, client, token) => token.clientId === client.clientId },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx) => renderSignOutQuestion(op, ctx),
        postLogoutSuccessSource: (ctx) => renderSignedOut(op, ctx),
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
    renderError: (ctx, out, error) => renderOidcError(op, ctx, out, error),
  };
}

/** The company has granted its applications what they ask for: a grant is made, or widened, without asking the person; a third party's, once the person agreed. */
async function grantOf(op: ContextProvider, ctx: KoaContextWithOIDC) {
  const { session, client, provider, params } = ctx.oidc;
  const own = await ownSession(op, ctx);
  if (!own || own.userId !== session!.accountId || !(await accessVerdict(op, ctx)).allowed) return undefined;
  if (!(await mayKnow(op, ctx, own.userId))) return undefined;
  const known = session!.grantIdFor(client!.clientId);
  const found = known ? await provider.Grant.find(known) : undefined;
  const wanted = typeof params?.scope === 'string' ? params.scope : '';
  const granted = new Set(found?.getOIDCScope().split(' '));
  if (found && wanted.split(' ').every((one) => granted.has(one))) return found;
  const jti = grantId(op, own, client!.clientId);
  const grant =
    found ??
    (await provider.Grant.find(jti)) ??
    new provider.Grant({ jti, accountId: session!.accountId!, clientId: client!.clientId } as never);
  if (!session!.sidFor(client!.clientId)) session!.sidFor(client!.clientId, op.derivedId('oidc-sid', jti));
  grant.addOIDCScope(wanted);
  await grant.save();
  return grant;
}
