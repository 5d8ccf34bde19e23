import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as client from 'openid-client';

const { ISSUER, CLIENT_ID, CLIENT_SECRET, ADDRESS = 'http://localhost:4000' } = process.env;
const insecure = ISSUER.startsWith('http:') ? { execute: [client.allowInsecureRequests] } : {}; // for trying out only
const config = await client.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET, undefined, insecure);
const keys = createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri));
const sessions = new Map(); // by the cookie: a sign-in under way, or who is signed in

const pages = {
  async '/'(_request, response, _url, session) {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(
      session?.claims ? `<p>Hello, ${session.claims.sub}</p><a href="/sign-out">Sign out</a>` : '<a href="/sign-in">Sign in</a>',
    );
  },
  async '/sign-in'(_request, response) {
    const [id, flow] = [randomUUID(), { verifier: client.randomPKCECodeVerifier(), state: client.randomState() }];
    sessions.set(id, flow);
    const location = client.buildAuthorizationUrl(config, {
      redirect_uri: `${ADDRESS}/callback`,
      scope: 'openid',
      code_challenge: await client.calculatePKCECodeChallenge(flow.verifier),
      code_challenge_method: 'S256',
      state: flow.state,
    });
    response.writeHead(302, { location: location.href, 'set-cookie': `id=${id}; HttpOnly; SameSite=Lax; Path=/` }).end();
  },
  async '/callback'(_request, response, url, flow, id) {
    const tokens = await client.authorizationCodeGrant(config, url, { pkceCodeVerifier: flow?.verifier, expectedState: flow?.state });
    sessions.set(id, { claims: tokens.claims(), idToken: tokens.id_token });
    response.writeHead(302, { location: '/' }).end();
  },
  async '/sign-out'(_request, response, _url, session, id) {
    sessions.delete(id);
    const parameters = { id_token_hint: session?.idToken, post_logout_redirect_uri: `${ADDRESS}/` };
    response.writeHead(302, { location: session?.idToken ? client.buildEndSessionUrl(config, parameters).href : '/' }).end();
  },
  async '/back-channel-logout'(request, response) {
    const token = new URLSearchParams(await text(request)).get('logout_token');
    const { payload } = await jwtVerify(token, keys, { issuer: ISSUER, audience: CLIENT_ID, typ: 'logout+jwt' });
    for (const [id, { claims }] of sessions) if (claims?.sid === payload.sid) sessions.delete(id);
    response.writeHead(200, { 'cache-control': 'no-store' }).end();
  },
};

createServer((request, response) => {
  const url = new URL(request.url, ADDRESS);
  const id = /(?:^|; )id=([^;]+)/.exec(request.headers.cookie)?.[1];
  const page = pages[url.pathname] ?? (async () => response.writeHead(404).end());
  page(request, response, url, sessions.get(id), id).catch((error) => response.writeHead(400).end(`That did not work: ${error.message}`));
}).listen(Number(new URL(ADDRESS).port), 'localhost');
