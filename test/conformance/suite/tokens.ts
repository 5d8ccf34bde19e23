import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import type { Answer } from '../../support/jar.ts';
import { basic } from '../../support/oidc.ts';
import type { Notes } from './outcome.ts';
import { type Client, claimsOf, headerOf, note, readJson, type World } from './world.ts';

export type Tokens = {
  access_token: string;
  id_token: string;
  refresh_token?: string;
  scope?: string;
  token_type: string;
  expires_in?: number;
};

const errors = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target', // RFC 8707 §2
  'invalid_dpop_proof', // RFC 9449 §5
  'use_dpop_nonce',
]);

/** Asks the token endpoint, by client_secret_basic unless `headers` say otherwise, and checks what holds of every answer. */
export async function askToken(
  world: World,
  notes: Notes,
  form: Record<string, string>,
  headers: Record<string, string> = basic(world.client.client_id, world.client.client_secret),
): Promise<{ answer: Answer; body: Record<string, unknown> }> {
  const answer = await world.send(world.metadata.token_endpoint, { form, headers });
  return { answer, body: checkTokenAnswer(world, notes, answer) };
}

/** RFC 6749 §5.1, §5.2, appendix A. */
export function checkTokenAnswer(world: World, notes: Notes, answer: Answer): Record<string, unknown> {
  const body = readJson(answer) ?? {};
  const said = (name: string) => String(answer.headers[name] ?? '');
  notes.must(said('content-type').startsWith('application/json'), 'the token endpoint answers JSON', said('content-type'));
  notes.must(said('cache-control').includes('no-store'), 'Cache-Control: no-store (RFC 6749 §5.1)', said('cache-control'));
  notes.should(said('pragma') === 'no-cache', 'Pragma: no-cache (RFC 6749 §5.1)');
  if (answer.status === 200) {
    notes.must(/^(bearer|dpop)$/i.test(String(body.token_type)), 'token_type', body.token_type);
    notes.must(Number.isInteger(body.expires_in) && Number(body.expires_in) > 0, 'expires_in, in seconds', body.expires_in);
    for (const name of ['access_token', 'refresh_token'])
      if (name in body) notes.must(/^[\x20-\x7e]+$/.test(String(body[name])), `${name} of printable characters (appendix A)`);
    for (const name of ['access_token', 'refresh_token']) note(world, name, body[name]);
    return body;
  }
  notes.must(errors.has(String(body.error)), 'a registered error (RFC 6749 §5.2)', body.error);
  const status = body.error === 'invalid_client' ? [400, 401] : [400];
  notes.must(status.includes(answer.status), `${body.error} answers ${status}`, answer.status);
  notes.must(/^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/.test(String(body.error_description ?? '')), 'no such character in error_description');
  return body;
}

export const codeForm = (world: World, code: string, more: Record<string, string> = {}): Record<string, string> => ({
  grant_type: 'authorization_code',
  code,
  redirect_uri: world.redirect_uri,
  ...more,
});

/** Exchanges a code and checks all that comes. @throws Error where there are no tokens */
export async function exchange(
  world: World,
  notes: Notes,
  code: string,
  nonce?: string,
  more: Record<string, string> = {},
): Promise<Tokens> {
  const { answer, body } = await askToken(world, notes, codeForm(world, code, more));
  if (answer.status !== 200) throw new Error(`no tokens: ${answer.status} ${answer.text.slice(0, 300)}`);
  const tokens = body as Tokens;
  await checkIdToken(world, notes, tokens, { nonce });
  return tokens;
}

const strings = [
  'name',
  'given_name',
  'family_name',
  'preferred_username',
  'email',
  'locale',
  'picture',
  'profile',
  'zoneinfo',
  'phone_number',
];

/** Standard claims have the JSON type that OpenID Connect Core §5.1 gives them. */
export function checkClaimTypes(notes: Notes, claims: Record<string, unknown>): void {
  for (const name of strings)
    if (name in claims) notes.must(typeof claims[name] === 'string' && claims[name] !== '', `${name} is a text`, claims[name]);
  for (const name of ['email_verified', 'phone_number_verified'])
    if (name in claims) notes.must(typeof claims[name] === 'boolean', `${name} is true or false`, claims[name]);
  if ('updated_at' in claims) notes.must(typeof claims.updated_at === 'number', 'updated_at is a number', claims.updated_at);
  if ('address' in claims) notes.must(typeof claims.address === 'object', 'address is an object', claims.address);
}

