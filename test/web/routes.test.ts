import { expect } from 'chai';
import { pageRoutes } from '../../src/app/web-routes.ts';
import { findApplicationByCode } from '../../src/domain/applications/index.ts';
import { findGroupByName } from '../../src/domain/groups/index.ts';
import { findUserByLogin } from '../../src/domain/users/index.ts';
import type { Route } from '../../src/web/request/index.ts';
import { Jar } from '../support/jar.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../support/server.ts';

const routes = pageRoutes(undefined as never, undefined as never);
const named = (route: Route) => `${route.method} ${route.path} (${route.access})`;

/** Routes that anybody may use, each for a reason. */
const open = new Set([
  '/',
  '/sign-in',
  '/sign-in/:request',
  '/sign-in/:request/new-password',
  '/sign-in/:request/second-factor',
  '/sign-in/:request/enrol',
  '/sign-in/:request/passkey',
  '/sign-in/:request/terms',
  '/recovery',
  '/recovery/:token',
  '/activate/:token',
  '/register',
  '/register/:token',
  '/email-change/:token',
  '/email-confirm/:token',
  '/recovery-email/:token',
  '/branding/logo',
  '/branding/colors.css',
  '/sign-out',
  '/signed-out',
  '/language',
  '/oidc/interaction/:uid',
  '/saml/metadata',
  '/saml/sso',
  '/saml/request/:request',
  '/saml/launch/:application',
  '/saml/slo',
  '/saml/logout/:logout',
]);

describe('web: the route table', () => {
  let server: TestServer;
  let [ana, joao, rita]: Jar[] = [];
  const ids: Record<string, string> = {};

  before(async () => {
    server = await startTestServer();
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    joao = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    rita = await signedIn(server.baseUrl, 'root@other.example', passwords.root, 'other');
    const scope = await server.scope();
    ids.application = (await findApplicationByCode(scope, 'payroll'))!.applicationId;
    ids.user = (await findUserByLogin(scope, 'jsilva'))!.userId;
    ids.group = (await findGroupByName(scope, 'Finance'))!.groupId;
    ids.action = 'disable';
    ids.change = 'deactivate';
  });
  after(() => server.close());

  const address = (route: Route, code: string) =>
    `${server.baseUrl}/${code}${route.path.replace(/:(\w+)/g, (_, name) => ids[name] ?? '00000000-0000-7000-8000-000000000000')}`;
  const send = async (route: Route, jar: Jar, code = 'acme', csrf = '') =>
    jar.get(address(route, code), route.method === 'POST' ? { form: { _csrf: csrf } } : {});
  /** This browser's own forgery token: found on any page with a form. */
  const csrfOf = async (jar: Jar, code: string) => jar.form(await jar.get(`${server.baseUrl}/${code}/sign-out`)).fields._csrf!;

  it('every route declares who may use it; what anybody may use is a short list', () => {
    expect(routes.length).to.be.greaterThan(50);
    for (const route of routes) {
      if (route.access === 'anyone') expect(open.has(route.path), named(route)).to.equal(true);
      else expect(route.access, named(route)).to.equal(route.path.startsWith('/admin') ? 'administrator' : 'person');
    }
    expect(new Set(routes.map((route) => `${route.method} ${route.path}`)).size, 'no route twice').to.equal(routes.length);
  });

  it('signed out: to the sign-in page, or 401; a regular user: 403 on the administrator’s', async () => {
    const csrf = await csrfOf(joao!, 'acme');
    for (const route of routes.filter(({ access }) => access !== 'anyone')) {
      const signedOut = await send(route, new Jar());
      if (route.method === 'GET')
        expect([signedOut.status, signedOut.location?.includes('/acme/sign-in/')], named(route)).to.deep.equal([302, true]);
      else expect(signedOut.status, named(route)).to.equal(401);
      if (route.access === 'administrator') expect((await send(route, joao!, 'acme', csrf)).status, named(route)).to.equal(403);
    }
  });

  it('messages of other sites are taken by the protocols’ own addresses alone', () => {
    expect(routes.filter((route) => route.fromElsewhere).map(named)).to.deep.equal(['POST /saml/sso (anyone)', 'POST /saml/slo (anyone)']);
  });

  it('no form is taken without its forgery token, by anybody', async () => {
    for (const route of routes.filter(({ method, fromElsewhere }) => method === 'POST' && !fromElsewhere))
      expect((await send(route, ana!)).status, named(route)).to.equal(403);
  });

  it('S-law 6: another context’s ids are 404, another context’s session is none', async () => {
    const csrf = await csrfOf(rita!, 'other');
    const withIds = routes.filter(({ path }) => /:(application|user|group)\b/.test(path) && path.startsWith('/admin'));
    expect(withIds.length).to.be.greaterThan(15);
    for (const route of withIds) expect((await send(route, rita!, 'other', csrf)).status, named(route)).to.equal(404);
    for (const route of routes.filter(({ access, method }) => access === 'administrator' && method === 'GET')) {
      expect((await send(route, rita!, 'acme')).status, named(route)).to.equal(302);
    }
    const still = await server.scope();
    expect((await findApplicationByCode(still, 'payroll'))!.enabled).to.equal(true);
  });

  it('ids that are none are 404, and never a server error', async () => {
    for (const bad of ['x', '%00', '..%2f..', '00000000-0000-7000-8000-000000000000', "1'--", '__proto__']) {
      for (const path of ['applications', 'users', 'groups']) {
        expect((await ana!.get(`${server.issuer}/admin/${path}/${bad}`)).status, `${path}/${bad}`).to.equal(404);
        expect((await ana!.get(`${server.issuer}/admin/${path}/${bad}/edit`)).status, `${path}/${bad}`).to.equal(404);
      }
      expect((await joao!.get(`${server.issuer}/launchpad/open/${bad}`)).status).to.equal(404);
      expect((await joao!.get(`${server.issuer}/logos/${bad}`)).status).to.equal(404);
    }
  });
});
