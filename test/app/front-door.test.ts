import { connect } from 'node:net';
import { expect } from 'chai';
import { pageRoutes } from '../../src/app/web-routes.ts';
import { findApplicationByCode } from '../../src/domain/applications/applications/index.ts';
import { endpoints } from '../../src/web/oidc/index.ts';
import { send } from '../support/jar.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'TRACE'];

/** What was sent, octet by octet, as no HTTP library would send it. */
function raw(baseUrl: string, lines: string[]): Promise<string> {
  const { port } = new URL(baseUrl);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`));
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);

describe('app: the front door', () => {
  let server: TestServer;
  let host: string;
  /** Every address there is, with what it takes. */
  const table = new Map<string, Set<string>>();
  before(async () => {
    server = await startTestServer({ config: { metricsToken: 'metrics-token-of-tests', securityContact: 'mailto:security@acme.example' } });
    host = new URL(server.baseUrl).host;
    const patterns: [RegExp, string][] = [];
    const add = (path: string, method: string, template = path) => {
      patterns.push([new RegExp(`^${template.replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+')}$`), method]);
      table.set(path, new Set());
    };
    const application = (await findApplicationByCode(await server.scope(), 'payroll'))!.applicationId;
    const filled = (path: string) => path.replace(':application', application).replace(/:\w+/g, '0000');
    for (const { path, method } of pageRoutes(undefined as never, undefined as never)) add(`/acme${filled(path)}`, method, `/acme${path}`);
    for (const [path, taken] of Object.entries(endpoints))
      for (const method of taken) if (method !== 'OPTIONS') add(`/acme${filled(path)}`, method);
    const { assets } = server.app.services;
    const files = [
      '/healthz',
      '/readyz',
      '/metrics',
      assets.url('portaria.css'),
      '/favicon.ico',
      '/robots.txt',
      '/security.txt',
      '/schemas/configuration/v1.json',
    ];
    for (const path of [...files, '/.well-known/security.txt', '/.well-known/change-password', '/', '/acme']) add(path, 'GET');
    // some addresses are of two patterns
    for (const [path, taken] of table) for (const [pattern, method] of patterns) if (pattern.test(path)) taken.add(method);
  });
  after(() => server.close());

  const allowOf = (taken: Set<string>) => [...taken, ...(taken.has('GET') ? ['HEAD'] : []), 'OPTIONS'].sort();
  const listed = (header: string | undefined) => (header ?? '').split(', ').sort();

  it('every address refuses other methods with 405 and Allow, and tells them on OPTIONS (RFC 9110 §9.3.7, §15.5.6)', async () => {
    expect(table.size).to.be.greaterThan(120);
    for (const [path, taken] of table) {
      const url = server.baseUrl + path;
      const asked = await send(url, { method: 'OPTIONS' });
      expect([asked.status, listed(asked.headers.allow)], `OPTIONS ${path}`).to.deep.equal([204, allowOf(taken)]);
      for (const method of methods.filter((one) => !allowOf(taken).includes(one))) {
        const { status, headers, text } = await send(url, { method });
        expect([status, listed(headers.allow)], `${method} ${path}`).to.deep.equal([405, allowOf(taken)]);
        expect(headers['content-security-policy'], `${method} ${path}`).to.include("default-src 'none'");
        const isPage = /^\/acme(?!\/oidc\/(?!interaction)|\/\.well-known\/o)/.test(path);
        if (isPage) expect(headers['content-type'], `${method} ${path}`).to.include('text/html');
        else if (method !== 'HEAD') expect(JSON.parse(text), `${method} ${path}`).to.include({ error: 'invalid_request' });
      }
    }
  });

  it('every protocol’s address takes what the table says: the library answers it', async () => {
    for (const [path, taken] of Object.entries(endpoints).filter(([one]) => !one.includes(':')))
      for (const method of taken.filter((one) => one !== 'OPTIONS')) {
        const { status } = await send(`${server.issuer}${path}`, { method });
        expect(status, `${method} ${path}`).to.not.be.oneOf([404, 405]);
      }
  });

  it('the questions of other sites’ browsers (CORS) are answered as before', async () => {
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'POST' };
    for (const [path, taken] of Object.entries(endpoints)) {
      const answer = await send(`${server.issuer}${path}`, { method: 'OPTIONS', headers });
      expect(answer.status, path).to.equal(204);
      expect(answer.headers['access-control-allow-origin'], path).to.equal(taken.includes('OPTIONS') ? 'https://app.example' : undefined);
    }
  });

  it('a slash too many leads to the address, with its query and method', async () => {
    for (const path of table.keys()) {
      if (path === '/') continue;
      const others = [`/${path}`, `${path.replace('/', '///')}`, `${path}//`, path.replace(/(.)\//, '$1//')];
      // "/acme/" is the page of the company
      if (path !== '/acme') others.push(`${path}/`);
      for (const other of others.filter((one) => one !== path)) {
        const { status, headers } = await send(`${server.baseUrl}${other}?a=b//c&d=%2F`, { method: 'OPTIONS' });
        const wanted = path === '/acme' && /.\/$/.test(other) ? '/acme/' : path;
        expect([status, headers.location], other).to.deep.equal([308, `${wanted}?a=b//c&d=%2F`]);
      }
    }
    const discovery = await send(`${server.issuer}/.well-known/openid-configuration/`);
    expect([discovery.status, discovery.location]).to.deep.equal([308, `${server.issuer}/.well-known/openid-configuration`]);
    const inserted = await send(`${server.baseUrl}/.well-known/oauth-authorization-server/acme/`);
    expect([inserted.status, inserted.location]).to.deep.equal([308, `${server.baseUrl}/.well-known/oauth-authorization-server/acme`]);
    expect((await send(`${server.issuer}/oidc/token/`, { form: { grant_type: 'password' } })).status).to.equal(308);
  });

  it('no spelling of a path leads to another host', async () => {
    const paths = [
      '//evil.example',
      '//evil.example/',
      '///evil.example//',
      '//evil.example/acme/launchpad',
      '//evil.example//acme/launchpad/',
      '/acme//evil.example',
      '/acme///evil.example/',
      '/%2f%2fevil.example/',
      '/acme/%2f%2fevil.example//',
      '/.//evil.example/',
      '/..//evil.example',
      '/\\evil.example/',
      '//\\evil.example',
      '/acme/\\\\evil.example/',
      '//evil.example@acme/launchpad',
      '//user@evil.example/%2e%2e',
      '//acme/launchpad/?to=//evil.example',
      '//acme/?//evil.example',
      '//?//evil.example',
    ];
    for (const path of paths) {
      const answer = await raw(server.baseUrl, [`GET ${path} HTTP/1.1`, `Host: ${host}`]);
      const location = /^location: (.*)\r$/im.exec(answer)?.[1];
      expect(statusOf(answer), path).to.be.oneOf([302, 308, 400, 404]);
      if (location !== undefined) expect(new URL(location, server.baseUrl).origin, `${path} → ${location}`).to.equal(server.baseUrl);
    }
  });

  it('takes a target in absolute form, whose authority replaces Host (RFC 9112 §3.2.2)', async () => {
    const get = async (target: string, hostLine: string, method = 'GET') =>
      statusOf(await raw(server.baseUrl, [`${method} ${target} HTTP/1.1`, `Host: ${hostLine}`]));
    await server.apply({ contexts: [{ code: 'own', name: 'Own', address: 'http://sso.own.example' }] });
    expect(await get(`http://${host}/acme/sign-out`, 'evil.example')).to.equal(302);
    expect(await get(`http://${host}/healthz`, host)).to.equal(200);
    expect(await get(`HTTP://${host}?x=1`, host)).to.be.oneOf([200, 302, 404]);
    expect(await get('http://sso.own.example/.well-known/openid-configuration', host)).to.equal(200);
    expect(await get('http://SSO.own.example:80/.well-known/openid-configuration', host)).to.equal(200);
    expect(await get('/.well-known/openid-configuration', host), 'no company lives there').to.equal(404);
    for (const target of [
      'ftp://x/acme/',
      'http://',
      `http://user@${host}/acme/sign-out`,
      'http:///acme/sign-out',
      'acme/sign-out',
      `http://${host}\\@x/`,
    ])
      expect(await get(target, host), target).to.equal(400);
  });

  it('OPTIONS of the whole server (RFC 9112 §3.2.4), in both forms; nothing else has that target', async () => {
    for (const target of ['*', `http://${host}`]) {
      const answer = await raw(server.baseUrl, [`OPTIONS ${target} HTTP/1.1`, `Host: ${host}`]);
      expect(statusOf(answer)).to.equal(204);
      expect(answer).to.match(/^allow: GET, HEAD, POST, OPTIONS\r$/im);
    }
    expect(statusOf(await raw(server.baseUrl, ['GET * HTTP/1.1', `Host: ${host}`]))).to.equal(400);
  });

  it('two hosts are none (RFC 9112 §3.2)', async () => {
    const get = async (...hosts: string[]) =>
      statusOf(await raw(server.baseUrl, ['GET /acme/sign-out HTTP/1.1', ...hosts.map((one) => `Host: ${one}`)]));
    expect(await get(host)).to.equal(302);
    expect(await get(host, host)).to.equal(400);
    expect(await get(host, 'evil.example')).to.equal(400);
    expect(await get()).to.equal(400);
  });

  it('a host is written as one, or it is none (RFC 9110 §7.2)', async () => {
    const get = async (one: string) => statusOf(await raw(server.baseUrl, ['GET /acme/sign-out HTTP/1.1', `Host: ${one}`]));
    for (const one of ['a b', '"><script>', 'x\\evil', 'a/b', 'a?b', 'a#b', 'a@b', 'a:b', '[::1', '::1', 'é', 'a:80:80', '[x]'])
      expect(await get(one), one).to.equal(400);
    for (const one of [host, 'a.example', 'A.example:', '[::1]:4000', 'a_b.example', '127.0.0.1:80'])
      expect(await get(one), one).to.not.equal(400);
  });

  it('what cannot be read, and what asks for health, is answered with the headers of every answer', async () => {
    const answers = {
      431: await raw(server.baseUrl, ['GET /acme/sign-out HTTP/1.1', `Host: ${host}`, `Cookie: a=${'x'.repeat(20_000)}`]),
      400: await raw(server.baseUrl, ['GET /acme/sign-out HTTP/1.1', `Host: ${host}`, 'Content-Length: x']),
      200: await raw(server.baseUrl, ['GET /healthz HTTP/1.1', `Host: ${host}`]),
    };
    for (const [status, answer] of Object.entries(answers)) {
      expect(statusOf(answer)).to.equal(Number(status));
      for (const name of ['content-security-policy', 'referrer-policy', 'x-frame-options', 'x-content-type-options', 'cache-control'])
        expect(answer, `${status} ${name}`).to.match(new RegExp(`^${name}: `, 'im'));
    }
    expect(answers[431]).to.contain('cookies');
  });

  it('programs are told in JSON that there is nothing', async () => {
    for (const path of [
      '/acme/oidc/nothing',
      '/acme/.well-known/nothing',
      '/nobody/oidc/token',
      '/nobody/.well-known/openid-configuration',
    ]) {
      const { status, text } = await send(server.baseUrl + path);
      expect([status, JSON.parse(text).error], path).to.deep.equal([404, 'not_found']);
    }
  });

  it('a browser is shown a page where there is no company, in its language', async () => {
    for (const [language, words] of Object.entries({
      en: 'Page not found',
      es: 'No encontramos esta página',
      'pt-BR': 'Página não encontrada',
    })) {
      const headers = { accept: 'text/html', 'accept-language': language };
      const answer = await send(`${server.baseUrl}/nobody/launchpad`, { headers });
      expect([answer.status, answer.headers['cache-control']]).to.deep.equal([404, 'no-store']);
      expect(answer.text).to.contain(`<html lang="${language}">`).and.contain(words);
    }
    expect((await send(`${server.baseUrl}/nobody`)).text, 'of a program').to.equal('Not Found');
  });

  it('what browsers and robots ask of every host', async () => {
    const icon = await send(`${server.baseUrl}/favicon.ico`);
    expect([icon.status, icon.headers['content-type']]).to.deep.equal([200, 'image/x-icon']);
    expect((await send(`${server.baseUrl}/robots.txt`)).text).to.equal('User-agent: *\nDisallow: /\n');
    const schema = await fetch(`${server.baseUrl}/schemas/configuration/v1.json`);
    expect(schema.headers.get('content-type')).to.equal('application/schema+json');
    expect(schema.headers.get('access-control-allow-origin')).to.equal('*');
    expect(((await schema.json()) as { $id: string }).$id).to.equal(`${server.baseUrl}/schemas/configuration/v1.json`);
    const security = await send(`${server.baseUrl}/.well-known/security.txt`);
    expect(security.headers['content-type']).to.equal('text/plain; charset=utf-8');
    const [, contact, expires] = /^Contact: (\S+)\nExpires: (\S+Z)\n$/.exec(security.text)!;
    expect(contact).to.equal('mailto:security@acme.example');
    const days = (Date.parse(expires!) - Date.now()) / 86_400_000;
    expect(days, 'less than a year (RFC 9116 §2.5.5)').to.be.within(1, 365);
  });

  it('where the password is changed: of the company, or of the one whose pages this browser knows', async () => {
    const password = `${server.issuer}/account/password`;
    const address = `${server.baseUrl}/.well-known/change-password`;
    expect((await send(`${server.issuer}/.well-known/change-password`)).location).to.equal(password);
    expect((await send(address)).status, 'two companies, and nothing tells which').to.equal(404);
    const withCookie = async (cookie: string) => (await send(address, { headers: { cookie } })).location;
    expect(await withCookie(`portaria_browser_other=${'x'.repeat(43)}; portaria_session_acme=y`)).to.equal(password);
    expect(await withCookie('portaria_browser_acme=x')).to.equal(password);
    expect(await withCookie('portaria_session_nobody=x; portaria_browser_acme=y')).to.equal(password);
    expect(await withCookie('portaria_session_..evil=x; portaria_session_=y')).to.equal(undefined);
  });
});

describe('app: the front door of an operator who named no contact', () => {
  it('has no security.txt', async () => {
    const server = await startTestServer();
    try {
      expect((await send(`${server.baseUrl}/.well-known/security.txt`)).status).to.equal(404);
    } finally {
      await server.close();
    }
  });
});
