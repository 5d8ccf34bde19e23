import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { expect } from 'chai';
import { pageRoutes } from '../../src/app/web-routes.ts';
import { listEvents } from '../../src/domain/records/audit/index.ts';
import { findFailure } from '../../src/domain/records/page-failures/index.ts';
import { endpoints } from '../../src/web/oidc/index.ts';
import type { Route } from '../../src/web/request/index.ts';
import { type Answer, Jar, send } from '../support/jar.ts';
import { keepLog } from '../support/kept-log.ts';
import { basic } from '../support/oidc.ts';
import { eventually } from '../support/process.ts';
import { clientSecret, passwords, signedIn, startTestServer, type TestServer } from '../support/server.ts';

const routes = pageRoutes(undefined as never, undefined as never);
const named = (route: Route) => `${route.method} ${route.path}`;

/** In every value that a caller may send; as an id, and as what a link carries. */
const mark = 'S3CR3Tm4rk';
const asId = '5ec2e700-5ec2-7e70-8ec2-5ec25ec25ec2';
const asToken = mark.padEnd(43, 'x');
const names = [
  '_csrf',
  'login',
  'password',
  'token',
  'code',
  'state',
  'SAMLRequest',
  'RelayState',
  'client_id',
  'request',
  'q',
  'name',
  'email',
];
const form = (csrf = asToken) => ({ ...Object.fromEntries(names.map((name) => [name, asToken])), _csrf: csrf });
const query = new URLSearchParams(form()).toString();

