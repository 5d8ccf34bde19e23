import { z } from 'zod';
import { type KeyRing, safeEqual } from '../../../platform/crypto/index.ts';
import { type FieldErrors, invalidInput, parseInput } from '../../../platform/errors/index.ts';
import { clientKeys } from './client-keys.ts';
import { claimShape } from './oidc-claims.ts';
import { refuseSubjects, subjectShape } from './subject-settings.ts';

/** How an application is an OpenID Connect client, in the names of RFC 7591 and OpenID Connect Registration. The secret is kept as a keyed fingerprint only. */
export type OidcSettings = Omit<z.output<typeof schema>, 'client_secret'> & { secret_fingerprint?: string };

const loopback = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** https; http on this machine (RFC 8252 §7.3); or a private-use scheme with a dot (§7.1), which keeps `javascript:` and the like out. */
export function isRedirectUri(value: string): boolean {
  let url: URL;
  try {
    url = new URL(value);
  } catch {
    return false;
  }
  if (url.hash || value.includes('#') || url.username || url.password || value.length > 2000 || /[\s\\*\p{C}]/u.test(value)) return false;
  if (/^https?:/i.test(value) && !/^https?:\/\/[^/]/i.test(value)) return false; // browsers read https:host as an address of this site
  if (url.protocol === 'https:') return true;
  if (url.protocol === 'http:') return loopback.has(url.hostname);
  return url.protocol.includes('.');
}

const isWebUri = (value: string): boolean => /^https?:/.test(value) && isRedirectUri(value);

const redirectUri = z.string().refine(isRedirectUri, 'fields.redirect_uri');
const webUri = z.string().refine(isWebUri, 'fields.web_uri');

/** OpenID Connect Dynamic Registration §2. */
export const defaultAuthMethod = 'client_secret_basic';

const schema = z.strictObject({
  client_id: z.string().regex(/^[\x21-\x7e]{1,200}$/, 'fields.client_id'),
  client_secret: z
    .string()
    .regex(/^[\x21-\x7e]{16,500}$/, 'fields.client_secret')
    .optional(),
  /** RFC 7591 §3.2.1: seconds since the epoch; 0 is never. */
  client_secret_expires_at: z.number().int().min(0).max(253_402_300_799).optional(),
  token_endpoint_auth_method: z.enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none']).default(defaultAuthMethod),
  redirect_uris: z.array(redirectUri).max(50).default([]),
  post_logout_redirect_uris: z.array(redirectUri).max(50).default([]),
  grant_types: z
    .array(z.enum(['authorization_code', 'refresh_token', 'client_credentials', 'urn:ietf:params:oauth:grant-type:device_code']))
    .default(['authorization_code']),
  id_token_signed_response_alg: z.enum(['ES256', 'RS256']).default('ES256'),
  backchannel_logout_uri: webUri.optional(),
  backchannel_logout_session_required: z.boolean().default(true),
  initiate_login_uri: webUri.optional(),
  jwks: clientKeys.optional(),
  jwks_uri: webUri.optional(),
  require_pushed_authorization_requests: z.boolean().default(false),
  dpop_bound_access_tokens: z.boolean().default(false),
  /** A third party's: each person is asked before anything about them is passed on. */
  consent_required: z.boolean().optional(),
  ...claimShape,
  ...subjectShape,
});

/** What a form, a file or a program says of a client. */
export const oidcInput = schema;

const fingerprintPurpose = 'client-secret';

/**
 * Checks what a person or file says of a client.
 * @param kept the settings before: a secret that is not replaced stays, with its end unless another is given
 * @throws AppError invalid_input with a message key for each field
 */
export function parseOidcSettings(input: unknown, keyRing: KeyRing, kept?: OidcSettings): OidcSettings {
  const { client_secret, client_secret_expires_at: givenEnd, ...settings } = parseInput(schema, input);
  const secret_fingerprint = client_secret ? keyRing.fingerprint(client_secret, fingerprintPurpose)[0] : kept?.secret_fingerprint;
  const client_secret_expires_at = givenEnd ?? (client_secret ? undefined : kept?.client_secret_expires_at);
  const faults: FieldErrors = refuseSubjects(settings);
  const usesSecret = settings.token_endpoint_auth_method.startsWith('client_secret');
  if (usesSecret && !secret_fingerprint) faults.client_secret = 'fields.client_secret';
  if (settings.token_endpoint_auth_method === 'private_key_jwt' && !settings.jwks && !settings.jwks_uri) faults.jwks = 'fields.jwks';
  if (settings.jwks && settings.jwks_uri) faults.jwks_uri = 'fields.jwks_both'; // RFC 7591 §2
  if (settings.grant_types.includes('authorization_code') && settings.redirect_uris.length === 0)
    faults.redirect_uris = 'fields.redirect_uris_missing';
  // RFC 6749 §4.4: client credentials are for confidential clients
  if (settings.grant_types.includes('client_credentials') && settings.token_endpoint_auth_method === 'none')
    faults.grant_types = 'fields.public_client_credentials';
  if (Object.keys(faults).length > 0) throw invalidInput(faults);
  if (!usesSecret) return settings;
  return { ...settings, secret_fingerprint, ...(client_secret_expires_at ? { client_secret_expires_at } : {}) };
}

/** @returns undefined for a secret that does not end, or none */
export const secretExpiry = (settings: OidcSettings | undefined): Date | undefined =>
  settings?.client_secret_expires_at ? new Date(settings.client_secret_expires_at * 1000) : undefined;

/** In constant time, under every master key of the ring. */
export function matchesClientSecret(fingerprint: string, secret: string, keyRing: KeyRing): boolean {
  return keyRing.fingerprint(secret, fingerprintPurpose).reduce((found, candidate) => safeEqual(candidate, fingerprint) || found, false);
}
