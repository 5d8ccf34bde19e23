import { createHash, randomBytes } from 'node:crypto';
import { type Answer, Jar, send } from './jar.ts';
import { clientSecret, fillSignIn, type TestServer } from './server.ts';

export const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
});

export const pkce = () => {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
};

type Authorization = { verifier: string; state: string; url: string };

export function authorizationUrl(
  { issuer, redirectUri }: Pick<TestServer, 'issuer' | 'redirectUri'>,
  extra: Record<string, string | undefined> = {},
): Authorization {
  const { verifier, challenge } = pkce();
  const state = randomBytes(8).toString('hex');
  const params = {
    client_id: 'payroll',
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid profile email groups',
    state,
    nonce: 'n-1',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...extra,
  };
  const query = new URLSearchParams(Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== undefined));
  return { verifier, state, url: `${issuer}/oidc/authorize?${query}` };
}

/** Goes through authorization, signing in if asked. @returns the redirect to the relying party, or the page it stopped at */
export async function authorize(
  server: TestServer,
  jar: Jar,
  { login, password, ...extra }: Record<string, string | undefined> & { login?: string; password?: string } = {},
) {
  const request = authorizationUrl(server, extra);
  const stop = (url: string) => url.startsWith(extra.redirect_uri ?? server.redirectUri);
  let answer = await jar.follow(request.url, {}, stop);
  if (login && /name="password"/.test(answer.text)) answer = await fillSignIn(jar, answer, login, password!, stop);
  const params = new URL(answer.location ?? 'http://nowhere/').searchParams;
  return { answer, code: params.get('code'), error: params.get('error'), params, ...request };
}

export const json = (answer: Answer) => JSON.parse(answer.text);

export async function exchange(
  server: TestServer,
  code: string,
  verifier: string,
  { client = 'payroll', secret = clientSecret, redirectUri = server.redirectUri, issuer = server.issuer } = {},
) {
  const answer = await send(`${issuer}/oidc/token`, {
    form: { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier },
    headers: basic(client, secret),
  });
  return { status: answer.status, body: json(answer) };
}

export async function token(issuer: string, form: Record<string, string>, headers: Record<string, string> = {}) {
  const answer = await send(`${issuer}/oidc/token`, { form, headers });
  return { status: answer.status, body: json(answer), headers: answer.headers };
}

/** A whole sign-in with tokens. */
export async function signInWithTokens(server: TestServer, login: string, password: string, extra: Record<string, string> = {}) {
  const jar = new Jar();
  const { code, verifier, answer } = await authorize(server, jar, { login, password, ...extra });
  if (!code) throw new Error(`no code: ${answer.status} ${answer.url} ${answer.location}\n${answer.text.slice(0, 1500)}`);
  const { body } = await exchange(server, code, verifier);
  return { jar, tokens: body, code, verifier };
}
