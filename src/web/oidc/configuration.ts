import Keygrip from 'keygrip';
import { type Client, type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { isOriginOf, type listMappedClaims, tokenSettingNames } from '../../domain/applications/applications/index.ts';
import type { Branding } from '../../domain/company/branding/index.ts';
import type { CustomField } from '../../domain/company/custom-fields/index.ts';
import type { loadSigningKeys } from '../../domain/company/signing-keys/index.ts';
import type { Services } from '../request/index.ts';
import { createFindAccount } from './account.ts';
import { acrValues } from './acr.ts';
import { createAdapter } from './adapter/index.ts';
import { claimsOfApiToken, narrowScope } from './apis.ts';
import { announcedClaims, createAccessTokenClaims } from './claims.ts';
import type { ContextProvider } from './context-provider.ts';
import { clientAuthMethods, clientAuthSigningAlgValues, discoveryOf } from './discovery.ts';
import { featuresOf } from './features.ts';
import { createInteractionPolicy } from './interaction-policy.ts';
import { ttl } from './lifetimes.ts';
import { loadGrant } from './load-grant.ts';
import { keepOfflineAccess } from './offline-access.ts';
import { renderOidcError } from './pages.ts';
import { createPairwiseIdentifier } from './pairwise.ts';
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
  // Public clients always (OAuth 2.1), and whoever takes codes by a scheme that any program can claim (RFC 8252 §8.1). A challenge that was sent is always checked
  pkce: { required: (_ctx, client) => client.clientAuthMethod === 'none' || client.allow_private_use_schemes === true },
  issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
  // RFC 9700 §4.14.2: of who proves nothing but the token; a second use ends the grant. Whoever has a secret or key keeps it: an answer may be lost, and rotation protects nothing
  rotateRefreshToken: ({ oidc: { client, entities } }) =>
    client!.clientAuthMethod === 'none' && !entities.RefreshToken!.isSenderConstrained(),
  expiresWithSession: async (_ctx, source) => !('scopes' in source && (source as { scopes: Set<string> }).scopes.has('offline_access')),
} satisfies Configuration;

/** What has to be read before a provider is made. */
export type Loaded = {
  keys: Awaited<ReturnType<typeof loadSigningKeys>>;
  mappedClaims: Awaited<ReturnType<typeof listMappedClaims>>;
  customFields: CustomField[];
  mayRegister: boolean;
  links: Branding['links'];
};

/** What the library is told of one context. */
export const configurationOf = (op: ContextProvider, loaded: Loaded): Configuration => ({
  ...clients,
  clientBasedCORS: (_ctx, origin, client) => mayCall(op, origin, client),
  adapter: createAdapter(op),
  routes,
  ttl,
  jwks: { keys: loaded.keys as never },
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256'], clientAuthSigningAlgValues: [...clientAuthSigningAlgValues] },
  extraParams: { scope: readScope },
  discovery: discoveryOf(loaded),
  ...announcedClaims(loaded.mappedClaims, loaded.customFields),
  extraTokenClaims: claimsOfTokens(op, loaded.customFields),
  // many relying parties read the ID token only; an application may choose otherwise (id_token_claims)
  conformIdTokenClaims: false,
  responseTypes: ['code'],
  acrValues: Object.values(acrValues),
  subjectTypes: ['public', 'pairwise'],
  pairwiseIdentifier: createPairwiseIdentifier(op),
  sectorIdentifierUriValidate: () => false, // an administrator registered it, and nobody else can
  cookies: cookiesOf(op),
  findAccount: createFindAccount(op, loaded.customFields),
  loadExistingGrant: (ctx) => loadGrant(op, ctx),
  interactions: {
    policy: createInteractionPolicy(op, loaded.mayRegister),
    url: (_ctx, interaction) => `${op.context.mount}/oidc/interaction/${interaction.uid}`,
  },
  features: featuresOf(op),
  fetch: fetchThrough(op.services.outbound),
  assertJwtClientAuthClaimsAndHeader: refuseFutureAssertion,
  renderError: (ctx, out, error) => renderOidcError(op, ctx, out, error),
});

/** Whose pages may call by script: the origins that the application lists, and those of its redirect addresses. */
function mayCall({ context }: ContextProvider, origin: string, { redirectUris = [], web_origins }: Client): boolean {
  const addresses = redirectUris.filter((uri) => !uri.includes('*') || context.environment === 'approval');
  return ((web_origins as string[] | undefined) ?? []).includes(origin) || addresses.some((uri) => isOriginOf(uri, origin));
}

/** What an access token says besides: of its API, and of its person. */
function claimsOfTokens(op: ContextProvider, customFields: CustomField[]): NonNullable<Configuration['extraTokenClaims']> {
  const ofPerson = createAccessTokenClaims(op, customFields);
  return async (ctx, token) => {
    const ofApi = claimsOfApiToken(op, ctx, token);
    const claims = { ...(await ofPerson(ctx, token)), ...ofApi };
    return Object.keys(claims).length > 0 ? claims : undefined;
  };
}

/** Without a scope that we know nothing can be granted: the request is at fault, not the person (RFC 6749 §3.3). Others beside a known one are ignored. */
function readScope(ctx: KoaContextWithOIDC, scope: string | undefined): void {
  const narrowed = narrowScope(ctx, scope);
  ctx.oidc.params!.scope = narrowed;
  if (!narrowed) throw new errors.InvalidScope('ask for a scope such as openid', scope ?? '');
  keepOfflineAccess(ctx);
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
