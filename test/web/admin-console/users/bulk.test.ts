import { expect } from 'chai';
import { startBulkChange } from '../../../../src/domain/administration/account-changes/index.ts';
import { createUser, findUserByLogin, listUsers } from '../../../../src/domain/people/users/index.ts';
import type { Answer, Jar } from '../../../support/jar.ts';
import { eventually } from '../../../support/process.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../../support/server.ts';

describe('web/admin-console: many people at once', () => {
  let server: TestServer;
  let ana: Jar;
  beforeEach(async () => {
    server = await startTestServer({ jobs: true });
    const users = Array.from({ length: 60 }, (_, i) => ({
      username: `p${i}`,
      firstName: 'Pat',
      lastName: `N${String(i).padStart(2, '0')}`,
    }));
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', users }] });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  afterEach(() => server.close());

  const at = (path: string) => `${server.issuer}${path}`;
  /** From the list to the end of the task. */
  async function change(list: string, fields: Record<string, string>, more: Record<string, string> = {}): Promise<Answer> {
    const asked = await ana.submit(ana.form(await ana.get(at(list)), /bulk$/), fields);
    const begun = await ana.submit(ana.form(asked, /start$/), more);
    expect(begun.url).to.match(/operations\//);
    let shown = begun;
    await eventually(async () => {
      shown = await ana.get(begun.url);
      expect(shown.text).to.not.contain('data-follow');
    });
    return shown;
  }
  const statuses = async () => {
    const found = (await listUsers(await server.scope(), { search: 'Pat' }, 100)).items.map(({ status }) => status);
    return Object.fromEntries([...new Set(found)].map((status) => [status, found.filter((one) => one === status).length]));
  };

  it('asks with the number before anything is done; all whom the filter finds, past the first page', async () => {
    const asked = await ana.submit(ana.form(await ana.get(at('/admin/users?q=pat')), /bulk$/), { change: 'deactivate', whom: 'all' });
    expect(asked.text).to.contain('Deactivate: 60');
    expect(await statuses()).to.deep.equal({ activated: 60 });
    const done = await change('/admin/users?q=pat', { change: 'deactivate', whom: 'all' });
    expect(done.text).to.contain('60 of 60');
    expect(await statuses()).to.deep.equal({ deactivated: 60 });
    const events = await (await server.scope()).db('audit_events').where({ type: 'user.deactivated' });
    expect(events).to.have.length(60);
    expect(events[0]!.actor_id, 'in the name of who asked').to.equal(
      (await findUserByLogin(await server.scope(), 'ana@acme.example'))!.userId,
    );
  });

  it('says who was passed over and why, and goes on with the others: oneself, and whom it does not apply to', async () => {
    const done = await change('/admin/users', { change: 'deactivate', whom: 'all' });
    expect(done.text).to.contain('1 skipped').and.to.contain('Ana Souza').and.to.contain('can’t do this to your own account');
    const again = await change('/admin/users?q=pat', { change: 'unblock', whom: 'all' });
    expect(again.text).to.contain('60 skipped').and.to.contain('not available for their status');
  });

  it('links those who are ticked to groups', async () => {
    const list = await ana.get(at('/admin/users?q=pat'));
    const [first] = [...list.text.matchAll(/name="user" value="([^"]+)"/g)].map(([, id]) => id!);
    const asked = await ana.submit(ana.form(list, /bulk$/), { change: 'add-to-groups', whom: 'ticked', user: first! });
    const finance = /value="([^"]+)"[^>]*>\s*<span class="form-check-label">Finance/.exec(asked.text)![1]!;
    const none = await ana.submit(ana.form(asked, /start$/));
    expect([none.status, none.text.includes('Select at least one')]).to.deep.equal([422, true]);
    await change('/admin/users?q=pat', { change: 'add-to-groups', whom: 'ticked', user: first! }, { groups: finance });
    const members = await (await server.scope()).db('group_members').pluck('user_id');
    expect(members).to.include(first).and.to.have.length(2);
    expect((await ana.submit(ana.form(list, /bulk$/), { change: 'unblock', whom: 'ticked' })).text).to.contain(
      'Select at least one person first',
    );
  });

  it('S130: exactly as many are deleted as were typed', async () => {
    const asked = await ana.submit(ana.form(await ana.get(at('/admin/users?q=pat')), /bulk$/), { change: 'delete', whom: 'all' });
    const form = ana.form(asked, /start$/);
    expect((await ana.submit(form, { typed: '59' })).status).to.equal(422);
    const scope = await server.scope();
    const chosen = { filter: { search: 'pat' } };
    const me = (await findUserByLogin(scope, 'ana@acme.example'))!;
    const asAna = { ...scope, actor: { kind: 'person', id: me.userId, name: 'Ana Souza' } } as const;
    await startBulkChange(asAna, chosen, { change: 'delete', locale: 'en' }, 59).then(
      () => expect.fail('one more than was agreed to'),
      (error) => expect(error.code).to.equal('changed_meanwhile'),
    );
    const more = await ana.submit(form, { typed: '60', agreed: '59' });
    expect([more.status, await statuses()], 'more than the page said').to.deep.equal([409, { activated: 60 }]);
    const others = ana.form(
      await ana.submit(ana.form(await ana.get(at('/admin/users?q=pat')), /bulk$/), { change: 'deactivate', whom: 'all' }),
      /start$/,
    );
    expect(others.fields.agreed).to.equal('60');
    expect((await ana.submit(others, { agreed: '61' })).status, 'and so of every change').to.equal(409);
    expect(await statuses()).to.deep.equal({ activated: 60 });
    expect((await ana.submit(form, { typed: '60' })).url).to.match(/operations\//);
  });

  it('who is gone since they were ticked is not counted', async () => {
    const there = (await findUserByLogin(await server.scope(), 'p1'))!.userId;
    const form = ana.form(await ana.get(at('/admin/users?q=pat')), /bulk$/);
    const body = new URLSearchParams([...form.entries.filter(([name]) => name !== 'user' && name !== 'change'), ['change', 'deactivate']]);
    for (const id of [there, there, '01a206a1-218b-717a-90d6-7184e7351020']) body.append('user', id);
    expect((await ana.get(form.action, { form: body })).text).to.contain('Deactivate: 1');
  });

  it('S60, S113, S134: unblocks many, sends many invitations again, links many to an application', async () => {
    const scope = await server.scope();
    await scope.db('users').where('username_key', 'like', 'p1%').update({ status: 'blocked' });
    expect((await change('/admin/users?status=blocked', { change: 'unblock', whom: 'all' })).text).to.contain('11 of 11');
    expect(await statuses()).to.deep.equal({ activated: 60 });
    const { application_id } = (await scope.db('applications').where({ context_id: scope.contextId, code: 'payroll' }).first())!;
    await change('/admin/users?q=pat', { change: 'link-applications', whom: 'all' }, { applications: application_id });
    expect(await scope.db('application_users').where({ application_id })).to.have.length(60);
    const mailed = { firstName: 'Iris', lastName: 'Invited', email: 'iris@acme.example', role: 'regular', status: 'invited' } as const;
    const { userId } = await createUser(scope, mailed);
    expect((await change('/admin/users?status=invited', { change: 'resend-invitation', whom: 'all' })).text).to.contain('1 of 1');
    expect(await scope.db('one_time_links').where({ user_id: userId, kind: 'invitation' })).to.have.length(1);
  });

  it('S130, S133: deletes many, with everything of theirs', async () => {
    const asked = await ana.submit(ana.form(await ana.get(at('/admin/users?q=pat')), /bulk$/), { change: 'delete', whom: 'all' });
    expect(asked.text, 'names the first of them').to.contain('Pat N00').and.to.contain('and 50 more');
    const careless = await ana.submit(ana.form(asked, /start$/), { typed: '6' });
    expect([careless.status, careless.text.includes('Type 60')]).to.deep.equal([422, true]);
    await change('/admin/users?q=pat', { change: 'delete', whom: 'all' }, { typed: '60' });
    await eventually(async () => expect(await statuses()).to.deep.equal({}));
    const scope = await server.scope();
    expect(await scope.db('passwords').where({ context_id: scope.contextId }), 'ana and joão are left').to.have.length(2);
    expect(await scope.db('audit_events').where({ type: 'user.deleted' })).to.have.length(60);
  });

  it('stops when who asked loses the role meanwhile', async () => {
    await server.close();
    server = await startTestServer(); // where no jobs run by themselves
    const scope = await server.scope();
    const { startBulkChange, runBulkChange } = await import('../../../../src/domain/administration/account-changes/index.ts');
    const { findOperation, runOperation, Superseded } = await import('../../../../src/domain/records/operations/index.ts');
    const person = (await findUserByLogin(scope, 'ana@acme.example'))!;
    const asAna = { ...scope, actor: { kind: 'person', id: person.userId, name: 'Ana' } } as const;
    const id = await startBulkChange(asAna, { filter: { search: 'João' } }, { change: 'deactivate', locale: 'en' });
    await scope.db('users').where({ user_id: person.userId }).update({ role: 'regular' });
    await runOperation(scope, id, async () => true, runBulkChange).catch((error) =>
      expect(error, 'the worker was later').to.be.instanceOf(Superseded),
    );
    await eventually(async () =>
      expect(await findOperation(scope, id)).to.include({ state: 'failed', fault: 'administrators_only', done: 0 }),
    );
    expect((await findUserByLogin(scope, 'jsilva'))!.status).to.equal('activated');
  });
});
