import { isOidcReason, type OidcReason } from '../../domain/records/refusals/index.ts';

/** What the library says of a refusal: to the application, and (`detail`) to its events alone. */
export type Refusal = { error: string; description?: string; detail?: string };

const byGrant = new Map<unknown, OidcReason>(
  Object.entries({
    authorization_code: 'code-unknown',
    refresh_token: 'refresh-token-unknown',
    'urn:ietf:params:oauth:grant-type:device_code': 'device-code-unknown',
  }),
);

/** Answers that a correct application gets as well: they are questions to it, or what a person decided. */
const ordinary = new Set([
  'access_denied',
  'account_selection_required',
  'authorization_pending',
  'consent_required',
  'expired_token',
  'interaction_required',
  'login_required',
  'slow_down',
  'temporarily_unavailable',
  'unsupported_token_type', // asked about a signed token: the answer is right
  'use_dpop_nonce',
]);

/** By the library's own words, of the version that is pinned; a test compares them with its source. The first that fits. */
export const libraryWords: [error: string, words: RegExp, reason: OidcReason | 'used-before' | 'unknown'][] = [
  ['invalid_client', /^too many different secrets/, 'too-many-secrets'],
  ['invalid_client', /client not found|no such application/, 'client-unknown'],
  ['invalid_client', /invalid secret provided/, 'wrong-secret'],
  ['invalid_client', /the client secret has expired/, 'secret-ended'],
  ['invalid_client', /does not match the registered client authentication method/, 'wrong-client-authentication'],
  ['invalid_client', /the client is registered for /, 'wrong-client-authentication'],
  [
    'invalid_client',
    /no client authentication mechanism|invalid authorization header value|client_secret must be provided in the Auth/,
    'wrong-client-authentication',
  ],
  ['invalid_client', /invalid_client_metadata/, 'client-keys-unreadable'],
  ['invalid_client', /(?:)/, 'wrong-client-assertion'],
  ['invalid_redirect_uri', /(?:)/, 'redirect-not-registered'],
  ['invalid_grant', /already (consumed|used)|used before/, 'used-before'],
  ['invalid_grant', /code_verifier must be provided/, 'pkce-missing'],
  [
    'invalid_grant',
    /code_verifier does not match|expected code_verifier|code_verifier must|unsupported code_challenge_method/,
    'pkce-wrong',
  ],
  ['invalid_grant', /redirect_uri mismatch/, 'redirect-differs'],
  ['invalid_grant', /referenced account not found/, 'person-not-admitted'],
  ['invalid_grant', /client mismatch/, 'of-other-application'],
  ['invalid_grant', /grant (not found|is expired)/, 'sign-in-over'],
  ['invalid_grant', /DPoP|jkt|missing proof/, 'wrong-proof'],
  ['invalid_grant', /(?:)/, 'unknown'],
  ['invalid_dpop_proof', /(?:)/, 'wrong-proof'],
  ['invalid_token', /jkt|DPoP|proof of possession/, 'wrong-proof'],
  ['invalid_token', /(?:)/, 'token-refused'],
  ['invalid_request', /PKCE/, 'pkce-missing'],
  ['invalid_request', /grant type is not allowed/, 'unauthorized_client'],
  ['unauthorized_client', /(?:)/, 'unauthorized_client'],
  ['insufficient_scope', /(?:)/, 'insufficient_scope'],
];

/**
 * Why a request was refused, as the audit calls it: a code of ours, or the protocol's own.
 * @param grantType of a request for tokens
 * @returns undefined where nothing went wrong
 */
export function reasonOf({ error, description = '', detail = '' }: Refusal, grantType?: unknown): OidcReason | undefined {
  if (ordinary.has(error)) return undefined;
  const said = `${detail} ${description}`.trim();
  const reason = libraryWords.find(([code, words]) => code === error && words.test(said))?.[2] ?? error;
  // that somebody used something twice is an event of its own
  if (reason === 'used-before') return undefined;
  return reason === 'unknown' ? (byGrant.get(grantType) ?? 'grant-unknown') : named(reason);
}

/** The protocol has more words than an application of ours ever hears. */
export const named = (error: string): OidcReason => (isOidcReason(error) ? error : 'protocol-error');