/** OpenID Connect Core §2, §3.1.3.6, §3.1.3.7. @returns the claims */
export async function checkIdToken(
  world: World,
  notes: Notes,
  { id_token, access_token }: Pick<Tokens, 'id_token' | 'access_token'>,
  { nonce, client = world.client }: { nonce?: string | undefined; client?: Client } = {},
): Promise<JWTPayload> {
  if (!id_token) throw new Error('there is no ID token');
  const { alg } = headerOf(id_token);
  const keys = createLocalJWKSet(readJson(await world.send(world.metadata.jwks_uri)) as unknown as JSONWebKeySet);
  await jwtVerify(id_token, keys).catch((error) => notes.must(false, `signed by a key of jwks_uri: ${error.message}`));
  const claims = claimsOf(id_token);
  const now = Date.now() / 1000;
  const audience = [claims.aud ?? []].flat();
  notes.must(claims.iss === world.issuer, 'iss is the issuer', claims.iss);
  notes.must(audience.includes(client.client_id), 'aud has the client', claims.aud);
  if (audience.length > 1) notes.must(claims.azp === client.client_id, 'azp is the client', claims.azp);
  notes.must(
    claims.exp !== undefined && claims.exp > now && claims.exp < now + 50 * 365 * 86_400,
    'exp is in the future, and not absurd',
    claims.exp,
  );
  notes.must(claims.iat !== undefined && claims.iat <= now + 5 && claims.iat > now - 86_400, 'iat is now', claims.iat);
  notes.must(typeof claims.sub === 'string' && /^[\x20-\x7e]{1,255}$/.test(claims.sub), 'sub, of at most 255 characters', claims.sub);
  if (nonce !== undefined) notes.must(claims.nonce === nonce, 'nonce comes back as it was sent', claims.nonce);
  if ('auth_time' in claims)
    notes.must(
      typeof claims.auth_time === 'number' && claims.auth_time <= now + 5 && claims.auth_time > 1e9,
      'auth_time',
      claims.auth_time,
    );
  if ('acr' in claims) notes.must(typeof claims.acr === 'string' && claims.acr !== '', 'acr is not empty', claims.acr);
  if ('at_hash' in claims)
    notes.must(claims.at_hash === (await leftHalf(String(alg), access_token)), 'at_hash is of the access token', claims.at_hash);
  checkClaimTypes(notes, claims);
  return claims;
}

/** OpenID Connect Core §3.1.3.6. */
async function leftHalf(alg: string, text: string): Promise<string> {
  const size = /(\d{3})$/.exec(alg)?.[1] ?? '512';
  const digest = Buffer.from(await crypto.subtle.digest(`SHA-${size}`, Buffer.from(text)));
  return digest.subarray(0, digest.length / 2).toString('base64url');
}

/** Asks userinfo and checks its answer (OpenID Connect Core §5.3.2). */
export async function askUserinfo(world: World, notes: Notes, { access_token, id_token }: Tokens): Promise<Record<string, unknown>> {
  const answer = await world.send(world.metadata.userinfo_endpoint, { headers: { authorization: `Bearer ${access_token}` } });
  return checkUserinfo(notes, answer, id_token);
}

export function checkUserinfo(notes: Notes, answer: Answer, idToken: string): Record<string, unknown> {
  if (answer.status !== 200) throw new Error(`userinfo answers ${answer.status} ${answer.text.slice(0, 200)}`);
  notes.must(
    String(answer.headers['content-type']).startsWith('application/json'),
    'userinfo answers JSON',
    answer.headers['content-type'],
  );
  const claims = readJson(answer) ?? {};
  notes.must(claims.sub === claimsOf(idToken).sub, 'sub is the same as in the ID token (Core §5.3.2)', claims.sub);
  checkClaimTypes(notes, claims);
  return claims;
}
