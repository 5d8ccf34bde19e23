import { expect } from 'chai';
import { linkEntry, linkGroup } from '../../../../src/domain/administration/directory-acceptance/index.ts';
import { type Directory, noteDirectoryState } from '../../../../src/domain/people/directories/index.ts';
import { type EntryContent, findEntriesOfGroups } from '../../../../src/domain/people/directory-entries/index.ts';
import { createGroup, findGroupByName, getGroup } from '../../../../src/domain/people/groups/index.ts';
import { findUserByLogin, getUser } from '../../../../src/domain/people/users/index.ts';
import { addTestDirectory, groupEntry, importEntries, importMembers, personEntry } from '../../../support/directory-entries.ts';
import type { Jar } from '../../../support/jar.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../../support/server.ts';

/** The bytes of the GUID in the order of Active Directory. */
const guid = '00112233-4455-6677-8899-aabbccddeeff';
const immutableId = Buffer.from('33221100554477668899aabbccddeeff', 'hex').toString('base64');

describe('web: where people and groups come from', () => {
  let server: TestServer;
  let admin: Jar;
  let directory: Directory;
  let person: EntryContent;
  before(async () => {
    server = await startTestServer();
    admin = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  after(() => server.close());

  const at = (path: string) => `${server.issuer}${path}`;
  const text = async (path: string) => (await admin.get(at(path))).text;
  const joao = async () => (await findUserByLogin(await server.scope(), 'jsilva'))!;
  const box = async () => /provisioning<\/h2>.*?<\/main>/s.exec(await text(`/admin/users/${(await joao()).userId}`))![0];

  it('without a directory the lists have no column for it, and the box of a person is grey and says nothing else (S102)', async () => {
    for (const list of ['/admin/users', '/admin/groups']) expect(await text(list), list).not.to.contain('name="directory"');
    expect(await text(`/admin/users/${(await joao()).userId}`)).to.match(
      /class="card box-empty">\s*<div class="card-body">\s*<h2 class="h3">Active Directory prov/,
    );
    expect(await box(), 'nothing').to.match(/^provisioning<\/h2>\s*<\/div>\s*<\/div>/);
  });

  it('with one, the box says that the person is not configured (S101), and the list who waits (S17)', async () => {
    const scope = await server.scope();
    directory = await addTestDirectory(scope);
    await noteDirectoryState(scope, directory.directoryId, {
      isUp: true,
      kind: 'active-directory',
      rootDn: 'DC=example,DC=com',
      accountDomain: 'example.com',
    });
    expect(await box())
      .to.contain('Not configured')
      .and.not.contain('Enabled');
    expect(await text('/admin/users')).not.to.contain('to be accepted');
    person = personEntry({
      entryId: guid,
      attributes: { givenname: ['João'], sn: ['da Silva'], mail: [''], department: ['Finance'], extensionattribute1: ['C-12'] },
    });
    await importEntries(scope, directory, [person, personEntry(), groupEntry('Accounting')]);
    expect(await text('/admin/users'))
      .to.contain('2 people waiting to be accepted')
      .and.contain(`/admin/directories/${directory.directoryId}/entries`);
  });

  it('an imported person: where from, their place there, and what the box tells more (S99, S100)', async () => {
    const scope = await server.scope();
    const { userId } = await joao();
    await linkEntry(scope, directory.directoryId, person.entryId, userId);
    const page = await text(`/admin/users/${userId}`);
    for (const word of [
      person.dn,
      directory.name,
      'Enabled',
      'More details',
      'example.com',
      'DC=example,DC=com',
      person.entryId,
      immutableId,
    ])
      expect(page).to.contain(word);
    expect(page).to.contain('box-good');
    expect(await text('/admin/users')).to.contain('1 person waiting');
    await scope.db('directories').where('directory_id', directory.directoryId).update({ kind: 'openldap' });
    const ofOpenLdap = await text(`/admin/users/${userId}`);
    expect(ofOpenLdap).to.contain('entryUUID').and.not.contain('ImmutableID').and.not.contain('Active Directory');
    expect(ofOpenLdap).to.match(/box-good[^>]*>\s*<div class="card-body">\s*<h2 class="h3">Directory</);
    await scope.db('directories').where('directory_id', directory.directoryId).update({ kind: 'active-directory' });
  });

  it('an account that is disabled or gone there looks so, and is not green', async () => {
    const scope = await server.scope();
    const entry = () => scope.db('directory_entries').where('entry_id', person.entryId);
    for (const [there, words] of [
      [{ is_enabled: false, is_gone: false }, 'Disabled in the directory'],
      [{ is_enabled: false, is_gone: true }, 'No longer in the directory'],
      [{ is_enabled: true, is_gone: true }, 'No longer in the directory'],
    ] as const) {
      await entry().update(there);
      const page = await text(`/admin/users/${(await joao()).userId}`);
      expect(page).to.contain(words).and.not.contain('box-good');
      expect(await box(), words).not.to.contain('status-good');
    }
    const lastChange = { runId: person.entryId, at: new Date(), change: 'person-changed', fields: ['dn', 'isEnabled', 'sn'] };
    await entry().update({ is_enabled: true, is_gone: false, last_change: JSON.stringify(lastChange) });
    expect(await text(`/admin/users/${(await joao()).userId}`)).to.contain('DN, Enabled in the directory, sn');
  });

  it('what the directory fills cannot be edited, not even by a form that says so; the rest can', async () => {
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          customFields: [
            { code: 'cost_center', label: 'Cost centre', type: 'text' },
            { code: 'floor', label: 'Floor', type: 'text' },
          ],
        },
      ],
    });
    const scope = await server.scope();
    const settings = { ...directory.settings, mapping: { customFields: { cost_center: 'extensionAttribute1' } } };
    await scope
      .db('directories')
      .where('directory_id', directory.directoryId)
      .update({ settings: JSON.stringify(settings) });
    const { userId, firstName, lastName } = await joao();
    const shown = await admin.get(at(`/admin/users/${userId}/edit`));
    expect(shown.text).to.contain(`filled by ${directory.name}`);
    for (const name of ['firstName', 'lastName', 'department', 'kept_cost_center'])
      expect(shown.text, name).to.match(new RegExp(`name="${name}"[^>]* readonly`));
    expect(shown.text)
      .to.match(/name="custom_floor"(?![^>]*readonly)/)
      .and.not.contain('name="custom_cost_center"');
    const form = admin.form(shown, /edit$/);
    const typed = { firstName: 'X', lastName: 'Y', department: 'Z', custom_cost_center: 'forged', custom_floor: '3' };
    const done = await admin.get(form.action, { form: new URLSearchParams({ ...form.fields, ...typed }) });
    expect(done.location).to.contain('done=user_edited');
    const after = await getUser(scope, userId);
    expect(after).to.deep.include({ firstName, lastName });
    expect(after.department).to.equal('Finance');
    expect(Object.values(after.customValues)).to.deep.equal(['3']);
  });

  it('an imported group is marked with its directory and domain, and its members are not edited here', async () => {
    const scope = await server.scope();
    const group = await createGroup(scope, { name: 'Accounting' });
    const there = groupEntry('Accounting there');
    await importEntries(scope, directory, [there]);
    const path = `/admin/groups/${group.groupId}`;
    expect(await text(path))
      .to.contain('name="login"')
      .and.not.contain('comes from');
    await linkGroup(scope, directory.directoryId, there.entryId, group.groupId);
    expect(await text(path))
      .to.contain(`comes from ${directory.name} (example.com)`)
      .and.contain(`/entries/${there.entryId}`)
      .and.not.contain('name="login"')
      .and.not.contain(`${path}/delete`);
    const shown = await admin.get(at(`${path}/edit`));
    expect(shown.text).to.match(/name="name"[^>]* readonly/);
    const form = admin.form(shown, /edit$/);
    const done = await admin.get(form.action, { form: new URLSearchParams({ ...form.fields, name: 'Forged', description: 'Books' }) });
    expect(done.location).to.contain('done=group_edited');
    expect(await getGroup(scope, group.groupId)).to.include({ name: 'Accounting there', description: 'Books' });
  });

  it('nobody is put into or taken out of an imported group at the person, either', async () => {
    const scope = await server.scope();
    const group = (await findGroupByName(scope, 'Accounting there'))!;
    const there = (await findEntriesOfGroups(scope, [group.groupId])).get(group.groupId)!;
    const path = `/admin/users/${(await joao()).userId}/groups`;
    expect(await text(`${path}/add`))
      .to.match(new RegExp(`value="${group.groupId}"[^>]* disabled`))
      .and.contain(`of ${directory.name}`);
    await importMembers(scope, directory, there as never, [person]);
    expect(await text(path))
      .to.contain(`from ${directory.name}`)
      .and.not.contain(`value="${group.groupId}"`);
  });

  it('a deletion says that the person will be found under Rejected (S132)', async () => {
    const { userId } = await joao();
    expect(await text(`/admin/users/${userId}/delete`)).to.contain(
      `Nothing changes in ${directory.name}: the person moves to its Rejected list`,
    );
  });

  it('both lists say the directory and filter by it, together with their other filters (S20, S21)', async () => {
    const scope = await server.scope();
    const { userId } = await joao();
    const ana = (await findUserByLogin(scope, 'ana@acme.example'))!.userId;
    const everyone = (await findGroupByName(scope, 'Everyone'))!.groupId;
    const accounting = (await findGroupByName(scope, 'Accounting there'))!.groupId;
    for (const [list, imported, own] of [
      ['/admin/users', userId, ana],
      ['/admin/groups', accounting, everyone],
    ]) {
      const links = (page: string) =>
        ['users', 'groups'].flatMap((kind) =>
          [...page.matchAll(new RegExp(`<a [^>]*href="[^"]*/admin/${kind}/([0-9a-f-]{36})"`, 'g'))].map(([, id]) => id),
        );
      expect(await text(list!))
        .to.match(new RegExp(`data-label="Directory">(<span[^>]*>)?${directory.name}<`))
        .and.match(/data-label="Directory">(<span[^>]*>)?–</);
      const of = links(await text(`${list}?directory=${directory.directoryId}`));
      expect([of.includes(imported), of.includes(own)], list).to.deep.equal([true, false]);
      const none = links(await text(`${list}?directory=none`));
      expect([none.includes(imported), none.includes(own)], list).to.deep.equal([false, true]);
    }
    expect(await text(`/admin/users?directory=${directory.directoryId}&q=ana`)).to.contain('No results');
    expect(await text(`/admin/users?directory=${directory.directoryId}`)).to.match(/<span class="count"[^>]*>1<\/span>/);
  });
});
