import Keygrip from 'keygrip';
import { type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { loadSigningKeys } from '../../domain/company/signing-keys/index.ts';
import { locales } from '../../platform/i18n/index.ts';
import type { Services } from '../request/index.ts';
import { claimsByScope, createFindAccount } from './account.ts';
import { acrValues } from './acr.ts';
import { createAdapter } from './adapter/index.ts';
import type { ContextProvider } from './context-provider.ts';
import { featuresOf } from './features.ts';
import { createInteractionPolicy } from './interaction-policy.ts';
import { loadGrant } from './load-grant.ts';
import { renderOidcError } from './pages.ts';
import { refuseFutureAssertion } from './refuse-future-assertion.ts';

const minutes = 60;
const hours = 60 * minutes;
const days = 24 * hours;

/** In seconds. */
export const lifetimes = {
  AccessToken: 15 * minutes,
  AuthorizationCode: minutes,
  ClientCredentials: 15 * minutes,
  DeviceCode: 10 * minutes,
  Grant: 30 * days,
  IdToken: hours,
  Interaction: hours,
  RefreshToken: 14 * days,
  Session: 12 * hours,
};

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

/** What is said of clients, whichever they are. */
const clients = {
  clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
  clientDefaults: { id_token_signed_response_alg: 'ES256', response_types: ['code'], grant_types: ['authorization_code'] },
  extraClientMetadata: { properties: ['application_id', 'trace_until', 'consent_required', 'mapped_claims'] },
  allowOmittingSingleRegisteredRedirectUri: false, // RFC 9700 §4.1.3: compared, never assumed
  // OAuth 2.1, RFC 9700 §2.1.1: public clients always; a challenge that was sent is always checked
  pkce: { required: (_ctx, client) => client.clientAuthMethod === 'none' },
  clientBasedCORS: (_ctx, origin, client) => (client.redirectUris ?? []).some((uri) => URL.canParse(uri) && new URL(uri).origin === origin),
  issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
  rotateRefreshToken: true, // RFC 9700 §4.14.2: every refresh token once; a second use ends the grant
  expiresWithSession: async (_ctx, source) => !('scopes' in source && (source as { scopes: Set<string> }).scopes.has('offline_access')),
} satisfies Configuration;

/** What has to be read before a provider is made. */
export type Loaded = { keys: Awaited<ReturnType<typeof loadSigningKeys>>; mappedClaims: string[] };

/** What the library is told of one context. */
export const configurationOf = (op: ContextProvider, { keys, mappedClaims }: Loaded): Configuration => ({
  ...clients,
  adapter: createAdapter(op),
  routes,
  ttl: lifetimes,
  jwks: { keys: keys as never },
  enabledJWA: { idTokenSigningAlgValues: ['ES256', 'RS256'] },
  scopes: ['openid', 'profile', 'email', 'groups', 'offline_access'],
  extraParams: { scope: askForSomething },
  discovery: { ui_locales_supported: [...locales], prompt_values_supported: ['none', 'login', 'consent', 'select_account'] },
  claims: { ...claimsByScope, profile: [...claimsByScope.profile, ...mappedClaims] },
  // many relying parties read the ID token only
  conformIdTokenClaims: false,
  responseTypes: ['code'],
  acrValues: Object.values(acrValues),
  subjectTypes: ['public'],
  cookies: cookiesOf(op),
  findAccount: createFindAccount(op),
  loadExistingGrant: (ctx) => loadGrant(op, ctx),
  interactions: {
    policy: createInteractionPolicy(op),
    url: (_ctx, interaction) => `${op.context.mount}/oidc/interaction/${interaction.uid}`,
  },
  features: featuresOf(op),
  fetch: fetchThrough(op.services.outbound),
  assertJwtClientAuthClaimsAndHeader: refuseFutureAssertion,
  renderError: (ctx, out, error) => renderOidcError(op, ctx, out, error),
});

/** Without a scope that we know nothing can be granted: the request is at fault, not the person (RFC 6749 §3.3). Others beside a known one are ignored. */
function askForSomething(ctx: KoaContextWithOIDC, scope: string | undefined): void {
  if (ctx.oidc.requestParamOIDCScopes.size > 0) return;
  throw new errors.InvalidScope('ask for a scope such as openid', scope ?? '');
}

function cookiesOf({ services, context, cookieNames: names }: ContextProvider): Configuration['cookies'] {
  const keys = services.keyRing.derive(`oidc-cookies:${context.contextId}`).map((key) => key.toString('base64'));
  const cookie = { httpOnly: true, sameSite: 'lax', secure: context.isSecure, signed: true, overwrite: true } as const;
  return {
    names: { session: names.op, interaction: names.interaction, resume: names.resume },
    keys: new Keygrip(keys, 'sha256', 'base64') as never,
    long: { ...cookie, path: '/' },
    short: cookie,
  };
}

/** The library's own requests, such as logout tokens and clients' keys, may reach only what platform/net allows. */
const fetchThrough =
  (outbound: Services['outbound']): Configuration['fetch'] =>
  async (url, options) => {
    const answer = await outbound(String(url), {
      method: options?.method,
      headers: Object.fromEntries(new Headers(options?.headers as Record<string, string>)),
      body: options?.body?.toString(),
    });
    return new Response(answer.body || null, { status: answer.status });
  };
