// A relying party: shows who signed in, and forgets them at a back-channel logout.
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { button, escapeHtml, icon, page, postButton, rowsOf, textsFor } from './page.ts';

const {
  ISSUER: issuer = '',
  CLIENT_ID: clientId = '',
  CLIENT_SECRET: clientSecret,
  ADDRESS: address = 'http://localhost:4000',
  API: api,
  API_IDENTIFIER: apiIdentifier = api,
} = process.env;
if (!issuer || !clientId) {
  process.stderr.write('Set ISSUER and CLIENT_ID; README.md says how.\n');
  process.exit(64);
}
const redirectUri = `${address}/callback`;
/** Only for trying out on one machine: an issuer is https. */
const insecure = issuer.startsWith('http:') ? { execute: [client.allowInsecureRequests] } : {};

type SignedIn = { sub: string; sid?: string; claims: Record<string, unknown>; idToken: string; accessToken: string };
const sessions = new Map<string, SignedIn>();
const started = new Map<string, { verifier: string; state: string; nonce: string }>();
let discovered: Promise<client.Configuration> | undefined;

const configuration = (): Promise<client.Configuration> => {
  discovered ??= client.discovery(new URL(issuer), clientId, clientSecret, clientSecret ? undefined : client.None(), insecure);
  discovered.catch(() => {
    discovered = undefined;
  });
  return discovered;
};

const cookie = (request: IncomingMessage): string => /(?:^|; )sample=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';

function redirect(response: ServerResponse, location: string, setCookie?: string): void {
  response
    .writeHead(302, { location, ...(setCookie ? { 'set-cookie': `sample=${setCookie}; HttpOnly; SameSite=Lax; Path=/` } : {}) })
    .end();
}

async function body(request: IncomingMessage): Promise<URLSearchParams> {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 65_536) throw new Error('too large');
  }
  return new URLSearchParams(text);
}

/** With the token that was given for the API: what it answers, as it answers it. */
async function callApi(request: IncomingMessage, note?: string): Promise<string> {
  const signedIn = sessions.get(cookie(request))!;
  const answer = await fetch(new URL('/notes', api), {
    headers: { authorization: `Bearer ${signedIn.accessToken}` },
    ...(note === undefined ? {} : { method: 'POST', body: note }),
  });
  return `${answer.status} ${await answer.text()}`;
}

/** Remembers the latest 1,000. */
function keep<T>(map: Map<string, T>, key: string, value: T): void {
  map.set(key, value);
  if (map.size > 1000) map.delete(map.keys().next().value!);
}

const routes: Record<string, (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>> = {
  async '/'(request, response) {
    const signedIn = sessions.get(cookie(request));
    const t = textsFor(request);
    const content = signedIn
      ? `<p>${t.signedInAs.replace('{who}', () => `<strong id="who">${escapeHtml(signedIn.claims.name)}</strong>`)}</p>${rowsOf(signedIn.claims)}${api ? button('/notes', t.readNotes) + postButton('/notes', t.writeNote) : ''}${button('/sign-out', t.signOut)}`
      : `<p>${t.nobody}</p>${button('/sign-in', t.signIn)}`;
    response.setHeader('content-type', 'text/html; charset=utf-8').end(page(request, content));
  },
  async '/notes'(request, response) {
    if (!api || !sessions.has(cookie(request))) return redirect(response, '/');
    const t = textsFor(request);
    const said = await callApi(request, request.method === 'POST' ? new Date().toISOString() : undefined);
    const content = `<p>${t.apiSays}</p><pre id="api">${escapeHtml(said)}</pre>${button('/', t.back)}`;
    response.setHeader('content-type', 'text/html; charset=utf-8').end(page(request, content));
  },
  async '/icon.svg'(_request, response) {
    response.setHeader('content-type', 'image/svg+xml').end(icon);
  },
  async '/sign-in'(_request, response) {
    const config = await configuration();
    const id = randomBytes(24).toString('base64url');
    const flow = { verifier: client.randomPKCECodeVerifier(), state: client.randomState(), nonce: client.randomNonce() };
    keep(started, id, flow);
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: `openid profile email groups${api ? ' notes:read notes:write' : ''}`,
      ...(apiIdentifier ? { resource: apiIdentifier } : {}),
      code_challenge: await client.calculatePKCECodeChallenge(flow.verifier),
      code_challenge_method: 'S256',
      state: flow.state,
      nonce: flow.nonce,
    });
    redirect(response, url.href, id);
  },
  async '/callback'(request, response, url) {
    const flow = started.get(cookie(request));
    if (!flow) return redirect(response, '/');
    started.delete(cookie(request));
    if (url.searchParams.get('error') === 'access_denied')
      return void response
        .writeHead(403, { 'content-type': 'text/html; charset=utf-8' })
        .end(page(request, `<p>${textsFor(request).refused}</p>${button('/', textsFor(request).back)}`));
    const config = await configuration();
    const tokens = await client.authorizationCodeGrant(config, url, {
      pkceCodeVerifier: flow.verifier,
      expectedState: flow.state,
      expectedNonce: flow.nonce,
    });
    const claims = tokens.claims()!;
    const id = randomBytes(24).toString('base64url');
    keep(sessions, id, {
      sub: claims.sub,
      sid: claims.sid as string | undefined,
      claims,
      idToken: tokens.id_token!,
      accessToken: tokens.access_token,
    });
    redirect(response, '/', id);
  },
  async '/sign-out'(request, response) {
    const signedIn = sessions.get(cookie(request));
    sessions.delete(cookie(request));
    if (!signedIn) return redirect(response, '/');
    redirect(
      response,
      client.buildEndSessionUrl(await configuration(), { id_token_hint: signedIn.idToken, post_logout_redirect_uri: `${address}/` }).href,
    );
  },
  async '/back-channel-logout'(request, response) {
    // the signature is checked by asking the issuer's keys, as for any token (OpenID Connect Back-Channel Logout §2.6)
    const token = (await body(request)).get('logout_token') ?? '';
    const { payload } = await verifyLogoutToken(token);
    for (const [id, one] of sessions) if (one.sid === payload.sid && one.sub === payload.sub) sessions.delete(id);
    response.writeHead(200, { 'cache-control': 'no-store' }).end();
  },
};

async function verifyLogoutToken(token: string) {
  const metadata = (await configuration()).serverMetadata();
  return jwtVerify<{ sid?: string }>(token, createRemoteJWKSet(new URL(metadata.jwks_uri!)), {
    issuer,
    audience: clientId,
    typ: 'logout+jwt',
  });
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', address);
  if (url.pathname === '/favicon.ico') url.pathname = '/icon.svg'; // for browsers that do not look at the page
  const handle = Object.hasOwn(routes, url.pathname) ? routes[url.pathname] : undefined;
  if (!handle) return void response.writeHead(404).end('Not found');
  handle(request, response, url).catch((error) => {
    const t = textsFor(request);
    response
      .writeHead(500, { 'content-type': 'text/html; charset=utf-8' })
      .end(page(request, `<p>${t.failed.replace('{why}', () => escapeHtml((error as Error).message))}</p>${button('/', t.back)}`));
  });
});
server.on('error', (error) => {
  process.stderr.write(`The OpenID Connect example does not start: ${error.message}\n`);
  process.exit(1);
});
server.listen(Number(new URL(address).port), 'localhost');
process.on('disconnect', () => process.exit(0)); // the demo that started us is gone
