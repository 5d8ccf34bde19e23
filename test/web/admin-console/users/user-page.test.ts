import { expect } from 'chai';
import { accountChanges } from '../../../../src/domain/administration/account-changes/index.ts';
import { findUserByLogin, requestDeletion, type Status } from '../../../../src/domain/people/users/index.ts';
import type { UserId } from '../../../../src/domain/scope.ts';
import { eventsOf } from '../../../support/audit.ts';
import { movableClock } from '../../../support/clock.ts';
import { type Answer, Jar } from '../../../support/jar.ts';
import { fillSignIn, passwords, signedIn, startTestServer, type TestServer } from '../../../support/server.ts';

/** One person in each state that S39–S42 know. */
const people = {
  activated: {
    username: 'in',
    firstName: 'Luis',
    lastName: 'Fernando da Silva',
    password: 'a long password of luis',
    department: 'Finance department',
  },
  mailed: { email: 'mailed@acme.example', firstName: 'Mia', lastName: 'Mail', password: 'a long password of mia' },
  invited: { email: 'invited@acme.example', firstName: 'Iris', lastName: 'Invited' },
  deactivated: { username: 'off', firstName: 'Dora', lastName: 'Deactivated', password: 'a long password of dora' },
  blocked: { username: 'blocked', firstName: 'Bento', lastName: 'Blocked', password: 'a long password of bento' },
};
type Who = keyof typeof people;

