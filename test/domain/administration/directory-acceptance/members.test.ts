import { expect } from 'chai';
import { acceptEntries, followEntries, linkGroup, unlinkEntry } from '../../../../src/domain/administration/directory-acceptance/index.ts';
import { deleteGroup } from '../../../../src/domain/administration/group-changes/index.ts';
import { linkUser } from '../../../../src/domain/applications/assignments/index.ts';
import type { Directory } from '../../../../src/domain/people/directories/index.ts';
import { type EntryContent, removeDirectMembers } from '../../../../src/domain/people/directory-entries/index.ts';
import {
  addMembers,
  createGroup,
  editGroup,
  findGroupByName,
  getGroup,
  removeMember,
  renameGroup,
} from '../../../../src/domain/people/groups/index.ts';
import { listUsers } from '../../../../src/domain/people/users/index.ts';
import { type GroupId, inTransaction } from '../../../../src/domain/scope.ts';
import { eventsOf } from '../../../support/audit.ts';
import {
  addTestDirectory,
  entryOf,
  groupEntry,
  importEntries,
  importGone,
  importMembers,
  personEntry,
} from '../../../support/directory-entries.ts';
import { type Refusals, unknownId, useStore } from '../../../support/use-cases.ts';

describe('domain/administration/directory-acceptance: groups', () => {
  const store = useStore();
  const automatic = { acceptsPeople: true, acceptsGroups: true };

  /** First names of the group's members here. */
  const membersOf = async (directory: Directory, group: EntryContent): Promise<string[]> => {
    const { groupId } = await entryOf(store.scope, directory, group);
    return (await listUsers(store.scope, { groupId })).items.map(({ firstName }) => firstName);
  };
  const named = (name: string, more = {}) => personEntry({ ...more, attributes: { givenname: [name] } });

  for (const isFlat of [false, true]) {
    const how = isFlat ? 'flattened' : 'direct';

    it(`members by every way and in every order, ${how}: nested, in cycles, by the primary group, of people who wait`, async () => {
      const directories = [];
      for (const order of ['groups first', 'people first', 'accepted at the end'] as const) {
        const { scope } = store;
        const settings = { nestedGroups: isFlat ? 'flattened' : 'direct', ...(order === 'accepted at the end' ? {} : automatic) } as const;
        const directory = await addTestDirectory(scope, settings);
        const [outer, inner, cycle, primary] = ['Outer', 'Inner', 'Cycle', 'Primary'].map((name) =>
          groupEntry(`${name} ${how} ${order}`, name === 'Primary' ? { sid: 'S-1-5-21-513' } : {}),
        ) as [EntryContent, EntryContent, EntryContent, EntryContent];
        const [ana, bia, caio, dora] = [named('Ana', { primaryGroup: 'S-1-5-21-513' }), named('Bia'), named('Caio'), named('Dora')];
        const waits = personEntry({ attributes: { givenname: ['Waits'], mail: [] } });
        const people = () => importEntries(scope, directory, [ana, bia, caio, dora, waits]);
        const groups = () => importEntries(scope, directory, [outer, inner, cycle, primary]);
        for (const part of order === 'groups first' ? [groups, people] : [people, groups]) await part();
        await importMembers(scope, directory, outer, [ana, inner, waits]);
        await importMembers(scope, directory, inner, [bia, cycle, primary]);
        await importMembers(scope, directory, cycle, [caio, inner, cycle]);
        if (order === 'accepted at the end') {
          await acceptEntries(scope, directory.directoryId, { all: true, kind: 'group' });
          await acceptEntries(scope, directory.directoryId, { all: true, kind: 'person' });
        }
        const found = Object.fromEntries(
          await Promise.all(
            Object.entries({ outer, inner, cycle, primary }).map(async ([name, group]) => [name, await membersOf(directory, group)]),
          ),
        );
        expect(found, order).to.deep.equal(
          isFlat
            ? { outer: ['Ana', 'Bia', 'Caio'], inner: ['Ana', 'Bia', 'Caio'], cycle: ['Ana', 'Bia', 'Caio'], primary: ['Ana'] }
            : { outer: ['Ana'], inner: ['Bia'], cycle: ['Caio'], primary: ['Ana'] },
        );
        directories.push({ directory, outer, inner, cycle, primary, ana, bia, caio, dora });
      }

      for (const { directory, outer, inner, cycle, ana, dora, caio } of directories) {
        const { scope } = store;
        await importMembers(scope, directory, cycle, [dora]);
        expect(await membersOf(directory, outer)).to.deep.equal(isFlat ? ['Ana', 'Bia', 'Caio', 'Dora'] : ['Ana']);
        const leave = { groupEntryId: cycle.entryId, memberEntryId: caio.entryId };
        await inTransaction(scope, async (inside) => {
          await removeDirectMembers(inside, directory.directoryId, [leave]);
          await followEntries(inside, directory.directoryId, [caio.entryId]);
        });
        expect(await membersOf(directory, outer), 'by the person').to.deep.equal(isFlat ? ['Ana', 'Bia', 'Dora'] : ['Ana']);
        await importEntries(scope, directory, [{ ...ana, primaryGroup: undefined }]);
        expect(await membersOf(directory, inner)).to.deep.equal(isFlat ? ['Bia', 'Dora'] : ['Bia']);
        await importGone(scope, directory, [dora, inner]);
        expect(await membersOf(directory, outer), 'nobody comes through a group that is gone').to.deep.equal(['Ana']);
        expect(await membersOf(directory, inner)).to.deep.equal([]);
        await importEntries(scope, directory, [inner, dora]);
        expect(await membersOf(directory, outer)).to.deep.equal(isFlat ? ['Ana', 'Bia', 'Dora'] : ['Ana']);
      }
    });
  }

  it('few changes have an event each, many one for the group with numbers', async () => {
    const { scope } = store;
    const directory = await addTestDirectory(scope, automatic);
    const [team, crowd] = [groupEntry('Team of few'), groupEntry('Crowd')];
    const people = Array.from({ length: 60 }, () => personEntry());
    await importEntries(scope, directory, [team, crowd, ...people]);
    expect(await store.eventsOf(() => importMembers(scope, directory, team, people.slice(0, 2)))).to.deep.equal([
      'group.member-added',
      'group.member-added',
    ]);
    expect(await store.eventsOf(() => importMembers(scope, directory, crowd, people))).to.deep.equal(['group.members-synchronised']);
    const event = (await eventsOf(scope)).find(({ type }) => type === 'group.members-synchronised')!;
    expect(event).to.deep.include({ subjectName: 'Crowd', details: { added: 60, removed: 0 } });
    expect(await store.eventsOf(() => importGone(scope, directory, [team]))).to.deep.equal([
      'group.member-removed',
      'group.member-removed',
    ]);
  });

  it('a group is called here as it is there, gone or not; name and members are the directory’s', async () => {
    const { scope } = store;
    const directory = await addTestDirectory(scope, automatic);
    const [team, ana] = [groupEntry('Sales EMEA'), personEntry()];
    await importEntries(scope, directory, [team, ana]);
    await importMembers(scope, directory, team, [ana]);
    const groupId = (await entryOf(scope, directory, team)).groupId!;
    const { userId } = await store.person();
    const refusals: Refusals = [
      ['group_of_directory', () => addMembers(scope, groupId, [userId])],
      ['group_of_directory', () => linkUser(scope, userId, { groupIds: [groupId], applicationIds: [] })],
      ['group_of_directory', () => removeMember(scope, groupId, userId)],
      ['group_of_directory', () => editGroup(scope, groupId, { name: 'Ours', description: '' })],
      ['group_of_directory', () => deleteGroup(scope, groupId)],
    ];
    for (const [code, work] of refusals) await store.refused(code, work);
    await editGroup(scope, groupId, { name: 'Sales EMEA', description: 'As we say it' });
    await importEntries(scope, directory, [{ ...team, attributes: { cn: ['Sales Europe'] } }]);
    expect(await getGroup(scope, groupId)).to.include({ name: 'Sales Europe', description: 'As we say it' });
    const taken = await createGroup(scope, { name: 'Sales World' });
    await importEntries(scope, directory, [{ ...team, attributes: { cn: ['Sales World'] } }]);
    expect(await getGroup(scope, groupId)).to.include({ name: 'Sales Europe' });
    expect(await entryOf(scope, directory, team)).to.include({ state: 'accepted', reason: 'conflict' });
    await renameGroup(scope, taken.groupId, 'Sales Moon');
    await importEntries(scope, directory, [{ ...team, attributes: { cn: ['Sales World'] } }]);
    expect(await getGroup(scope, groupId)).to.include({ name: 'Sales World' });
    await importGone(scope, directory, [team]);
    expect(await entryOf(scope, directory, team)).to.include({ state: 'accepted', reason: 'gone', groupId });
    expect(await membersOf(directory, team)).to.deep.equal([]);
    await deleteGroup(scope, groupId);
    expect(await entryOf(scope, directory, team)).to.include({ state: 'rejected', reason: 'deleted', groupId: undefined });
  });

  it('a conflict of names ends where an administrator links the two; unlinked, the group is ours and stays as it is', async () => {
    const { scope } = store;
    const directory = await addTestDirectory(scope, automatic);
    const [manual, member] = [await createGroup(scope, { name: 'Treasury', description: 'By hand' }), await store.person()];
    await addMembers(scope, manual.groupId, [member.userId]);
    const [finance, ana] = [groupEntry('treasury'), named('Ana')];
    await importEntries(scope, directory, [finance, ana]);
    await importMembers(scope, directory, finance, [ana]);
    expect(await entryOf(scope, directory, finance)).to.include({ state: 'pending', reason: 'conflict' });
    await linkGroup(scope, directory.directoryId, finance.entryId, manual.groupId);
    expect(await getGroup(scope, manual.groupId)).to.include({ name: 'treasury', description: 'By hand' });
    expect(await membersOf(directory, finance)).to.deep.equal(['Ana']);
    await unlinkEntry(scope, directory.directoryId, finance.entryId);
    expect(await entryOf(scope, directory, finance)).to.include({ state: 'rejected', reason: 'unlinked', groupId: undefined });
    await addMembers(scope, manual.groupId, [member.userId]);
    await importGone(scope, directory, [finance]);
    await importEntries(scope, directory, [finance, ana]);
    expect((await listUsers(scope, { groupId: manual.groupId })).items).to.have.length(2);
  });

  it('refusals of linking groups, by code, with nothing written', async () => {
    const { scope, other } = store;
    const directory = await addTestDirectory(scope, { acceptsGroups: true });
    const [mine, waits] = [groupEntry('Linked already'), groupEntry('Waits')];
    await createGroup(scope, { name: 'Waits' });
    await importEntries(scope, directory, [mine, waits]);
    const linked = (await entryOf(scope, directory, mine)).groupId!;
    const free = (await createGroup(scope, { name: 'Free' })).groupId;
    const everyone = (await findGroupByName(scope, 'Everyone'))!.groupId;
    const link = (groupId: GroupId | string, entry = waits, as = scope) => linkGroup(as, directory.directoryId, entry.entryId, groupId);
    const refusals: Refusals = [
      ['not_found', () => link(unknownId)],
      ['not_found', () => link(free, groupEntry('Unknown'))],
      ['not_found', () => link(free, waits, other)],
      ['status_conflict', () => link(free, mine)],
      ['everyone_is_fixed', () => link(everyone)],
      ['entry_linked', () => link(linked)],
      ['status_conflict', () => unlinkEntry(scope, directory.directoryId, waits.entryId)],
      ['not_found', () => unlinkEntry(other, directory.directoryId, mine.entryId)],
    ];
    for (const [code, work] of refusals) await store.refused(code, work);
    await store.inOneTransaction((inside) => link(free, waits, inside));
    await store.inOneTransaction((inside) => unlinkEntry(inside, directory.directoryId, mine.entryId));
  });
});
