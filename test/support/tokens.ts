import type { Scope } from '../../src/domain/scope.ts';
import { Jar, send } from './jar.ts';
import { authorize, basic, json, token } from './oidc.ts';
import { clientSecret, type TestServer } from './server.ts';

/** What the token endpoint says. */
export type Tokens = {
  access_token: string;
  refresh_token: string;
  id_token?: string;
  expires_in: number;
  token_type: string;
  scope: string;
  error?: string;
};

/** How an application proves itself: `mobile` and others without a secret name themselves, `post` posts its secret. */
export function as(client: string): { form: Record<string, string>; headers: Record<string, string> } {
  if (client === 'mobile' || client.startsWith('public')) return { form: { client_id: client }, headers: {} };
  if (client === 'post') return { form: { client_id: client, client_secret: clientSecret }, headers: {} };
  return { form: {}, headers: basic(client, clientSecret) };
}

/** A whole sign-in at `client`, in a browser of its own unless one is given. `headers` go with the exchange of the code. */
export async function tokensFor(
  server: TestServer,
  client: string,
  person: { login: string; password: string },
  {
    jar = new Jar(),
    scope = 'openid',
    headers = {},
    ...more
  }: { jar?: Jar; scope?: string; headers?: Record<string, string>; prompt?: string } = {},
): Promise<Tokens> {
  const { code, verifier, answer } = await authorize(server, jar, { client_id: client, scope, ...person, ...more });
  if (!code) throw new Error(`no code: ${answer.status} ${answer.url} ${answer.location}`);
  const own = as(client);
  const form = { grant_type: 'authorization_code', code, redirect_uri: server.redirectUri, code_verifier: verifier, ...own.form };
  return (await token(server.issuer, form, { ...own.headers, ...headers })).body;
}

export const refresh = async (
  { issuer }: { issuer: string },
  client: string,
  refresh_token: string,
  { form = {}, headers = {} }: { form?: Record<string, string>; headers?: Record<string, string> } = {},
): Promise<{ status: number; body: Tokens }> => {
  const own = as(client);
  return token(issuer, { grant_type: 'refresh_token', refresh_token, ...own.form, ...form }, { ...own.headers, ...headers });
};

export const introspect = async ({ issuer }: { issuer: string }, client: string, value: string, more: Record<string, string> = {}) => {
  const own = as(client);
  const answer = await send(`${issuer}/oidc/introspect`, { form: { token: value, ...own.form, ...more }, headers: own.headers });
  return { status: answer.status, body: json(answer) };
};

export const userinfo = ({ issuer }: { issuer: string }, access: string) =>
  send(`${issuer}/oidc/userinfo`, { headers: { authorization: `Bearer ${access}` } });

/** As if so much time had passed since everything was issued and used: what the library and the store compare with the time is put back. */
export async function age({ db, contextId }: Scope, seconds: number, kinds = ['Grant', 'AccessToken', 'RefreshToken', 'RefreshAnswer']) {
  await db.raw(
    `UPDATE oidc_artifacts SET expires_at = expires_at - make_interval(secs => :seconds), consumed_at = consumed_at - make_interval(secs => :seconds),
       payload = payload || CASE WHEN payload ? 'exp' THEN jsonb_build_object('exp', (payload ->> 'exp')::bigint - :seconds, 'iat', (payload ->> 'iat')::bigint - :seconds) ELSE '{}' END
     WHERE context_id = :contextId AND kind = ANY(:kinds)`.replace('payload ?', String.raw`payload \?`),
    { seconds, contextId, kinds } as never,
  );
}
