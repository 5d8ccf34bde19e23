// A service provider: knows nothing of the identity provider but its metadata, and shows what it was told of who signed in.
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { generateServiceProviderMetadata, type Profile, SAML } from '@node-saml/node-saml';
import { button, escapeHtml, icon, page, rowsOf, textsFor } from './page.ts';

const { ISSUER: issuer = '', PRIVATE_KEY: privateKey, CERTIFICATE: certificate, ADDRESS: address = 'http://localhost:4001' } = process.env;
if (!issuer) {
  process.stderr.write('Set ISSUER; README.md says how.\n');
  process.exit(64);
}
const sessions = new Map<string, Profile>();
let provider: Promise<SAML> | undefined;

const own = {
  issuer: `${address}/metadata`,
  audience: `${address}/metadata`,
  callbackUrl: `${address}/acs`,
  signatureAlgorithm: 'sha256',
  wantAssertionsSigned: true,
  wantAuthnResponseSigned: false,
  identifierFormat: null,
  ...(privateKey ? { privateKey } : {}),
} as const;

const load = (): Promise<SAML> => {
  provider ??= fetch(`${issuer}/saml/metadata`).then(async (answer) => {
    const idpCert = [...(await answer.text()).matchAll(/<md:KeyDescriptor.*?<ds:X509Certificate>([^<]+)/gs)].map(([, der]) => der!);
    return new SAML({ ...own, entryPoint: `${issuer}/saml/sso`, logoutUrl: `${issuer}/saml/slo`, idpIssuer: issuer, idpCert });
  });
  provider.catch(() => {
    provider = undefined;
  });
  return provider;
};

const cookieOf = (request: IncomingMessage): string => /(?:^|; )example_saml=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';

const redirect = (response: ServerResponse, location: string): void => void response.writeHead(302, { location }).end();

async function body(request: IncomingMessage): Promise<URLSearchParams> {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 65_536) throw new Error('too large');
  }
  return new URLSearchParams(text);
}

const routes: Record<string, (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>> = {
  async '/'(request, response) {
    const profile = sessions.get(cookieOf(request));
    const t = textsFor(request);
    const content = profile
      ? `<p>${t.signedInAs.replace('{who}', () => `<strong id="who">${escapeHtml(profile.nameID)}</strong>`)}</p>${rowsOf((profile.attributes as Record<string, unknown>) ?? {})}${button('/sign-out', t.signOut)}`
      : `<p>${t.nobody}</p>${button('/sign-in', t.signIn)}`;
    response.setHeader('content-type', 'text/html; charset=utf-8').end(page(request, content));
  },
  async '/icon.svg'(_request, response) {
    response.setHeader('content-type', 'image/svg+xml').end(icon);
  },
  async '/sign-in'(_request, response) {
    redirect(response, await (await load()).getAuthorizeUrlAsync('/', undefined, {}));
  },
  async '/acs'(request, response) {
    const form = await body(request);
    const { profile } = await (await load()).validatePostResponseAsync({ SAMLResponse: form.get('SAMLResponse') ?? '' });
    const id = randomBytes(24).toString('base64url');
    sessions.set(id, profile!);
    if (sessions.size > 1000) sessions.delete(sessions.keys().next().value!); // remembers the latest 1,000
    response.setHeader('set-cookie', `example_saml=${id}; HttpOnly; SameSite=Lax; Path=/`);
    redirect(response, '/');
  },
  async '/sign-out'(request, response) {
    const profile = sessions.get(cookieOf(request));
    sessions.delete(cookieOf(request));
    redirect(response, profile ? await (await load()).getLogoutUrlAsync(profile, '/', {}) : '/');
  },
  async '/slo'(request, response, url) {
    const saml = await load();
    const isPost = request.method === 'POST';
    const message = Object.fromEntries(isPost ? await body(request) : url.searchParams);
    const isRequest = message.SAMLRequest !== undefined;
    const { profile } = isPost
      ? await (isRequest ? saml.validatePostRequestAsync(message) : saml.validatePostResponseAsync(message))
      : await saml.validateRedirectAsync(message, url.search.slice(1));
    if (!profile || !isRequest) return redirect(response, '/'); // the answer to our own request
    for (const [id, one] of sessions) if (one.nameID === profile.nameID && one.sessionIndex === profile.sessionIndex) sessions.delete(id);
    redirect(response, await saml.getLogoutResponseUrlAsync(profile, message.RelayState ?? '', {}, true));
  },
  async '/metadata'(_request, response) {
    response.setHeader('content-type', 'application/samlmetadata+xml');
    response.end(generateServiceProviderMetadata({ ...own, logoutCallbackUrl: `${address}/slo`, publicCerts: certificate ?? null }));
  },
};

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
  process.stderr.write(`The SAML example does not start: ${error.message}\n`);
  process.exit(1);
});
server.listen(Number(new URL(address).port), 'localhost');
process.on('disconnect', () => process.exit(0)); // the demo that started us is gone
