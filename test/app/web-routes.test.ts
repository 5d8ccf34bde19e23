import { expect } from 'chai';
import { pagePaths, pathOf } from '../../src/app/page-paths.ts';
import { pageRoutes } from '../../src/app/web-routes.ts';
import { startRun } from '../../src/domain/administration/directory-runs/index.ts';
import { findApiByIdentifier } from '../../src/domain/applications/apis/index.ts';
import { findApplicationByCode } from '../../src/domain/applications/applications/index.ts';
import { addDirectory } from '../../src/domain/people/directories/index.ts';
import { findGroupByName } from '../../src/domain/people/groups/index.ts';
import { startUserExport } from '../../src/domain/people/user-exports/index.ts';
import { findUserByLogin } from '../../src/domain/people/users/index.ts';
import type { Scope } from '../../src/domain/scope.ts';
import type { Route } from '../../src/web/request/index.ts';
import { importEntries, personEntry } from '../support/directory-entries.ts';
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
  '/sign-in/:request/network-password',
  '/sign-in/:request/second-factor',
  '/sign-in/:request/enrol',
  '/sign-in/:request/alone/:factor',
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
  '/.well-known/change-password',
  '/.well-known/oauth-protected-resource/:api',
  '/branding/logo',
  '/branding/colors.css',
  '/sign-out',
  '/signed-out',
  '/language',
  '/theme',
  '/oidc/interaction/:uid',
  '/saml/metadata',
  '/saml/sso',
  '/saml/request/:request',
  '/saml/launch/:application',
  '/saml/slo',
  '/saml/artifact',
  '/saml/logout/:logout',
  '/saml/refused/:refusal',
]);

/** What stands in an address and is no id of a row: another value of it is 404, or a link that is over, in every company. */
const idsOfNone = {
  locale: 'a language',
  guide: 'a guide, the same for every company',
  image: 'a picture in a guide',
  mail: 'a kind of mail',
  step: 'a step of a rollover',
  token: 'a bearer value',
  override: 'part of the policy',
  promotion: 'of a pair, and acme is of none here: web/admin-console/promotion.test.ts asks for those of others',
};

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
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          customFields: [{ code: 'center', label: 'Center', type: 'text' }],
          apis: [{ identifier: 'urn:api', name: 'API' }],
        },
      ],
    });
    ids.api = (await findApiByIdentifier(scope, 'urn:api'))!.apiId;
    const { directory } = await addDirectory(scope, { name: 'Headquarters' });
    ids.directory = directory.directoryId;
    ids.run = await startRun(scope, directory.directoryId, { purpose: 'preview' });
    const waiting = personEntry();
    await importEntries(scope, directory, [waiting]);
    ids.entry = waiting.entryId;
    ids.field = (await scope.db('custom_fields').where('context_id', scope.contextId).first())!.field_id;
    const asAna: Scope = {
      ...scope,
      actor: { kind: 'person', id: (await findUserByLogin(scope, 'ana@acme.example'))!.userId, name: 'Ana' },
    };
    ids.operation = await startUserExport(asAna, {}, 'en');
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

  it('every page that mails, jobs and other slices lead to is a route, and answers', async () => {
    const opened = routes.filter(({ method }) => method === 'GET');
    for (const [name, path] of Object.entries(pagePaths)) {
      // one route may take several of them, such as the changes of a person
      const found = opened.find((one) => one.path === path) ?? opened.find((one) => takes(one.path, path));
      const route = found && { ...found, path };
      if (routes.some((one) => one.path === path && (one.fromProgram || name === 'theme'))) continue; // what only takes a form
      expect(route, `${name}: ${path}`).to.not.equal(undefined);
      const { status } = await send(route!, ana!);
      // a token of nobody, a sign-in that is over, a message that was not sent: the page says so; what there is nothing of is told by the page it leads back to
      expect(status, named(route!)).to.be.oneOf(
        path.includes(':token') ? [410] : name === 'application-start' ? [403] : [200, 302, 303, 400, 404],
      );
      if (status === 404)
        expect(name).to.be.oneOf([
          'company-logo',
          'application-logo',
          'person-photo',
          'registration-request',
          'saml-launch',
          'api-metadata',
          'directory',
          'directory-entries',
          'policy-override',
        ]);
    }
    expect(pathOf({ page: 'recovery', token: 'abc' })).to.equal('/recovery/abc');
    expect(pathOf({ page: 'application', application: 'id' })).to.equal('/admin/applications/id');
  });

  it('messages of other sites are taken by the protocols’ own addresses alone', () => {
    expect(routes.filter((route) => route.fromElsewhere).map(named)).to.deep.equal(['POST /saml/sso (anyone)', 'POST /saml/slo (anyone)']);
    expect(routes.filter((route) => route.fromProgram).map(named)).to.deep.equal(['POST /saml/artifact (anyone)']);
  });

  it('no form is taken without its forgery token, by anybody', async () => {
    for (const route of routes.filter(({ method, fromElsewhere, fromProgram }) => method === 'POST' && !fromElsewhere && !fromProgram))
      expect((await send(route, ana!)).status, named(route)).to.equal(403);
  });

  const takes = (pattern: string, path: string): boolean =>
    pattern.split('/').length === path.split('/').length &&
    pattern.split('/').every((part, n) => part.startsWith(':') || part === path.split('/')[n]);

  /** What acme has, but for what tells of the tries. */
  async function everything() {
    const { db, contextId } = await server.scope();
    const tables = [
      'users',
      'groups',
      'group_members',
      'applications',
      'custom_fields',
      'apis',
      'api_applications',
      'api_scope_groups',
      'context_settings',
      'directories',
      'directory_entries',
      'directory_runs',
      'sign_in_policies',
      'operations',
    ];
    return Promise.all(tables.map((table) => db(table).where('context_id', contextId).orderByRaw('1, 2')));
  }

  it('S5, Law 5: another context’s ids are 404, another context’s session is none', async () => {
    const csrf = await csrfOf(rita!, 'other');
    const withIds = routes.filter(({ path }) => path.startsWith('/admin') && path.includes(':'));
    const kinds = new Set(withIds.flatMap(({ path }) => [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!)));
    expect([...kinds].sort(), 'every kind of id is one of acme here, or has a reason').to.deep.equal(
      [...Object.keys(ids), ...Object.keys(idsOfNone)].sort(),
    );
    const before = await everything();
    for (const route of withIds)
      expect((await send(route, rita!, 'other', csrf)).status, named(route)).to.equal(route.path.includes(':token') ? 410 : 404);
    for (const route of routes.filter(({ access }) => access === 'administrator'))
      expect((await send(route, rita!, 'acme')).status, named(route)).to.equal(route.method === 'GET' ? 302 : 401);
    expect(await everything(), 'and nothing of acme has changed').to.deep.equal(before);
  });

  it('ids that are none are 404, and never a server error', async () => {
    for (const bad of ['x', '%00', '..%2f..', '00000000-0000-7000-8000-000000000000', "1'--", '__proto__']) {
      for (const path of ['applications', 'apis', 'users', 'groups']) {
        expect((await ana!.get(`${server.issuer}/admin/${path}/${bad}`)).status, `${path}/${bad}`).to.equal(404);
        expect((await ana!.get(`${server.issuer}/admin/${path}/${bad}/edit`)).status, `${path}/${bad}`).to.equal(404);
      }
      expect((await joao!.get(`${server.issuer}/launchpad/open/${bad}`)).status).to.equal(404);
      expect((await joao!.get(`${server.issuer}/logos/${bad}`)).status).to.equal(404);
    }
  });
});
