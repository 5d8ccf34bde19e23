import { expect } from 'chai';
import { changeEntries } from '../../../../src/domain/administration/directory-acceptance/index.ts';
import { getRun, listRuns } from '../../../../src/domain/administration/directory-runs/index.ts';
import type { Directory } from '../../../../src/domain/people/directories/index.ts';
import { getEntry, listEntries } from '../../../../src/domain/people/directory-entries/index.ts';
import { createGroup, getGroup } from '../../../../src/domain/people/groups/index.ts';
import { findUserByLogin } from '../../../../src/domain/people/users/index.ts';
import { runOperation } from '../../../../src/domain/records/operations/index.ts';
import type { OperationId, Scope } from '../../../../src/domain/scope.ts';
import { importEntries, personEntry } from '../../../support/directory-entries.ts';
import { FakeDirectory, lastRun, linkDirectory, workOn } from '../../../support/directory-runs.ts';
import type { Jar } from '../../../support/jar.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../../support/server.ts';

describe('web: imports of a directory in the console', () => {
  let server: TestServer;
  let admin: Jar;
  let scope: Scope;
  let directory: Directory;
  const fake = new FakeDirectory();
  before(async () => {
    server = await startTestServer();
    admin = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    scope = await server.scope();
    directory = await linkDirectory(scope);
    fake.person('Maria Luz');
    fake.person('Pedro Ramos');
    fake.person('Nobody <Mail>', { attributes: { mail: [''] } });
    fake.person('Ana Other', { attributes: { mail: ['ana@acme.example'] } });
    fake.group('Accounting', [{ id: fake.people[0]!.id }]);
    fake.group('Everyone', []);
  });
  after(() => server.close());

  const at = (path: string) => `${server.issuer}${path}`;
  const base = () => `/admin/directories/${directory.directoryId}`;
  const text = async (path: string) => (await admin.get(at(path))).text;
  /** The form that leads there, sent with these fields besides or instead. */
  const send = async (path: string, action: RegExp, changes: [string, string][] = []) => {
    const form = admin.form(await admin.get(at(path)), action);
    const names = new Set(changes.map(([name]) => name));
    return admin.get(form.action, { form: new URLSearchParams([...form.entries.filter(([name]) => !names.has(name)), ...changes]) });
  };
  /** The form of a page that answered another, sent as it is. */
  const follow = (page: Awaited<ReturnType<Jar['get']>>, action: RegExp) => {
    const form = admin.form(page, action);
    return admin.get(form.action, { form: new URLSearchParams(form.entries) });
  };
  const change = (what: string, ids: string[], state = 'pending') =>
    send(`${base()}/entries?state=${state}`, /entries$/, [
      ['whom', 'ticked'],
      ['change', what],
      ...ids.map((id): [string, string] => ['entry', id]),
    ]);
  const entryNamed = async (name: string) => {
    for (const state of ['pending', 'accepted', 'rejected'] as const) {
      const found = (await listEntries(scope, { directoryId: directory.directoryId, state })).items.find((one) => one.name === name);
      if (found) return found;
    }
    throw new Error(`no ${name}`);
  };

  it('a run is started and followed; the first one stops, says why with numbers, and asks', async () => {
    expect(await text(`${base()}/runs`)).to.contain('No imports yet.');
    const started = await send(`${base()}/runs`, /runs$/, [['purpose', 'sync']]);
    const path = new URL(started.location!, server.issuer).pathname.replace(/^.*\/admin/, '/admin');
    expect(await text(path))
      .to.contain('data-follow')
      .and.contain('Waiting for its turn');
    await workOn(scope, directory, fake);
    const stopped = await text(path);
    expect(stopped)
      .to.contain('This is the directory’s first import. New users: 4.')
      .and.contain('Approve')
      .and.contain('Decline')
      .and.contain('Maria Luz')
      .and.contain('New person')
      .and.not.contain('data-follow');
    const table = stopped.slice(stopped.lastIndexOf('<table'));
    expect(table.indexOf('New group'), 'people before groups').to.be.greaterThan(table.lastIndexOf('New person'));
    for (const page of ['/admin/directories', base(), '/admin'])
      expect(await text(page), page).to.contain('An import is waiting for approval.');
    const again = await send(`${base()}/runs`, /runs$/, [['purpose', 'sync']]);
    expect([again.status, again.text.includes('waiting for approval')]).to.deep.equal([409, true]);
    expect((await listRuns(scope, directory.directoryId)).items).to.have.length(1);
  });

  it('declined, nothing is changed; approved, all is done as listed', async () => {
    const { runId } = await lastRun(scope, directory);
    expect((await send(`${base()}/runs/${runId}`, /decline$/)).location).to.contain('done=run_declined');
    expect((await getRun(scope, runId)).state).to.equal('declined');
    expect(await text(base())).to.contain('An import was declined.');
    await send(`${base()}/runs`, /runs$/, [['purpose', 'sync']]);
    await workOn(scope, directory, fake);
    const next = await lastRun(scope, directory);
    expect((await send(`${base()}/runs/${next.runId}`, /approve$/)).location).to.contain('done=run_approved');
    await workOn(scope, directory, fake);
    const page = await text(`${base()}/runs/${next.runId}`);
    expect(page).to.contain('Done').and.contain(`${base()}/runs/${next.runId}/undo`);
    const members = await text(`${base()}/runs/${next.runId}?change=member-added`);
    expect(members).to.contain('Added to a group').and.contain('Accounting').and.not.contain('New person</td>');
    const other = await linkDirectory(scope);
    expect((await admin.get(at(`/admin/directories/${other.directoryId}/runs/${next.runId}`))).status).to.equal(404);
  });

  it('those who arrived wait with their reasons, found by name, kind and reason', async () => {
    const page = await text(`${base()}/entries`);
    for (const word of [
      'Maria Luz',
      'maria.luz@corp.example',
      'has no e-mail in the directory',
      'already',
      'Accounting',
      'Nobody &lt;Mail&gt;',
      'All 6',
    ])
      expect(page).to.contain(word);
    const shown = async (query: string) => {
      const found = await text(`${base()}/entries?${query}`);
      return fake.people
        .map(({ attributes }) => attributes.cn![0]!.replace('<', '&lt;').replace('>', '&gt;'))
        .filter((name) => found.includes(`>${name}</a>`));
    };
    expect(await shown('q=luz')).to.deep.equal(['Maria Luz']);
    expect(await shown('kind=group')).to.deep.equal([]);
    expect(await shown('reason=conflict')).to.deep.equal(['Ana Other']);
    expect(await text(`${base()}/entries`))
      .to.contain('sign in here with their e-mail')
      .and.to.contain('ACME\\alice');
    expect(await text(`${base()}/entries?q=zzz`)).to.contain('No results');
    const sorted = await text(`${base()}/entries?state=pending&q=luz&sort=-name`);
    expect(sorted).to.contain('aria-sort="descending"').and.contain('?state=pending&amp;q=luz&amp;sort=name"');
    expect(sorted, 'a filter is taken away, the tab and the order stay').to.contain('href="?state=pending&amp;sort=-name"');
    expect(sorted).to.match(/Total: \d/);
    expect(await text(`${base()}/entries?state=rejected`)).to.contain('No rejected entries.');
    expect(await text('/admin/users')).to.contain('4 people waiting to be accepted');
  });

  it('the ticked are accepted, rejected and put back; without a tick nothing happens; who cannot be accepted goes on waiting', async () => {
    const [maria, nobody] = [await entryNamed('Maria Luz'), await entryNamed('Nobody <Mail>')];
    expect((await change('accept', [])).location).to.contain('done=nobody_chosen');
    expect((await change('accept', ['not-an-id'])).location).to.contain('done=nobody_chosen');
    expect((await change('accept', [nobody.entryId])).location).to.contain('done=entries_not_accepted');
    expect((await change('accept', [maria.entryId, nobody.entryId])).location).to.contain('done=entries_accepted_some');
    const user = (await findUserByLogin(scope, 'maria.luz@corp.example'))!;
    expect(user.status).to.equal('activated');
    expect(await text(`${base()}/entries?state=accepted`))
      .to.contain('Maria Luz')
      .and.not.contain('Pedro Ramos');
    expect((await change('reject', [nobody.entryId])).location).to.contain('done=entries_rejected');
    expect(await text(`${base()}/entries?state=rejected`)).to.contain('Nobody &lt;Mail&gt;');
    expect((await change('put-back', [nobody.entryId], 'rejected')).location).to.contain('state=rejected&done=entries_put_back');
    expect((await getEntry(scope, directory.directoryId, nobody.entryId)).state).to.equal('pending');
  });

  it('all that a list shows are changed after a question that says how many', async () => {
    const asked = await send(`${base()}/entries?q=pedro`, /entries$/, [
      ['whom', 'all'],
      ['change', 'accept'],
    ]);
    expect(asked.text).to.contain('Accept 1 entries?');
    expect(await findUserByLogin(scope, 'pedro.ramos@corp.example')).to.equal(undefined);
    const form = admin.form(asked, /entries$/);
    expect((await admin.get(form.action, { form: new URLSearchParams(form.entries) })).location).to.contain(
      'q=pedro&done=entries_accepted',
    );
    expect((await findUserByLogin(scope, 'pedro.ramos@corp.example'))?.status).to.equal('activated');
    expect((await entryNamed('Ana Other')).state).to.equal('pending');
  });

  it('many are a task of their own, which leads back to where the others wait with their reasons', async () => {
    const many = await linkDirectory(scope);
    const own = Array.from({ length: 101 }, () => personEntry());
    await importEntries(scope, many, [...own, personEntry({ attributes: { mail: [''] } })]);
    const list = `/admin/directories/${many.directoryId}/entries`;
    const asked = await send(`${list}?state=pending`, /entries$/, [
      ['whom', 'all'],
      ['change', 'accept'],
    ]);
    expect(asked.text).to.contain('Accept 102 entries?');
    const form = admin.form(asked, /entries$/);
    const task = (await admin.get(form.action, { form: new URLSearchParams(form.entries) })).location!;
    expect(task).to.match(/operations\/[0-9a-f-]{36}$/);
    const operationId = task.slice(-36) as OperationId;
    await runOperation(
      scope,
      operationId,
      async () => true,
      (inside, operation) => changeEntries.run(inside, operation, {} as never),
    );
    const page = (await admin.get(new URL(task, server.issuer).href)).text;
    expect(page).to.contain('Imported people and groups').and.contain('101 done, 1 skipped').and.contain(list);
    expect(await text(list)).to.contain('has no e-mail in the directory');
  });

  it('a conflict shows both beside each other, and links them after a question, which says more of an administrator; so does somebody who is looked for', async () => {
    const ana = (await findUserByLogin(scope, 'ana@acme.example'))!;
    const entry = await entryNamed('Ana Other');
    const page = await text(`${base()}/entries/${entry.entryId}`);
    for (const word of ['cn=Ana Other,ou=people,dc=corp', 'Ana Souza', 'Link to this person', 'givenname']) expect(page).to.contain(word);
    const nobody = await entryNamed('Nobody <Mail>');
    const alone = await text(`${base()}/entries/${nobody.entryId}`);
    expect(alone).not.to.contain('Link to this person');
    expect(await text(`${base()}/entries/${nobody.entryId}?login=nobody-here`)).to.contain('Nobody here has this name.');
    const found = `${base()}/entries/${nobody.entryId}?login=jsilva`;
    expect(await text(found)).to.contain('João da Silva');
    const asked = await send(found, /link$/);
    expect(asked.text).to.contain('to the account of João da Silva?').and.to.contain('the network password also works for it');
    expect((await follow(asked, /link$/)).location).to.contain('done=entry_linked');
    expect((await getEntry(scope, directory.directoryId, nobody.entryId)).userId).to.equal(
      (await findUserByLogin(scope, 'jsilva'))!.userId,
    );
    // an administrator's own account goes on as it is
    expect(page).to.contain('Administrator').and.to.contain('anyone who has or resets that network password');
    const askedOfAdministrator = await send(`${base()}/entries/${entry.entryId}`, /link$/);
    expect(askedOfAdministrator.text).to.contain('to the administrator Ana Souza?');
    expect((await follow(askedOfAdministrator, /link$/)).location).to.contain('done=entry_linked');
    expect((await getEntry(scope, directory.directoryId, entry.entryId)).userId).to.equal(ana.userId);
    expect(await findUserByLogin(scope, 'ana@acme.example')).to.include({ firstName: 'Ana', lastName: 'Souza' });
  });

  it('a linked one is unlinked after a question, and stays as it is', async () => {
    const user = (await findUserByLogin(scope, 'jsilva'))!;
    const { entryId } = await entryNamed('Nobody <Mail>').catch(
      async () =>
        (await listEntries(scope, { directoryId: directory.directoryId, state: 'accepted' })).items.find(
          (one) => one.userId === user.userId,
        )!,
    );
    expect((await send(`${base()}/entries/${entryId}/unlink`, /unlink$/)).location).to.contain('done=entry_unlinked');
    expect((await getEntry(scope, directory.directoryId, entryId)).state).to.equal('rejected');
    expect((await findUserByLogin(scope, 'jsilva'))?.status).to.equal(user.status);
  });

  it('a group that is here already is linked, too; one that cannot be says why', async () => {
    const { groupId } = await createGroup(scope, { name: 'Book-keeping' });
    const { entryId } = await entryNamed('Accounting');
    const page = `${base()}/entries/${entryId}?login=Book-keeping`;
    expect(await text(page)).to.contain('Link to this group');
    expect((await send(page, /link$/)).location).to.contain(`/admin/groups/${groupId}`);
    expect((await getGroup(scope, groupId)).name).to.equal('Accounting');
    const everyone = await entryNamed('Everyone');
    const refused = await send(`${base()}/entries/${everyone.entryId}`, /link$/);
    expect([refused.status, refused.text.includes('role="alert"')]).to.deep.equal([409, true]);
  });

  it('what changed is told before and after; undo says what it does and is a run of its own', async () => {
    const maria = fake.people[0]!;
    fake.change({ ...maria, attributes: { ...maria.attributes, sn: ['Luz <Santos>'] } });
    await send(`${base()}/runs`, /runs$/, [['purpose', 'sync']]);
    await workOn(scope, directory, fake);
    const run = await lastRun(scope, directory);
    const page = await text(`${base()}/runs/${run.runId}`);
    expect(page).to.contain('Person changed').and.contain('Luz &lt;Santos&gt;').and.contain('<del>').and.contain('<ins>');
    const asked = await text(`${base()}/runs/${run.runId}/undo`);
    expect(asked).to.contain('are not affected').and.contain('Nothing changes in the directory');
    const undone = await send(`${base()}/runs/${run.runId}/undo`, /undo$/);
    expect(undone.location).to.match(/\/runs\/[0-9a-f-]{36}$/);
    await workOn(scope, directory, fake);
    expect(await text(undone.location!.replace(/^.*\/admin/, '/admin')))
      .to.contain('Undo of an import')
      .and.contain('Done');
    expect((await findUserByLogin(scope, 'maria.luz@corp.example'))?.lastName).to.equal('Luz');
    expect(await text(base())).to.contain('An import was undone.');
  });

  it('a preview changes nothing; why a run failed is said in words, with what the directory said', async () => {
    await send(`${base()}/runs`, /runs$/, [['purpose', 'preview']]);
    await workOn(scope, directory, fake);
    const preview = await lastRun(scope, directory);
    expect(preview).to.include({ purpose: 'preview', state: 'done' });
    expect(await text(`${base()}/runs/${preview.runId}`))
      .to.contain('Preview of an import')
      .and.not.contain('/undo');
    fake.answers = [{ outcome: 'refused', reason: 'base-not-found', detail: 'no such <object>' }];
    await send(`${base()}/runs`, /runs$/, [['purpose', 'sync']]);
    await workOn(scope, directory, fake);
    const { runId } = await lastRun(scope, directory);
    expect(await text(`${base()}/runs/${runId}`))
      .to.contain('The base DN was not found.')
      .and.contain('no such &lt;object&gt;');
    for (const path of ['/admin', '/admin/directories', base()])
      expect((await text(path)).replace(/<[^>]*>|\s+/g, ' '), path).to.match(/The last import failed\. +The base DN was not found\./);
  });
});