describe('the line of a request', () => {
  const kept = keepLog();
  let server: TestServer;
  let ana: Jar;
  const lineOf = (id: unknown) => kept.lines.filter(({ msg, requestId }) => msg === 'request' && requestId === id);
  const nothingLeaked = (where: string) => {
    expect(kept.text(), where).to.not.contain(mark);
    expect(kept.text(), where).to.not.contain(asId);
  };

  before(async () => {
    server = await startTestServer({ log: kept.log, jobs: true, config: { smtpUrl: 'smtp://127.0.0.1:9' } });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  after(() => server.close());
  beforeEach(() => kept.forget());

  /** Each route with a secret in each of its parameters, its query, its form and its headers. @returns by the id of the request */
  async function askAll(some: Route[], jar: Jar, csrf: string): Promise<Map<string, Route>> {
    const asked = new Map<string, Route>();
    for (const route of some) {
      for (const value of route.path.includes(':') ? [asToken, asId] : [asToken]) {
        const address = `${server.issuer}${route.path.replace(/:\w+/g, value)}?${query}`;
        const headers = { referer: address, authorization: `Bearer ${asToken}`, 'user-agent': mark };
        const answer = await jar.get(address, { headers, ...(route.method === 'POST' ? { form: form(csrf) } : {}) });
        asked.set(String(answer.headers['x-request-id']), route);
        nothingLeaked(named(route));
      }
    }
    return asked;
  }
  const csrfOf = (page: Answer) => ana.form(page, /./).fields._csrf!;
  const patternsLike = ({ path }: Route) => routes.map((one) => one.path).filter((one) => one.split('/').length === path.split('/').length);

  it('has the pattern of the address and no value of it, of any route, whoever asks', async () => {
    const stranger = new Jar();
    const csrfOfStranger = csrfOf(await stranger.follow(`${server.issuer}/launchpad`));
    const open = routes.filter(({ access }) => access === 'anyone');
    const inside = routes.filter(({ access }) => access !== 'anyone');
    expect(inside.length).to.be.greaterThan(150);
    const asked = new Map([
      ...(await askAll(open, stranger, csrfOfStranger)),
      ...(await askAll(inside, ana, csrfOf(await ana.get(`${server.issuer}/sign-out`)))),
    ]);
    expect(asked.size).to.be.greaterThan(routes.length);
    await eventually(async () => expect([...asked.keys()].filter((id) => lineOf(id).length !== 1)).to.deep.equal([]));
    nothingLeaked('afterwards');
    for (const [id, route] of asked) {
      const [line] = lineOf(id);
      expect(line!.company, named(route)).to.equal('acme');
      // of two that are alike in form, such as /users/new and /users/:user, one is meant by every value
      expect(patternsLike(route), named(route)).to.include(String(line!.path).slice('/acme'.length));
    }
    const lines = kept.lines.filter(({ msg }) => msg === 'request');
    for (const line of lines) {
      expect(line.status).to.be.a('number');
      expect(line.ms).to.be.a('number');
      expect(line.outcome).to.be.oneOf(['ok', 'refused', 'failed']);
      expect(line.ip).to.equal('127.0.0.1');
    }
  });

  it('of protocols, of what there is not, and of what is no address', async () => {
    const asked = new Map<string, string>();
    for (const [path, methods] of Object.entries(endpoints)) {
      for (const method of methods) {
        const address = `${server.issuer}${path.replace(/:\w+/g, asToken)}`;
        const secrets = {
          code: asToken,
          refresh_token: asToken,
          client_secret: asToken,
          token: asToken,
          state: asToken,
          id_token_hint: asToken,
        };
        const answers = [
          await send(`${address}?${new URLSearchParams({ ...secrets, client_id: 'payroll' })}`, {
            method,
            headers: { authorization: `Bearer ${asToken}`, cookie: `portaria_session_acme=${asToken}` },
            ...(method === 'POST' ? { form: { ...secrets, client_id: 'payroll', grant_type: 'refresh_token' } } : {}),
          }),
          ...(method === 'POST' ? [await send(address, { form: secrets, headers: basic('payroll', asToken) })] : []),
        ];
        for (const { headers } of answers) asked.set(String(headers['x-request-id']), `/acme${path}`);
      }
    }
    await eventually(async () => {
      for (const [id, path] of asked) expect(lineOf(id)[0]?.path).to.equal(path);
    });
    const places = [
      `/acme/nothing/${asToken}`,
      `/acme/admin/${asToken}`,
      `/${asToken}/x`,
      `/acme/saml/${asToken}`,
      `//acme//recovery//${asToken}/`,
    ];
    for (const place of [...places, `/acme/smartsync/enrol?${query}`, `/acme/oidc/${asToken}`, `/%zz/${asToken}`]) {
      const { headers } = await send(server.baseUrl + place, { headers: { accept: 'text/html' } });
      await eventually(async () => expect(lineOf(headers['x-request-id']), place).to.have.length(1), 2000);
    }
    await send(`${server.issuer}/smartsync/enrol`, {
      body: JSON.stringify({ token: asToken }),
      headers: { 'content-type': 'application/json' },
    });
    nothingLeaked('elsewhere');
  });

  it('nor has a line about a fault of ours', async () => {
    const broken = await startTestServer({ log: kept.log });
    const scope = await broken.scope();
    const jar = await signedIn(broken.baseUrl, 'ana@acme.example', passwords.ana);
    const csrf = csrfOf(await jar.get(`${broken.issuer}/sign-out`));
    for (const table of [
      'one_time_links',
      'pending_requests',
      'applications',
      'operations',
      'oidc_artifacts',
      'audit_events',
      'sign_in_attempts',
    ])
      await scope.db.raw('ALTER TABLE ?? RENAME TO ??', [table, `no_${table}`]);
    kept.forget();
    for (const route of routes.filter(({ path }) => !path.startsWith('/sign-out')))
      for (const value of [asToken, asId])
        await jar.get(
          `${broken.issuer}${route.path.replace(/:\w+/g, value)}?${query}`,
          route.method === 'POST' ? { form: form(csrf) } : {},
        );
    await send(`${broken.issuer}/oidc/token`, {
      form: { grant_type: 'refresh_token', refresh_token: asToken },
      headers: basic('payroll', clientSecret),
    });
    await broken.close();
    const failed = kept.lines.filter(({ level, err }) => level === 'error' && err);
    expect(failed.length).to.be.greaterThan(30);
    for (const line of failed) expect(line.requestId).to.be.a('string');
    nothingLeaked('faults');
  });

  it('takes the id that a caller gives, if it is one, and its trace', async () => {
    const ask = (headers: Record<string, string>) => send(`${server.baseUrl}/acme/sign-in`, { headers });
    for (const id of ['req-0001', randomUUID(), 'Root=1-67891233-abcdef012345678912345678', 'a'.repeat(128)]) {
      const { headers } = await ask({ 'x-request-id': id });
      expect(headers['x-request-id']).to.equal(id);
      await eventually(async () => expect(lineOf(id)).to.have.length(1), 2000);
    }
    for (const id of [
      'short',
      'a'.repeat(129),
      'with space 1',
      'quote"quote',
      '<script>1',
      'a,b,c,d,e,f',
      "'; DROP--",
      '\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9',
      '{"level":1}',
    ])
      expect((await ask({ 'x-request-id': id })).headers['x-request-id'], id).to.match(/^[0-9a-f-]{36}$/);
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const { headers } = await ask({ traceparent });
    expect(headers.traceparent).to.equal(traceparent);
    await eventually(async () => expect(lineOf(headers['x-request-id'])[0]).to.include({ traceId: traceparent.slice(3, 35) }), 2000);
    for (const wrong of [
      '',
      '00-0-0-01',
      `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
      `ff${traceparent.slice(2)}`,
      traceparent.toUpperCase(),
      `${traceparent}x`,
    ])
      expect((await ask({ traceparent: wrong })).headers, wrong).to.not.have.property('traceparent');
  });

  it('takes neither from a caller who comes past the proxies', async () => {
    const proxied = await startTestServer({ log: kept.log, config: { trustedProxies: ['192.0.2.1'] } });
    const headers = { 'x-request-id': 'req-0001', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
    const answer = await send(`${proxied.issuer}/sign-in`, { headers });
    await proxied.close();
    expect(answer.headers['x-request-id']).to.match(/^[0-9a-f-]{36}$/);
    expect(answer.headers).to.not.have.property('traceparent');
  });

  it('its id leads to the support code, the audit and the jobs, and they lead back', async () => {
    const { headers, text } = await ana.get(`${server.issuer}/recovery/${asToken}`);
    const id = headers['x-request-id'];
    const [supportCode] = /[2-9A-Z]{4}-[2-9A-Z]{4}/.exec(text.slice(text.indexOf('<main')))!;
    await eventually(async () => expect(lineOf(id)[0]).to.include({ supportCode, fault: 'link_over', outcome: 'refused' }), 2000);
    expect((await findFailure(await server.scope(), supportCode))?.requestId).to.equal(id);
    const shown = await ana.get(`${server.issuer}/admin/explain?code=${supportCode}`);
    expect(shown.text).to.contain(id!);

    const adding = ana.form(await ana.get(`${server.issuer}/admin/users/new`), /users\/new/);
    const made = await ana.get(adding.action, {
      form: { ...adding.fields, firstName: 'Beatriz', lastName: 'Nogueira', email: 'bia@acme.example', username: '' },
    });
    expect(made.status, made.text.slice(0, 500)).to.be.oneOf([200, 302, 303]);
    const { items } = await listEvents(await server.scope(), { type: 'user.created' }, 1);
    expect(items[0]!.actor).to.include({ requestId: made.headers['x-request-id'], name: 'Ana Souza' });
    expect((await ana.get(`${server.issuer}/admin/audit?type=user.created`)).text).to.contain(made.headers['x-request-id']!);
    // nobody takes the invitation that a job sends
    await eventually(async () => {
      const line = kept.lines.find(({ job, requestId }) => job === 'deliver-mail' && requestId === made.headers['x-request-id']);
      expect(line?.msg).to.contain('Failed task');
    });
  });

  it('a refused request for tokens is a line: error, our reason, who asked; nothing that was presented', async () => {
    const ask = async (fields: Record<string, string>, headers: Record<string, string> = {}) => {
      kept.forget();
      const answer = await send(`${server.issuer}/oidc/token`, { form: fields, headers });
      await eventually(async () => expect(lineOf(answer.headers['x-request-id'])).to.have.length(1), 2000);
      nothingLeaked(JSON.stringify(fields));
      return kept.lines.filter(({ msg }) => msg === 'a request to token was refused');
    };
    const right = basic('payroll', clientSecret);
    const code = { grant_type: 'authorization_code', code: asToken, redirect_uri: server.redirectUri };
    const cases: [Record<string, string>, Record<string, string>, Record<string, unknown>][] = [
      [code, right, { error: 'invalid_grant', reason: 'code-unknown', clientId: 'payroll' }],
      [code, basic('payroll', asToken), { error: 'invalid_client', reason: 'wrong-secret', clientId: 'payroll' }],
      [code, basic('nobody', asToken), { error: 'invalid_client', reason: 'client-unknown', clientId: 'nobody' }],
      [{ grant_type: 'refresh_token', refresh_token: asToken }, right, { error: 'invalid_grant', reason: 'refresh-token-unknown' }],
      [{ grant_type: asToken }, right, { error: 'unsupported_grant_type' }],
      [{}, right, { error: 'invalid_request' }],
    ];
    for (const [fields, headers, expected] of cases) {
      const lines = await ask(fields, headers);
      expect(lines, JSON.stringify(expected)).to.have.length(1);
      expect(lines[0]).to.include({ ...expected, company: 'acme', level: 'info' });
      expect(lines[0]!.requestId).to.be.a('string');
    }
    expect(await ask({ grant_type: 'client_credentials' }, right)).to.be.empty;
  });

  it('health and the files of pages are for debugging; where there are no lines none is written; who left is said', async () => {
    const asset = /href="([^"]+\.css[^"]*)"/.exec((await ana.get(`${server.issuer}/launchpad`)).text)![1]!;
    for (const path of ['/healthz', '/readyz', new URL(asset, server.baseUrl).pathname]) {
      const { headers } = await send(server.baseUrl + path);
      await eventually(async () => expect(lineOf(headers['x-request-id'])[0]?.level, path).to.equal('debug'), 2000);
    }
    const silent = keepLog();
    const other = await startTestServer({ log: silent.log, config: { accessLog: 'off' } });
    const { headers } = await send(`${other.issuer}/sign-in`);
    await other.close();
    expect(headers['x-request-id']).to.be.a('string');
    expect(silent.lines.filter(({ msg }) => msg === 'request')).to.be.empty;

    kept.forget();
    await new Promise<void>((resolve) => {
      const headers = { 'content-length': 100, 'content-type': 'application/x-www-form-urlencoded' };
      const request = httpRequest(`${server.issuer}/oidc/token`, { method: 'POST', headers });
      request.on('error', () => {}).on('close', () => resolve());
      request.write('a=', () => request.destroy());
    });
    await eventually(async () => expect(kept.lines.find(({ msg }) => msg === 'request')).to.include({ outcome: 'aborted' }), 2000);
  });
});
