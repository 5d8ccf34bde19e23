import { expect } from 'chai';
import { findApiByIdentifier, listApiApplications, listApis, listScopeGrants } from '../../../src/domain/applications/apis/index.ts';
import { findApplicationByCode } from '../../../src/domain/applications/applications/index.ts';
import { findGroupByName } from '../../../src/domain/people/groups/index.ts';
import { findUserByLogin } from '../../../src/domain/people/users/index.ts';
import type { Jar } from '../../support/jar.ts';
import { json } from '../../support/oidc.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

const identifier = 'https://api.acme.example/orders';

describe('web: APIs in the console', () => {
  let server: TestServer;
  let admin: Jar;
  before(async () => {
    server = await startTestServer();
    admin = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  after(() => server.close());

  const at = (path: string) => `${server.issuer}${path}`;
  const fillIn = async (path: string, changes: Record<string, string | string[]>, action = /admin\//) => {
    const form = admin.form(await admin.get(at(path)), action);
    const fields = new URLSearchParams(form.entries);
    for (const [name, value] of Object.entries(changes)) {
      fields.delete(name);
      for (const one of [value].flat()) fields.append(name, one);
    }
    return admin.get(form.action, { form: fields });
  };
  /** The second form of a scope's page, as it is sent with these ticked. */
  const grantGroups = async (page: string, ids: string[]) => {
    const { action, fields } = admin.form(await admin.get(at(page)), /admin\//);
    const entries = [['_csrf', fields._csrf!], ['all_groups_shown', ''], ['all_groups_search', ''], ...ids.map((id) => ['all_groups', id])];
    return admin.get(action, { form: new URLSearchParams(entries) });
  };
  const api = async () => (await findApiByIdentifier(await server.scope(), identifier))!;
  const path = async (more = '') => `/admin/apis/${(await api()).apiId}${more}`;
  const scopes = {
    scope_name: ['orders:read', '', 'orders:write'],
    scope_en: ['Read', '', 'Write'],
    scope_es: ['Leer', '', ''],
    'scope_pt-BR': ['', '', ''],
  };

  it('an API is added with its scopes; what does not fit is said beside it, and nothing typed is lost', async () => {
    expect((await admin.get(at('/admin/apis'))).text).to.contain('No APIs yet.');
    const typed = { name: 'Orders', identifier, accessTokenSeconds: '2,5', ...scopes };
    for (const [changes, message] of [
      [{ identifier: 'orders' }, 'RFC 8707'],
      [{ name: '' }, '1 to 100 characters'],
      [{ accessTokenSeconds: '0' }, 'accessTokenSeconds-fault'],
      [{ accessTokenSeconds: 'ten' }, 'accessTokenSeconds-fault'],
      [{ scope_name: ['orders:read', '', 'or ders'] }, 'scope-1-fault'],
      [{ scope_en: ['Read', '', ''] }, 'scope-1-texts-fault'],
      [{ scope_name: ['orders:read', '', 'orders:read'] }, 'Two scopes have the same name'],
    ] as [Record<string, string>, string][]) {
      const refused = await fillIn('/admin/apis/new', { ...typed, ...changes });
      expect(refused.status, message).to.equal(422);
      expect(refused.text, message).to.contain(message).and.contain('value="Leer"');
      expect(await listApis(await server.scope())).to.have.length(0);
    }
    const added = await fillIn('/admin/apis/new', typed);
    expect(added.location).to.contain(`${await path()}?done=api_created`);
    expect(await api()).to.deep.include({
      accessTokenSeconds: 150,
      scopes: [
        { name: 'orders:read', texts: { en: 'Read', es: 'Leer' } },
        { name: 'orders:write', texts: { en: 'Write' } },
      ],
    });
    const taken = await fillIn('/admin/apis/new', typed);
    expect([taken.status, taken.text.includes('identifier-fault')]).to.deep.equal([409, true]);
  });

  it('its page says what the API has to know, with a header to copy', async () => {
    const { text } = await admin.get(at(await path()));
    const { apiId } = await api();
    for (const word of [
      identifier,
      `${server.issuer}/oidc/jwks`,
      `resource_metadata=&quot;${server.issuer}/.well-known/oauth-protected-resource/${apiId}&quot;`,
    ])
      expect(text).to.contain(word);
  });

  it('an edit keeps the identifier, and never undoes what somebody else did meanwhile', async () => {
    const form = admin.form(await admin.get(at(await path('/edit'))), /admin\//);
    const edited = await fillIn(await path('/edit'), { name: 'Pedidos', identifier: 'https://other.example/' });
    expect(edited.location).to.contain('done=api_edited');
    expect(await api()).to.deep.include({ name: 'Pedidos', version: 2 });
    expect((await admin.get(form.action, { form: new URLSearchParams(form.entries) })).status).to.equal(409);
  });

  it('a scope is granted to people and groups, and withdrawn', async () => {
    const scope = await server.scope();
    const page = await path('/scope?name=orders%3Aread');
    const everyone = (await findGroupByName(scope, 'Everyone'))!.groupId;
    expect((await fillIn(page, { login: 'nobody jsilva' })).text)
      .to.contain('nobody')
      .and.contain('login-fault');
    expect((await fillIn(page, { login: 'jsilva' })).location).to.contain('done=scope_granted');
    expect((await grantGroups(page, [])).text).to.contain('role="alert"');
    await grantGroups(page, [everyone]);
    const { userId } = (await findUserByLogin(scope, 'jsilva'))!;
    const { apiId } = await api();
    const granted = async () => {
      const { users, groups: inGroups } = await listScopeGrants(scope, apiId);
      return [...users.map((one) => one.userId as string), ...inGroups.map(({ groupId }) => groupId as string)];
    };
    expect(await granted()).to.deep.equal([userId, everyone]);
    expect((await admin.get(at(await path()))).text)
      .to.contain('Granted to')
      .and.contain('João da Silva');
    expect((await fillIn(page, { grantee: `user:${userId}` }, /withdraw/)).location).to.contain('done=scope_withdrawn');
    await fillIn(page, { grantee: `group:${everyone}` }, /withdraw/);
    expect(await granted()).to.deep.equal([]);
    expect((await admin.get(at(await path('/scope?name=other')))).status).to.equal(404);
  });

  it('an application is allowed what is ticked, and taken away', async () => {
    const scope = await server.scope();
    const { apiId } = await api();
    const [payroll, mobile] = await Promise.all(
      ['payroll', 'mobile'].map(async (code) => (await findApplicationByCode(scope, code))!.applicationId),
    );
    expect((await admin.get(at(await path('/applications?q=pay')))).text)
      .to.contain(payroll!)
      .and.not.contain(mobile!);
    const form = await path(`/applications/${payroll}`);
    expect(
      (await fillIn(form, { scopes: ['orders:read', 'orders:write'], ownScopes: 'orders:read', isResourceServer: 'yes' })).location,
    ).to.contain('done=api_application_allowed');
    expect(await listApiApplications(scope, apiId)).to.deep.equal([
      { applicationId: payroll, scopes: ['orders:read', 'orders:write'], ownScopes: ['orders:read'], isResourceServer: true },
    ]);
    const refused = await fillIn(await path(`/applications/${mobile}`), { isResourceServer: 'yes', scopes: 'orders:write' });
    expect(refused.status).to.equal(422);
    expect(refused.text)
      .to.contain('A public application can’t authenticate')
      .and.match(/value="orders:write" checked/);
    expect((await admin.get(at(await path()))).text).to.contain('is the API');
    expect((await fillIn(form, {}, /refuse/)).location).to.contain('done=api_application_refused');
    expect(await listApiApplications(scope, apiId)).to.deep.equal([]);
  });

  it('what is exported is what apply reads: here nothing changes, elsewhere it is made', async () => {
    const scope = await server.scope();
    const everyone = (await findGroupByName(scope, 'Everyone'))!.groupId;
    const page = await path('/scope?name=orders%3Aread');
    await grantGroups(page, [everyone]);
    await fillIn(await path(`/applications/${(await findApplicationByCode(scope, 'payroll'))!.applicationId}`), { scopes: 'orders:read' });
    const file = json(await admin.get(at(await path('/export'))));
    expect((await server.apply(file)).changes).to.deep.equal([]);
    file.contexts[0].code = 'other';
    file.contexts[0].name = undefined;
    const elsewhere = await server.apply(JSON.parse(JSON.stringify(file)));
    expect(elsewhere.changes.map(({ action, details }) => [action, details])).to.deep.equal([
      ['created', undefined],
      ['changed', 'orders:read +1 -0'],
      ['changed', 'applications'],
    ]);
    expect((await server.apply(JSON.parse(JSON.stringify(file)))).changes).to.deep.equal([]);
    const copy = (await findApiByIdentifier(await server.scope('other'), identifier))!;
    const { apiId: _a, version: _v, ...data } = await api();
    expect(copy).to.deep.include(data);
  });

  it('it is deleted after a question, and only by an administrator of the company', async () => {
    const page = await path('/delete');
    const joao = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    expect((await joao.get(at(page))).status).to.equal(403);
    const root = await signedIn(server.baseUrl, 'root@other.example', passwords.root, 'other');
    expect((await root.get(at(page).replace('/acme/', '/other/'))).status).to.equal(404);
    expect((await admin.get(at(page))).text).to.contain('Delete the API Pedidos?');
    expect((await fillIn(page, {})).location).to.contain('/admin/apis?done=api_deleted');
    expect(await listApis(await server.scope())).to.deep.equal([]);
  });
});
