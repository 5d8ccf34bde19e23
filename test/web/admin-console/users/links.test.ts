import { expect } from 'chai';
import { findGroupByName, listGroupsOfUser } from '../../../../src/domain/people/groups/index.ts';
import { findUserByLogin } from '../../../../src/domain/people/users/index.ts';
import { inTransaction } from '../../../../src/domain/scope.ts';
import { defaultRules, loadPolicy, savePolicy } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import type { Answer, Jar } from '../../../support/jar.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../../support/server.ts';

describe('web/admin-console: groups and applications of a person', () => {
  let server: TestServer;
  let ana: Jar;
  before(async () => {
    server = await startTestServer();
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const groups = Array.from({ length: 130 }, (_, i) => ({ name: `Team ${String(i).padStart(3, '0')}` }));
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', groups }] });
  });
  after(() => server.close());

  const at = (path: string) => `${server.issuer}${path}`;
  const joao = async () => (await findUserByLogin(await server.scope(), 'jsilva'))!;
  const base = async () => `/admin/users/${(await joao()).userId}`;
  const groupId = async (name: string) => (await findGroupByName(await server.scope(), name))!.groupId as string;
  const groupNames = async () => (await listGroupsOfUser(await server.scope(), (await joao()).userId)).map(({ name }) => name);
  const add = async (kind: string, values: Record<string, string | string[]>): Promise<Answer> => {
    const { action, fields } = ana.form(await ana.get(at(`${await base()}/${kind}/add`)), /add$/);
    const body = new URLSearchParams(fields);
    for (const [name, value] of Object.entries(values)) {
      body.delete(name);
      for (const one of [value].flat()) body.append(name, one);
    }
    return ana.follow(action, { method: 'POST', form: body });
  };

  it('S91: Link groups lists the groups of the company, says which the person has, and links what is ticked', async () => {
    const page = await ana.get(at(`${await base()}/groups/add`));
    expect(page.text).to.contain('Team 000').and.to.contain('already linked').and.to.contain('There are more');
    const box = (name: string) => new RegExp(`<input[^>]*><span class="form-check-label">${name}\\s*<`).exec(page.text)![0];
    expect(box('Everyone'), 'Everyone is ticked and stays').to.contain('checked').and.to.contain('disabled');
    expect(page.text).to.match(/form-check-label">Everyone\s*<small[^>]*>All users belong to this group/);
    expect(box('Finance'), 'what the person has').to.contain('checked').and.to.contain('disabled');
    expect(box('Team 000')).to.not.match(/checked|disabled/);
    const done = await add('groups', { groups: [await groupId('Team 000'), await groupId('Team 001')] });
    expect(done.text).to.contain('Groups linked');
    expect(await groupNames()).to.deep.equal(['Everyone', 'Finance', 'Team 000', 'Team 001']);
  });

  it('S67, S69: a search keeps what was ticked before it, without script', async () => {
    const ticked = await groupId('Team 002');
    const found = await add('groups', { groups: ticked, groups_search: 'team 129' });
    const boxes = [...found.text.matchAll(/<input[^>]*name="groups"[^>]*>/g)].map(([tag]) => /checked/.test(tag));
    expect(boxes, 'the ticked one first, then the one that was found').to.deep.equal([true, false]);
    expect(await groupNames(), 'looking links nothing').to.not.include('Team 002');
    expect((await add('groups', {})).status, 'nothing ticked').to.equal(422);
    expect((await add('groups', { groups: '01a206a1-218b-717a-90d6-7184e7351020' })).status, 'somebody else’s').to.equal(404);
  });

  it('S92, S97: Manage groups takes the person out; nobody leaves Everyone', async () => {
    const page = await ana.get(at(`${await base()}/groups`));
    expect(page.text).to.contain('All users belong to this group');
    const csrf = ana.form(page, /remove$/).fields._csrf!;
    const remove = async (id: string) => ana.follow(at(`${await base()}/groups/remove`), { method: 'POST', form: { _csrf: csrf, id } });
    await remove(await groupId('Team 000'));
    expect(await groupNames()).to.not.include('Team 000');
    expect((await remove(await groupId('Everyone'))).status).to.equal(409);
  });

  it('S93–S96: applications are linked directly; those of a group are listed with it and cannot be removed here', async () => {
    const list = await ana.get(at(`${await base()}/applications/add`));
    expect(list.text, 'what a group gives can be linked besides').to.match(
      /name="applications"[^>]*>(?<!disabled[^>]*>)<span class="form-check-label">Payroll\s*<small[^>]*>already through Finance</,
    );
    const id = (name: string) => new RegExp(`value="([^"]+)"[^>]*>\\s*<span class="form-check-label">${name}`).exec(list.text)![1]!;
    expect((await add('applications', { applications: [id('Mobile'), id('Payroll')] })).text).to.contain('Applications linked');
    const rows = (await ana.get(at(`${await base()}/applications`))).text;
    expect(rows).to.contain('directly, Finance');
    const csrf = ana.form(await ana.get(at('/sign-out'))).fields._csrf!;
    const remove = async (name: string) =>
      ana.follow(at(`${await base()}/applications/remove`), { method: 'POST', form: { _csrf: csrf, id: id(name) } });
    await remove('Payroll');
    const after = await remove('Payroll');
    expect(after.text, 'S95: the group goes on giving it').to.contain('Inherited from a group');
    const types = await (await server.scope())
      .db('audit_events')
      .where({ subject_id: (await joao()).userId })
      .whereLike('type', 'application.%assigned')
      .orderBy('event_id')
      .pluck('type');
    expect(types).to.deep.equal(['application.assigned', 'application.assigned', 'application.unassigned']);
  });

  it('S56, S66–S70: a person is added with groups and applications in one go; S57: the username only where it is allowed', async () => {
    const page = await ana.get(at('/admin/users/new'));
    for (const tab of ['Account data', 'Groups', 'Applications']) expect(page.text).to.contain(`data-tab="${tab}"`);
    const toggle = /<input class="form-check-input" type="checkbox" role="switch" name="access" value="username"[^>]*>/;
    const scope = await server.scope();
    for (const username of [false, true]) {
      const rules = { ...defaultRules, base: { ...defaultRules.base, identifiers: { email: true, username } } };
      await inTransaction(scope, async (inside) => savePolicy(inside, { rules, version: (await loadPolicy(inside)).version }));
      server.app.services.forgetCached(scope.contextId);
      expect(toggle.test((await ana.get(at('/admin/users/new'))).text), 'S57').to.equal(username);
    }
    const { action, fields } = ana.form(page, /new$/);
    const mobile = /value="([^"]+)"[^>]*>\s*<span class="form-check-label">Mobile/.exec(page.text)![1]!;
    const person = {
      ...fields,
      firstName: 'Eva',
      lastName: 'Luz',
      access: 'email',
      email: 'eva@acme.example',
      groups: await groupId('Team 003'),
    };
    const searched = await ana.get(action, { form: { ...person, find: 'applications', applications_search: 'mob' } });
    expect(searched.text, 'typed and ticked stay')
      .to.contain('value="eva@acme.example"')
      .and.to.match(/data-tab="Applications" data-open/);
    expect(await findUserByLogin(await server.scope(), 'eva@acme.example'), 'looking adds nobody').to.equal(undefined);
    const done = await ana.follow(action, { method: 'POST', form: { ...person, applications: mobile } });
    expect(done.text).to.contain('User added').and.to.contain('Team 003').and.to.contain('Mobile');
  });
});
