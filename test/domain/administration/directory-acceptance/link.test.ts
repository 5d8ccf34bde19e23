import { expect } from 'chai';
import { linkEntry, unlinkEntry } from '../../../../src/domain/administration/directory-acceptance/index.ts';
import { findEntryOfUser } from '../../../../src/domain/people/directory-entries/index.ts';
import { getUser, requestDeletion } from '../../../../src/domain/people/users/index.ts';
import { addTestDirectory, entryOf, groupEntry, importEntries, importGone, personEntry } from '../../../support/directory-entries.ts';
import { type Refusals, unknownId, useStore } from '../../../support/use-cases.ts';

describe('domain/administration/directory-acceptance: linking people', () => {
  const store = useStore();

  it('a conflict ends where an administrator says that the two are one; never by itself', async () => {
    const { scope } = store;
    const directory = await addTestDirectory(scope, { acceptsPeople: true });
    const { userId, email } = await store.person({ department: 'Legal' });
    const entry = personEntry({ attributes: { mail: [email!], givenname: ['Of'], sn: ['Directory'] } });
    await importEntries(scope, directory, [entry]);
    await importEntries(scope, directory, [entry]);
    expect(await entryOf(scope, directory, entry)).to.include({ state: 'pending', reason: 'conflict' });
    const types = await store.eventsOf(() => linkEntry(scope, directory.directoryId, entry.entryId, userId));
    expect(types).to.deep.equal(['directory.entry-linked', 'user.edited']);
    expect(await findEntryOfUser(scope, userId)).to.include({ entryId: entry.entryId, state: 'accepted', reason: undefined });
    expect(await getUser(scope, userId)).to.include({ email, firstName: 'Of', lastName: 'Directory', department: 'Legal' });
  });

  it('unlinked, the person stays as they are, and the directory changes them no more', async () => {
    const { scope } = store;
    const directory = await addTestDirectory(scope, { acceptsPeople: true });
    const entry = personEntry();
    await importEntries(scope, directory, [entry]);
    const userId = (await entryOf(scope, directory, entry)).userId!;
    expect(await store.eventsOf(() => unlinkEntry(scope, directory.directoryId, entry.entryId))).to.deep.equal([
      'directory.entry-unlinked',
    ]);
    const before = await getUser(scope, userId);
    await importEntries(scope, directory, [{ ...entry, isEnabled: false, attributes: { ...entry.attributes, sn: ['Changed'] } }]);
    expect(await getUser(scope, userId)).to.deep.equal(before);
    expect(await entryOf(scope, directory, entry)).to.include({ state: 'rejected', reason: 'unlinked' });
    expect(await findEntryOfUser(scope, userId)).to.equal(undefined);
  });

  it('refusals, by code, with nothing written', async () => {
    const { scope, other } = store;
    const directory = await addTestDirectory(scope, { acceptsPeople: true });
    const [linked, group] = [personEntry(), groupEntry('No person')];
    const waits = personEntry({ attributes: { mail: [] } });
    await importEntries(scope, directory, [linked, waits, group]);
    const linkedUser = (await entryOf(scope, directory, linked)).userId!;
    const free = (await store.person()).userId;
    const leaving = (await store.person()).userId;
    await requestDeletion(scope, leaving);
    const gone = personEntry({ attributes: { mail: [] } });
    await importEntries(scope, directory, [gone]);
    await importGone(scope, directory, [gone]);
    const link = (userId: string, entry = waits, as = scope) => linkEntry(as, directory.directoryId, entry.entryId, userId);
    const refusals: Refusals = [
      ['not_found', () => link(unknownId)],
      ['not_found', async () => link(await store.stranger())],
      ['not_found', () => link(free, personEntry())],
      ['not_found', () => link(free, group)],
      ['not_found', () => link(free, waits, other)],
      ['not_found', () => linkEntry(scope, unknownId, waits.entryId, free)],
      ['status_conflict', () => link(free, linked)],
      ['status_conflict', () => link(free, gone)],
      ['status_conflict', () => link(leaving)],
      ['entry_linked', () => link(linkedUser)],
      ['not_found', () => unlinkEntry(other, directory.directoryId, linked.entryId)],
      ['status_conflict', () => unlinkEntry(scope, directory.directoryId, waits.entryId)],
    ];
    for (const [code, work] of refusals) await store.refused(code, work);
    await store.inOneTransaction((inside) => link(free, waits, inside));
    await store.inOneTransaction((inside) => unlinkEntry(inside, directory.directoryId, linked.entryId));
  });
});
