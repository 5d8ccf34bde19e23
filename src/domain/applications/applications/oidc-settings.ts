import { z } from 'zod';
import { type KeyRing, newId } from '../../../platform/crypto/index.ts';
import { orThrow, type ReadAsFar, type RuleTogether, readAsFar, webAddressRule } from '../../../platform/errors/index.ts';
import { clientKeys } from './client-keys.ts';
import { fingerprintOf, formerSecret, type KeptSecrets, secretEnd } from './client-secrets.ts';
import { claimShape } from './oidc-claims.ts';
import { isRedirectUri, isWebOrigin, redirectFault } from './redirect-addresses.ts';
import { refuseSubjects, subjectShape } from './subject-settings.ts';
import { tokenSettings } from './token-settings.ts';

/** How an application is an OpenID Connect client, in the names of RFC 7591 and OpenID Connect Registration. Secrets are kept as keyed fingerprints only. */
export type OidcSettings = Omit<z.output<typeof schema>, 'client_secret' | 'former_client_secret_expires_at'> & KeptSecrets;

const isWebUri = (value: string): boolean => /^https?:/.test(value) && isRedirectUri(value);

const webUri = z.string().refine(isWebUri, 'fields.web_uri').meta(webAddressRule);
/** For editors: which schemes and stars may be is not told. */
const redirectUri = z.string().meta({ pattern: '^[A-Za-z][A-Za-z0-9+.-]*:[^\\s\\\\#]+$', maxLength: 2000 });

const addressSettings = {
  /** Redirect addresses by a scheme without a dot, such as `cursor://` (RFC 8252 §7.1). */
  allow_private_use_schemes: z.boolean().optional(),
  /** Whose pages may call the token endpoint and userinfo, besides those of the redirect addresses (CORS). */
  web_origins: z
    .array(z.string().refine(isWebOrigin, 'fields.web_origin').meta({ pattern: '^https?://[^/?#@\\s\\\\*]+$' }))
    .max(50)
    .optional(),
};

/** Those of OpenID Connect Core §9 that we speak, and `any`: a secret, by Basic or in the body, as the client's library has it. */
export const authMethods = ['any', 'client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'] as const;
export const defaultAuthMethod = 'any';

export const usesSecret = ({ token_endpoint_auth_method: method }: { token_endpoint_auth_method: string }): boolean =>
  method === 'any' || method.startsWith('client_secret');

const schema = z.strictObject({
  // a path made of it would lead elsewhere
  client_id: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'fields.client_id')
    .max(200, 'fields.client_id_long')
    .refine((id) => !/(^|[/\\])\.{1,2}([/\\]|$)/.test(id), 'fields.client_id_dots'),
  client_secret: z
    .string()
    .regex(/^[\x21-\x7e]{16,500}$/, 'fields.client_secret')
    .optional(),
  /** RFC 7591 §3.2.1: seconds since the epoch; 0 is never. */
  client_secret_expires_at: secretEnd,
  former_client_secret_expires_at: secretEnd,
  token_endpoint_auth_method: z.enum(authMethods).default(defaultAuthMethod),
  redirect_uris: z.array(redirectUri).max(50).default([]),
  post_logout_redirect_uris: z.array(redirectUri).max(50).default([]),
  ...addressSettings,
  grant_types: z
    .array(z.enum(['authorization_code', 'refresh_token', 'client_credentials', 'urn:ietf:params:oauth:grant-type:device_code']))
    .default(['authorization_code']),
  /** OpenID Connect Registration §2: RS256 where nothing is said, since every client verifies it. */
  id_token_signed_response_alg: z.enum(['RS256', 'ES256']).default('RS256'),
  backchannel_logout_uri: webUri.optional(),
  backchannel_logout_session_required: z.boolean().default(true),
  initiate_login_uri: webUri.optional(),
  jwks: clientKeys.optional(),
  jwks_uri: webUri.optional(),
  require_pushed_authorization_requests: z.boolean().default(false),
  dpop_bound_access_tokens: z.boolean().default(false),
  /** A third party's: each person is asked before anything about them is passed on. */
  consent_required: z.boolean().optional(),
  ...tokenSettings,
  ...claimShape,
  ...subjectShape,
});

/** What a form, a file or a program says of a client. */
export const oidcInput = schema;