describe('web/admin-console: a person’s page', () => {
  let server: TestServer;
  let ana: Jar;
  const { clock, wait, reset } = movableClock();
  const ids = {} as Record<Who | 'ana', UserId>;
  beforeEach(async () => {
    reset();
    server = await startTestServer({ clock });
    const scope = await server.scope();
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', users: Object.values(people) }] });
    const status = (login: string, to: Status) =>
      scope.db('users').where({ context_id: scope.contextId, username_key: login }).update({ status: to });
    await status('off', 'deactivated');
    await status('blocked', 'blocked');
    await scope.db('users').where({ context_id: scope.contextId, email_key: 'invited@acme.example' }).update({ status: 'invited' });
    for (const [who, person] of Object.entries(people))
      ids[who as Who] = (await findUserByLogin(scope, 'email' in person ? person.email : person.username))!.userId;
    ids.ana = (await findUserByLogin(scope, 'ana@acme.example'))!.userId;
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  afterEach(() => server.close());

  const at = (path: string) => `${server.issuer}${path}`;
  const page = async (who: keyof typeof ids) => ana.get(at(`/admin/users/${ids[who]}`));
  /** What a label of the page says: the `dd` behind its `dt`. */
  const fact = (answer: Answer, label: string) =>
    new RegExp(`<dt>${label}</dt><dd>(?:<(?:time|span)[^>]*>)?([^<]*)`).exec(answer.text)?.[1];
  const change = async (who: keyof typeof ids, what: string) => {
    const form = ana.form(await ana.get(at('/sign-out')));
    return ana.get(at(`/admin/users/${ids[who]}/${what}`), { form: { _csrf: form.fields._csrf! } });
  };

  it('S46, S49: the list counts everybody and says of each the type and the status', async () => {
    const list = (await ana.get(at('/admin/users'))).text;
    expect(list).to.match(/Users\s*<span class="count"[^>]*>7</);
    for (const [name, role, status] of [
      ['Ana Souza', 'Administrator', 'Activated'],
      ['Luis Fernando da Silva', 'Regular user', 'Activated'],
      ['Iris Invited', 'Regular user', 'Invited'],
      ['Dora Deactivated', 'Regular user', 'Deactivated'],
      ['Bento Blocked', 'Regular user', 'Blocked'],
    ]) {
      const row = new RegExp(`<tr>(?:(?!</tr>)[^])*>${name}<(?:(?!</tr>)[^])*</tr>`).exec(list)![0];
      expect(row, name).to.contain(role!).and.to.contain(status!);
    }
  });

  it('S72, S74, S76–S79, S82, S83: record, type, status with the date of its last change, department, groups and applications with their counts', async () => {
    const shown = await page('activated');
    expect(shown.text, 'S74: one name').to.match(/<h1[^>]*>Luis Fernando da Silva</);
    expect(fact(shown, 'Username'), 'S76').to.equal('in');
    expect(fact(await page('mailed'), 'E-mail'), 'S76').to.equal('mailed@acme.example');
    expect(fact(shown, 'Type'), 'S77').to.equal('Regular user');
    expect(fact(await page('ana'), 'Type'), 'S77').to.equal('Administrator');
    expect(fact(shown, 'Department'), 'S79').to.equal('Finance department');
    const since = async () => /since\s*<time datetime="([^"]+)"/.exec((await page('activated')).text)![1]!;
    const before = await since();
    wait(24 * 60);
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    await change('activated', 'deactivate');
    expect(new Date(await since()).getTime() - new Date(before).getTime(), 'S78').to.be.at.least(24 * 3_600_000);
    const counts = [...shown.text.matchAll(/(Groups|Applications)\s*<span class="count">(\d+)</g)].map(([, what, n]) => [what, n]);
    expect(counts, 'S82, S83: Everyone, and nothing assigned').to.deep.equal([
      ['Groups', '1'],
      ['Applications', '0'],
    ]);
    for (const action of ['edit', 'deactivate', 'groups/add', 'groups', 'applications/add', 'applications', 'personal-data'])
      expect(shown.text, `S72: ${action}`).to.contain(`/admin/users/${ids.activated}/${action}"`);
  });

  it('S72: what the status calls for stands by itself, and all else in the menu, which opens without script', async () => {
    const primary = async (who: Who | 'ana') => {
      const { text } = await page(who);
      const actions = /<div class="actions">[\s\S]*?<\/details>/.exec(text)![0];
      const buttons = [...actions.matchAll(/<a class="btn[^"]*" href="[^"]*\/([^/"]+)"/g)].map(([, path]) => path);
      expect(buttons, `${who}: one`).to.have.length(1);
      const menu = /<details class="row-menu"><summary class="btn">More options[\s\S]*/.exec(actions)![0];
      for (const path of ['groups/add', 'groups', 'applications/add', 'applications', 'personal-data', 'view-launchpad'])
        expect(menu, `${who}: ${path}`).to.contain(`/admin/users/${ids[who]}/${path}"`);
      expect(menu).to.not.contain(`/${buttons[0]}"`);
      return buttons[0];
    };
    for (const [who, action] of [
      ['activated', 'edit'],
      ['mailed', 'edit'],
      ['invited', 'resend-invitation'],
      ['deactivated', 'reactivate'],
      ['blocked', 'unblock'],
      ['ana', 'edit'],
    ] as const)
      expect(await primary(who), who).to.equal(action);
  });

  it('S73: the name and the row’s View open it; icons view, edit and export, each with its name and tooltip; S84, S98, S102: without a directory the box is grey and says nothing', async () => {
    const list = (await ana.get(at('/admin/users'))).text;
    for (const [path, title, label] of [
      ['', 'View', 'View Luis Fernando da Silva'],
      ['/edit', 'Edit', 'Edit Luis Fernando da Silva'],
      ['/personal-data', 'Export personal data', 'Export personal data of Luis Fernando da Silva'],
    ])
      expect(list).to.contain(`href="/acme/admin/users/${ids.activated}${path}" title="${title}" aria-label="${label}"`);
    expect(list.split(`href="/acme/admin/users/${ids.activated}"`).length - 1, 'the name, View, and View in the menu of a phone').to.equal(
      3,
    );
    expect((await page('activated')).text).to.match(
      /class="card box-empty"><div class="card-body"><h2 class="h3">Active Directory provisioning<\/h2><\/div><\/div>/,
    );
  });

  it('S86, S87: name, type and department are edited; the e-mail or username is not, whatever is sent', async () => {
    const form = ana.form(await ana.get(at(`/admin/users/${ids.mailed}/edit`)), /edit$/);
    expect(Object.keys(form.fields)).to.include.members(['firstName', 'lastName', 'department']).and.not.include.members(['email']);
    const sent = {
      ...form.fields,
      firstName: 'Mimi',
      role: 'administrator',
      department: 'Sales',
      email: 'other@acme.example',
      username: 'other',
    };
    expect((await ana.get(form.action, { form: sent })).status).to.equal(303);
    const { email, username, firstName, department, role } = (await findUserByLogin(await server.scope(), 'mailed@acme.example'))!;
    expect({ email, username, firstName, department, role }).to.deep.equal({
      email: 'mailed@acme.example',
      username: undefined,
      firstName: 'Mimi',
      department: 'Sales',
      role: 'administrator',
    });
  });

  it('S133: of somebody who is being deleted nothing is offered, and nothing is done', async () => {
    const id = ids.activated!;
    const forms = [];
    for (const [path, action] of [
      ['edit', /edit$/],
      ['groups/add', /add$/],
      ['applications/add', /add$/],
      ['temporary-deactivation', /deactivation$/],
      ['deactivate', /deactivate$/],
    ] as const)
      forms.push(ana.form(await ana.get(at(`/admin/users/${id}/${path}`)), action));
    const scope = await server.scope();
    await requestDeletion(scope, id); // no worker runs: it stays so
    const shown = (await page('activated')).text;
    expect(shown)
      .to.contain('Being deleted')
      .and.to.not.match(new RegExp(`/admin/users/${id}/(?!personal-data|access"|history")`));
    const row = new RegExp(`<tr>(?:(?!</tr>)[^])*${id}(?:(?!</tr>)[^])*</tr>`).exec((await ana.get(at('/admin/users'))).text)![0];
    expect(row).to.not.match(new RegExp(`${id}/`));
    const { group_id } = (await scope.db('groups').where({ name: 'Finance' }).first('group_id'))!;
    const { application_id } = (await scope
      .db('applications')
      .where({ context_id: scope.contextId, code: 'payroll' })
      .first('application_id'))!;
    const filled = { firstName: 'Late', groups: group_id, applications: application_id, startsOn: '2099-01-01', endsOn: '2099-02-01' };
    for (const { action, fields } of forms)
      expect((await ana.get(action, { form: { ...fields, ...filled } })).status, action).to.equal(409);
    const pasted = ana.form(await ana.get(at(`/admin/groups/${group_id}`)), /members$/);
    await ana.submit(pasted, { login: 'in' });
    expect(await scope.db('group_members').where({ user_id: id })).to.have.length(0);
  });

  it('S43–S45: there are two roles; an administrator manages, a regular user reaches applications and the own profile', async () => {
    const scope = await server.scope();
    const luis = await signedIn(server.baseUrl, 'in', people.activated.password);
    for (const path of ['/launchpad', '/account']) expect((await luis.get(at(path))).status, path).to.equal(200);
    for (const path of ['users', 'groups', 'applications', 'policy', 'audit'])
      expect([(await luis.get(at(`/admin/${path}`))).status, (await ana.get(at(`/admin/${path}`))).status], path).to.deep.equal([403, 200]);
    const options = [
      ...(await ana.get(at('/admin/users'))).text.matchAll(/<select class="form-select" id="role"[\s\S]*?<\/select>/g),
    ][0]![0];
    expect(options.match(/<option/g), 'any, and the two').to.have.length(3);
    const role = await scope
      .db('users')
      .where({ user_id: ids.activated })
      .update({ role: scope.db.raw("'owner'") })
      .catch((error) => error.code);
    expect(role, 'the store knows no third').to.not.equal(1);
  });

  /** The table derived from S112–S136, and what everybody may be: [offered on the page, done when it is asked for by hand]. */
  const offers: Record<Who, string[]> = {
    activated: ['deactivate', 'reset-password', 'delete'],
    mailed: ['deactivate', 'delete'],
    invited: ['resend-invitation', 'deactivate', 'delete'],
    deactivated: ['reactivate', 'delete'],
    blocked: ['unblock', 'deactivate', 'delete'],
  };
  for (const who of Object.keys(people) as Who[])
    it(`S112, S117, S129, S134: of somebody ${who} the page offers ${offers[who].join(', ')}, and the server does nothing else`, async () => {
      const shown = (await page(who)).text;
      const scope = await server.scope();
      for (const action of Object.keys(accountChanges)) {
        const isOffered = offers[who].includes(action);
        expect(shown.includes(`/admin/users/${ids[who]}/${action}"`), `${action} on the page`).to.equal(isOffered);
        if (isOffered) continue;
        const before = await scope.db('users').where({ user_id: ids[who] }).first();
        const refused = await change(who, action);
        expect(refused.status, `${action} by hand`).to.be.within(400, 499);
        expect(await scope.db('users').where({ user_id: ids[who] }).first(), action).to.deep.equal(before);
      }
      for (const action of offers[who])
        expect((await ana.get(at(`/admin/users/${ids[who]}/${action}`))).text, `${action} is confirmed`).to.contain('_csrf');
    });

  it('of the own account nothing is offered that would lock one out', async () => {
    const own = (await page('ana')).text;
    for (const action of Object.keys(accountChanges)) expect(own, action).to.not.contain(`/admin/users/${ids.ana}/${action}"`);
    for (const action of ['deactivate', 'delete']) expect((await change('ana', action)).status, action).to.equal(409);
  });

  it('S40, S129: whoever was deactivated before they were ever in comes back as Invited, and can be invited again', async () => {
    await change('invited', 'deactivate');
    expect((await page('invited')).text).to.contain('Deactivated');
    await change('invited', 'reactivate');
    const shown = (await page('invited')).text;
    expect(shown).to.contain('Invited').and.to.contain('/resend-invitation"');
    await change('activated', 'deactivate');
    await change('activated', 'reactivate');
    expect((await findUserByLogin(await server.scope(), 'in'))!.status).to.equal('activated');
  });

  it('S114, S115, S118, S119: a temporary password is shown with a copy button, encrypted at rest, and ends the one before', async () => {
    await ana.submit(ana.form(await ana.get(at(`/admin/users/${ids.activated}/reset-password`)), /reset-password$/));
    const shown = (await page('activated')).text;
    const temporary = /id="temporary-password">([^<]+)</.exec(shown)![1]!;
    expect(shown, 'S115').to.contain('data-copy="temporary-password"');
    const scope = await server.scope();
    const everything = JSON.stringify([await scope.db('passwords'), await scope.db('audit_events'), await scope.db('users')]);
    expect(everything).to.not.contain(temporary);
    const { temporary_encrypted } = (await scope.db('passwords').where({ user_id: ids.activated }).first())!;
    expect(temporary_encrypted).to.be.a('string').with.length.greaterThan(40);
    const signIn = async (password: string) => {
      const jar = new Jar();
      return fillSignIn(jar, await jar.follow(at('/launchpad')), 'in', password);
    };
    expect((await signIn(people.activated.password)).status, 'S118').to.equal(422);
    expect((await signIn(temporary)).url, 'S116').to.match(/new-password$/);
  });

  it('S138: the sign-in page has "Forgot your password?"', async () => {
    const jar = new Jar();
    expect((await jar.follow(at('/launchpad'))).text).to.match(/<a href="\/acme\/recovery\?[^"]*">Forgot your password\?</);
  });

  it('its parts are links with addresses of their own: data, access and history, each under the same head', async () => {
    const base = `/acme/admin/users/${ids.mailed}`;
    for (const [path, tab] of [
      ['', 'Data'],
      ['/access', 'Access'],
      ['/history', 'History'],
    ]) {
      const { text } = await ana.get(at(`/admin/users/${ids.mailed}${path}`));
      expect(text).to.match(/<h1[^>]*>Mia Mail</);
      expect([...text.matchAll(/href="([^"]+)" aria-current="page">([^<]+)<\/a>/g)].map(([, href, name]) => [href, name])).to.deep.include([
        `${base}${path}`,
        tab,
      ]);
      for (const other of ['', '/access', '/history']) expect(text).to.contain(`<a href="${base}${other}"`);
      expect(text)
        .to.contain('id="person-login"')
        .and.to.contain('data-copy="person-login"')
        .and.to.match(new RegExp(`id="person-id"[^>]*>${ids.mailed}<`));
    }
  });

  it('says when somebody last signed in, where from, with the reason of each refusal, and signs them out there', async () => {
    expect((await page('mailed')).text).to.contain('Never signed in');
    const stranger = new Jar();
    await fillSignIn(stranger, await stranger.follow(at('/launchpad')), people.mailed.email, 'a wrong password of mia');
    const mia = await signedIn(server.baseUrl, people.mailed.email, people.mailed.password);
    expect((await page('mailed')).text).to.match(/Last sign-in\s*<time/);
    const access = await ana.get(at(`/admin/users/${ids.mailed}/access`));
    expect(access.text)
      .to.contain('wrong password')
      .and.to.contain('/admin/explain?event=')
      .and.to.match(/Known browsers\s*<span class="count">1</);
    expect((await mia.get(at('/launchpad'))).status).to.equal(200);
    const form = ana.form(access, /sessions$/);
    const session = /name="session" value="([^"]+)"/.exec(access.text)![1]!;
    await ana.get(form.action, { form: { ...form.fields, session } });
    expect((await mia.get(at('/launchpad'))).status, 'signed out').to.equal(302);
    const own = (await ana.get(at(`/admin/users/${ids.ana}/access`))).text;
    expect(own, 'the session at hand goes on').to.contain('Your session').and.to.not.contain('name="session"');
  });

  it('the history holds changes and who made them, and no looks', async () => {
    await page('activated');
    await change('activated', 'deactivate');
    const edit = ana.form(await ana.get(at(`/admin/users/${ids.activated}/edit`)), /edit$/);
    await ana.get(edit.action, { form: { ...edit.fields, department: 'Sales' } });
    const rows = /<tbody>[\s\S]*<\/tbody>/.exec((await ana.get(at(`/admin/users/${ids.activated}/history`))).text)![0];
    expect(rows).to.contain('User deactivated').and.to.contain('Ana Souza').and.to.contain('Department: Finance department → Sales');
    expect(rows).to.not.contain('viewed');
    const seen = (await eventsOf(await server.scope(), { subjectId: ids.activated })).filter(({ type }) => type === 'user.viewed');
    expect(seen, 'S90: looks are recorded all the same').to.have.length.greaterThan(2);
  });

  it('S47: views and changes of a person stand in the audit under that person', async () => {
    await page('mailed');
    await change('mailed', 'deactivate');
    const types = (await eventsOf(await server.scope(), { subjectId: ids.mailed })).map(({ type }) => type);
    expect(types).to.include.members(['user.created', 'user.viewed', 'user.deactivated']);
    // and reads in the reader's words
    const text = async (locale: string) => {
      const answer = await ana.get(at(`/admin/audit?subject=${ids.mailed}&type=user.deactivated`), {
        headers: { 'accept-language': locale },
      });
      return /<tbody>[\s\S]*<\/tbody>/.exec(answer.text)![0];
    };
    expect(await text('en')).to.contain('<dt>Value</dt><dd>Activated → Deactivated</dd>');
    expect(await text('pt-BR')).to.contain('<dt>Valor</dt><dd>Ativado → Desativado</dd>');
    const edit = ana.form(await ana.get(at(`/admin/users/${ids.activated}/edit`)), /edit$/);
    await ana.get(edit.action, { form: { ...edit.fields, department: 'Sales' } });
    const edited = await ana.get(at(`/admin/audit?subject=${ids.activated}&type=user.edited`));
    expect(edited.text).to.contain('<dt>Department</dt><dd>Finance department → Sales</dd>');
  });
});
