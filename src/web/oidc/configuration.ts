import { type Client, type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { isOriginOf, tokenSettingNames } from '../../domain/applications/applications/index.ts';
import { leadInside } from '../../platform/http/index.ts';
import type { Services } from '../request/index.ts';
import { findAccount } from './account.ts';
import { acrValues } from './acr.ts';
import { claimsOfApiToken, narrowScope } from './apis.ts';
import { announcedClaims, claimsOfAccessToken } from './claims.ts';
import { type ContextProvider, currentOp } from './context-provider.ts';
import { clientAuthMethods, clientAuthSigningAlgValues } from './discovery.ts';
import { features } from './features.ts';
import { createInteractionPolicy } from './interaction-policy.ts';
import { ttl } from './lifetimes.ts';
import { loadGrant } from './load-grant.ts';
import { keepOfflineAccess } from './offline-access.ts';
import { renderOidcError } from './pages.ts';
import { pairwiseIdentifier } from './pairwise.ts';
import { refuseFutureAssertion } from './refuse-future-assertion.ts';

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
  clientAuthMethods: [...clientAuthMethods],
  clientDefaults: { id_token_signed_response_alg: 'RS256', response_types: ['code'], grant_types: ['authorization_code'] },
  extraClientMetadata: {
    properties: [
      'context_id',
      'application_id',
      'trace_until',
      'consent_required',
      'claim_settings',
      'former_secret',
      'any_secret_method',
      'web_origins',
      'allow_private_use_schemes',
      ...tokenSettingNames,
    ],
  },
  allowOmittingSingleRegisteredRedirectUri: false, // RFC 9700 §4.1.3: compared, never assumed
  // Always for public clients (OAuth 2.1), and for redirect schemes that any program can claim (RFC 8252 §8.1). A challenge that was sent is always checked
  pkce: { required: (_ctx, client) => client.clientAuthMethod === 'none' || client.allow_private_use_schemes === true },
  issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
  // RFC 9700 §4.14.2: of who proves nothing but the token; a second use ends the grant. Whoever has a secret or key keeps it: an answer may be lost, and rotation protects nothing
  rotateRefreshToken: ({ oidc: { client, entities } }) =>
    client!.clientAuthMethod === 'none' && !entities.RefreshToken!.isSenderConstrained(),
  expiresWithSession: async (_ctx, source) => !('scopes' in source && (source as { scopes: Set<string> }).scopes.has('offline_access')),
} satisfies Configuration;

// of no company: whatever is asked of it is answered by the company in force (library/company-state.ts)
const jwks = {
  keys: [
    { kty: 'RSA', e: '-', n: '-', d: '-', p: '-', q: '-', dp: '-', dq: '-', qi: '-', alg: 'RS256', use: 'sig', kid: 'RS256' },
    { kty: 'EC', crv: 'P-256', x: '-', y: '-', d: '-', alg: 'ES256', use: 'sig', kid: 'ES256' },
  ],
} as Configuration['jwks'];

/** What the library is told, whatever the company. */
export const configurationOf = (services: Services, adapter: Configuration['adapter']): Configuration => ({
  ...clients,
  clientBasedCORS: (_ctx, origin, client) => mayCall(currentOp(), origin, client),
  adapter,
  routes,
  ttl,
  jwks,
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256'], clientAuthSigningAlgValues: [...clientAuthSigningAlgValues] },
  extraParams: { scope: readScope },
  ...announcedClaims({ names: [], scopes: [] }, []),
  extraTokenClaims: claimsOfTokens,
  // many relying parties read the ID token only; an application may choose otherwise (id_token_claims)
  conformIdTokenClaims: false,
  responseTypes: ['code'],
  acrValues: Object.values(acrValues),
  subjectTypes: ['public', 'pairwise'],
  pairwiseIdentifier,
  sectorIdentifierUriValidate: () => false, // an administrator registered it, and nobody else can
  cookies: { keys: ['of no company'] },
  findAccount: (ctx, accountId, token) => findAccount(currentOp(), ctx, accountId, token),
  loadExistingGrant: (ctx) => loadGrant(currentOp(), ctx),
  interactions: {
    policy: createInteractionPolicy(false),
    url: (ctx, interaction) => {
      const address = `${currentOp().context.mount}/oidc/interaction/${interaction.uid}`;
      // a page, such as the consent, has an address of its own
      if (interaction.prompt.name === 'login') leadInside(ctx.res, address);
      return address;
    },
  },
  features,
  fetch: fetchThrough(services.outbound),
  assertJwtClientAuthClaimsAndHeader: refuseFutureAssertion,
  renderError: (ctx, out, error) => renderOidcError(currentOp(), ctx, out, error),
});

/** Whose pages may call by script: the origins that the application lists, and those of its redirect addresses. */
function mayCall({ context }: ContextProvider, origin: string, { redirectUris = [], web_origins }: Client): boolean {
  const addresses = redirectUris.filter((uri) => !uri.includes('*') || context.environment === 'approval');
  return ((web_origins as string[] | undefined) ?? []).includes(origin) || addresses.some((uri) => isOriginOf(uri, origin));
}

/** What an access token says besides: of its API, and of its person. */
const claimsOfTokens: NonNullable<Configuration['extraTokenClaims']> = async (ctx, token) => {
  const op = currentOp();
  const ofApi = claimsOfApiToken(op, ctx, token);
  const claims = { ...(await claimsOfAccessToken(op, ctx, token)), ...ofApi };
  return Object.keys(claims).length > 0 ? claims : undefined;
};

/** Without a scope that we know nothing can be granted: the request is at fault, not the person (RFC 6749 §3.3). Others beside a known one are ignored. */
function readScope(ctx: KoaContextWithOIDC, scope: string | undefined): void {
  const narrowed = narrowScope(ctx, scope);
  ctx.oidc.params!.scope = narrowed;
  if (!narrowed) throw new errors.InvalidScope('ask for a scope such as openid', scope ?? '');
  keepOfflineAccess(ctx);
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