/** A client that runs may not verify the default: what its ID tokens are signed by changes only when somebody says so. */
const withKeptAlg = (input: Record<string, unknown>, kept: OidcSettings | undefined): Record<string, unknown> =>
  kept && input.id_token_signed_response_alg === undefined
    ? { ...input, id_token_signed_response_alg: kept.id_token_signed_response_alg }
    : input;

/**
 * Checks what a person or file says of a client.
 * @param kept the settings before: secrets that are not replaced stay, with their ends unless others are given, and so does a signature that is not named
 * @throws AppError invalid_input with a message key for each field
 */
export const parseOidcSettings = (input: Record<string, unknown>, keyRing: KeyRing, kept?: OidcSettings): OidcSettings =>
  orThrow(readOidcSettings(input, keyRing, kept));

export function readOidcSettings(input: Record<string, unknown>, keyRing: KeyRing, kept?: OidcSettings): ReadAsFar<OidcSettings> {
  const said = withKeptAlg(input, kept);
  const { value: given, refused } = readAsFar(schema, said, { client_id: newId() }, (settings) => [
    ...refuseAddresses(said, settings),
    ...refuseSettings(settings, settings.client_secret !== undefined || kept?.secret_fingerprint !== undefined),
  ]);
  if (!given) return { refused };
  const { client_secret, client_secret_expires_at: givenEnd, former_client_secret_expires_at: formerEnd, ...settings } = given;
  const secret_fingerprint = client_secret ? fingerprintOf(client_secret, keyRing) : kept?.secret_fingerprint;
  const client_secret_expires_at = givenEnd ?? (client_secret ? undefined : kept?.client_secret_expires_at);
  const former_secret = formerSecret(kept, client_secret !== undefined, formerEnd);
  if (!usesSecret(settings)) return { refused, value: settings };
  const value = {
    ...settings,
    secret_fingerprint,
    ...(client_secret_expires_at ? { client_secret_expires_at } : {}),
    ...(former_secret ? { former_secret } : {}),
  };
  return { refused, value };
}

type Given = Omit<z.output<typeof schema>, 'client_secret' | 'former_client_secret_expires_at'>;

/** @param said as they were given: one that is wrong hides none of the others */
const refuseAddresses = (said: Record<string, unknown>, settings: Given): RuleTogether[] =>
  (['redirect_uris', 'post_logout_redirect_uris'] as const).flatMap((name) =>
    listOf(said[name]).flatMap((uri, index): RuleTogether[] => {
      const message = typeof uri === 'string' && redirectFault(uri, settings.allow_private_use_schemes);
      return message ? [{ path: [name, index], message, of: ['allow_private_use_schemes'] }] : [];
    }),
  );

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function refuseSettings(settings: Given, hasSecret: boolean): RuleTogether[] {
  const { token_endpoint_auth_method: method, grant_types: grants, jwks, jwks_uri } = settings;
  const byMethod = ['token_endpoint_auth_method'];
  const faults: [field: string, isWrong: boolean, message: string, of: string[]][] = [
    ['client_secret', usesSecret(settings) && !hasSecret, 'fields.client_secret', byMethod],
    ['jwks', method === 'private_key_jwt' && !jwks && !jwks_uri, 'fields.jwks', [...byMethod, 'jwks_uri']],
    ['jwks_uri', jwks !== undefined && jwks_uri !== undefined, 'fields.jwks_both', ['jwks']], // RFC 7591 §2
    [
      'redirect_uris',
      grants.includes('authorization_code') && settings.redirect_uris.length === 0,
      'fields.redirect_uris_missing',
      ['grant_types'],
    ],
    // RFC 6749 §4.4: client credentials are for confidential clients
    ['grant_types', grants.includes('client_credentials') && method === 'none', 'fields.public_client_credentials', byMethod],
    // RFC 7662 §2.1: whoever asks about tokens has to be known
    [
      'introspects_all_applications',
      settings.introspects_all_applications === true && method === 'none',
      'fields.public_introspection',
      byMethod,
    ],
  ];
  const of = ['subject_type', 'sector_identifier_uri', 'redirect_uris', 'grant_types'];
  const subjects = Object.entries(refuseSubjects(settings)).map(([field, message]): RuleTogether => ({ path: [field], message, of }));
  return [...subjects, ...faults.flatMap(([field, isWrong, message, of]) => (isWrong ? [{ path: [field], message, of }] : []))];
}
