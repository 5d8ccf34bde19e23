import { expect } from 'chai';
import { linkEntry } from '../../../../src/domain/administration/directory-acceptance/index.ts';
import { requestEmailChange } from '../../../../src/domain/people/address-changes/index.ts';
import type { Directory } from '../../../../src/domain/people/directories/index.ts';
import {
  addDirectMembers,
  countEntries,
  countMatching,
  type EntryFilter,
  entryReasons,
  entrySortKeys,
  findEntriesOfGroups,
  findEntriesOfUsers,
  findEntryOfUser,
  findFilledFields,
  firstReason,
  getEntry,
  listEntries,
  listHeldUp,
  pickEntries,
  removeDirectMembers,
} from '../../../../src/domain/people/directory-entries/index.ts';
import { inTransaction } from '../../../../src/domain/scope.ts';
import { createI18n, locales } from '../../../../src/platform/i18n/index.ts';
import { addTestDirectory, entryOf, groupEntry, importEntries, personEntry } from '../../../support/directory-entries.ts';
import { unknownId, useStore } from '../../../support/use-cases.ts';

describe('domain/people/directory-entries', () => {
  const store = useStore();
  let directory: Directory;
  const person = (givenname: string, sn: string, mail: string, ou = 'People') =>
    personEntry({ dn: `CN=${givenname} ${sn},OU=${ou},DC=example,DC=com`, attributes: { givenname: [givenname], sn: [sn], mail: [mail] } });
  const people = [
    person('Ana', 'Souza', 'ana@list.example'),
    person('Bruno', 'Souza', 'bruno@list.example', 'São Paulo'),
    person('Çelik', "O'Hara", 'celik@list.example'),
    person('Dora', 'de Souza Lima', 'dora@list.example'),
    person('Edu', '50%_off', 'edu@list.example'),
    person('Fabi', 'Nomail', ''),
  ];
  const groups = [groupEntry('Auditors'), groupEntry('Souza family')];

  before(async () => {
    directory = await addTestDirectory(store.scope);
    await importEntries(store.scope, directory, [...people, ...groups]);
  });

  const searches: [search: string, found: string[]][] = [
    ['', ['Ana Souza', 'Auditors', 'Bruno Souza', "Çelik O'Hara", 'Dora de Souza Lima', 'Edu 50%_off', 'Fabi Nomail', 'Souza family']],
    ['souza', ['Ana Souza', 'Bruno Souza', 'Dora de Souza Lima', 'Souza family']],
    ['SOUZA dora', ['Dora de Souza Lima']],
    ['bruno@list', ['Bruno Souza']],
    ['ou=sao', ['Bruno Souza']],
    ['ou=groups', ['Auditors', 'Souza family']],
    ['celik o’hara', ["Çelik O'Hara"]],
    ['%', ['Edu 50%_off']],
    ['_', ['Edu 50%_off']],
    ["'; DROP", []],
    ['nobody', []],
  ];
  for (const [search, found] of searches)
    it(`a search for "${search}" looks at name, login and DN, and pages hold each one once`, async () => {
      const filter: EntryFilter = { directoryId: directory.directoryId, state: 'pending', search };
      const names: string[] = [];
      for (let cursor: string | undefined; ; ) {
        const page = await listEntries(store.scope, { ...filter, cursor }, 3);
        names.push(...page.items.map(({ name }) => name));
        cursor = page.cursor;
        if (!cursor) break;
      }
      expect(names).to.deep.equal(found);
      expect(await countMatching(store.scope, filter)).to.equal(found.length);
      const ids = await pickEntries(store.scope, filter, undefined, 100);
      expect([...ids, ...(await pickEntries(store.scope, filter, ids.at(-1), 100))]).to.have.length(found.length);
    });

  for (const sort of [...entrySortKeys, ...entrySortKeys.map((key) => `-${key}` as const)])
    it(`sorted by ${sort} each is on one page, there and back`, async () => {
      const filter: EntryFilter = { directoryId: directory.directoryId, state: 'pending', sort };
      const whole = (await listEntries(store.scope, filter)).items.map(({ entryId }) => entryId);
      const read: string[][] = [];
      let page = await listEntries(store.scope, filter, 3);
      expect(page.previous).to.equal(undefined);
      for (; ; page = await listEntries(store.scope, { ...filter, cursor: page.cursor }, 3)) {
        read.push(page.items.map(({ entryId }) => entryId));
        if (!page.cursor) break;
      }
      expect(read.flat()).to.deep.equal(whole);
      const back = await listEntries(store.scope, { ...filter, before: page.previous }, 3);
      expect(back.items.map(({ entryId }) => entryId)).to.deep.equal(read.at(-2));
      const other = sort.startsWith('-') ? sort.slice(1) : `-${sort}`;
      const reversed = await listEntries(store.scope, { ...filter, sort: other as EntryFilter['sort'] });
      expect(reversed.items.map(({ entryId }) => entryId)).to.deep.equal(whole.toReversed());
    });

  it('state, kind and reason narrow the list, and the counts say the same', async () => {
    const { scope } = store;
    const count = async (filter: Partial<EntryFilter>) =>
      (await listEntries(scope, { directoryId: directory.directoryId, state: 'pending', ...filter })).items.length;
    expect(await count({ kind: 'group' })).to.equal(2);
    expect(await count({ reason: 'no-email' })).to.equal(1);
    expect(await count({ state: 'accepted' })).to.equal(0);
    expect(await count({ directoryId: unknownId })).to.equal(0);
    expect(await count({ directoryId: 'none' })).to.equal(0);
    expect(await countEntries(scope, directory.directoryId)).to.deep.equal([
      { state: 'pending', kind: 'group', reason: undefined, n: 2 },
      { state: 'pending', kind: 'person', reason: 'no-email', n: 1 },
      { state: 'pending', kind: 'person', reason: undefined, n: 5 },
    ]);
  });

  it('who is somebody here is found by them, and what their directory says is not theirs to change', async () => {
    const { scope } = store;
    const own = await addTestDirectory(scope, { acceptsPeople: true, acceptsGroups: true });
    const [entry, group] = [personEntry({ attributes: { sn: [] } }), groupEntry('Found')];
    await importEntries(scope, own, [entry, group]);
    const { userId } = await entryOf(scope, own, entry);
    const { groupId } = await entryOf(scope, own, group);
    expect(await findEntryOfUser(scope, userId!)).to.include({ entryId: entry.entryId });
    expect([...(await findEntriesOfUsers(scope, [userId!])).keys()]).to.deep.equal([userId]);
    expect([...(await findEntriesOfGroups(scope, [groupId!])).keys()]).to.deep.equal([groupId]);
    const filled = (await findFilledFields(scope, userId!))!;
    expect([...filled.fields]).to.deep.equal(['firstName', 'lastName', 'email']);
    await store.refused('field_of_directory', () => requestEmailChange(scope, userId!, 'mine@example.com'));
    expect(await findFilledFields(scope, (await store.person()).userId)).to.equal(undefined);
    await store.refused('not_found', () => getEntry(store.other, own.directoryId, entry.entryId));
    expect(await findEntryOfUser(store.other, userId!)).to.equal(undefined);
  });

  it('an administrator’s address stays theirs', async () => {
    const { scope } = store;
    const root = await store.person({ role: 'administrator' });
    const entry = personEntry({ attributes: { mail: [root.email!] } });
    await importEntries(scope, directory, [entry]);
    expect(await listHeldUp(scope, directory.directoryId, 10)).to.deep.equal([entry.entryId]);
    await linkEntry(scope, directory.directoryId, entry.entryId, root.userId);
    expect(await listHeldUp(scope, directory.directoryId, 10)).to.deep.equal([]);
    await requestEmailChange(scope, root.userId, 'other.root@example.com');
  });

  it('a member has to be an entry of the same directory; twice is once', async () => {
    const { scope } = store;
    const foreign = personEntry();
    await importEntries(scope, await addTestDirectory(scope), [foreign]);
    const pair = (member: { entryId: string }) => ({ groupEntryId: groups[0]!.entryId, memberEntryId: member.entryId });
    const all = [pair(people[0]!), pair(people[0]!), pair(foreign), pair({ entryId: unknownId })];
    const countMembers = async () =>
      Number((await scope.db('directory_members').where('directory_id', directory.directoryId).count({ n: '*' }))[0]!.n);
    await inTransaction(scope, (inside) => addDirectMembers(inside, directory.directoryId, all));
    expect(await countMembers()).to.equal(1);
    await inTransaction(scope, (inside) => removeDirectMembers(inside, directory.directoryId, all));
    expect(await countMembers()).to.equal(0);
  });

  it('each reason has a text in every language, and the gravest is said', () => {
    const i18n = createI18n(new URL('../../../../views/', import.meta.url));
    for (const reason of entryReasons) expect(i18n.exists(`directory_reasons.${reason.replaceAll('-', '_')}`), reason).to.equal(true);
    expect(locales).to.have.length(3);
    expect(firstReason(['value-left-out', undefined, 'conflict'])).to.equal('conflict');
    expect(firstReason([])).to.equal(undefined);
  });
});
