import { expect } from 'chai';
import { acceptEntries } from '../../../../src/domain/administration/directory-acceptance/index.ts';
import { approveRun } from '../../../../src/domain/administration/directory-runs/index.ts';
import type { Directory } from '../../../../src/domain/people/directories/index.ts';
import { getEntry } from '../../../../src/domain/people/directory-entries/index.ts';
import { listGroupsOfUser } from '../../../../src/domain/people/groups/index.ts';
import type { Scope, UserId } from '../../../../src/domain/scope.ts';
import { FakeDirectory, importAll, lastRun, linesOf, linkDirectory, readAgain, workOn } from '../../../support/directory-runs.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('directory runs: members of groups', () => {
  const store = useStore();
  let scope: Scope;
  before(() => {
    scope = store.scope;
  });

  const entryOf = (directory: Directory, { id }: { id: string }) => getEntry(scope, directory.directoryId, id);
  const groupsOf = async (directory: Directory, one: { id: string }): Promise<string[]> =>
    (await listGroupsOfUser(scope, (await entryOf(directory, one)).userId as UserId))
      .filter(({ isEveryone }) => !isEveryone)
      .map(({ name }) => name);

  it('finds members by id, DN and uid, primary groups by their SID, and leaves out who is not known', async () => {
    const fake = new FakeDirectory();
    const [byId, byDn, byUid, byPrimary] = [
      fake.person('Found ById'),
      fake.person('Found ByDn', { dn: 'cn=Found\\, \\"ByDn\\" \\23ü,ou=people,dc=corp' }),
      fake.person('Found ByUid'),
      fake.person('Found ByPrimary', { primaryGroup: 'S-1-5-21-513' }),
    ];
    const group = fake.group(
      'All Ways',
      [{ id: byId.id }, { dn: 'CN=found\\2c \\22bydn\\22 #Ü , OU=People,DC=corp' }, { uid: 'FOUND.byuid' }, { dn: 'cn=nobody,dc=corp' }],
      { sid: 'S-1-5-21-513' },
    );
    const other = fake.group('Another', [], { sid: 'S-1-5-21-514' });
    const directory = await importAll(scope, fake);
    for (const one of [byId, byDn, byUid, byPrimary]) expect(await groupsOf(directory, one), one.dn).to.deep.equal(['All Ways']);
    fake.change({ ...byPrimary, primaryGroup: 'S-1-5-21-514' });
    const run = await readAgain(scope, directory, fake);
    expect((await linesOf(scope, run)).slice(1)).to.have.members([
      'member-removed All Ways: Found ByPrimary',
      'member-added Another: Found ByPrimary',
    ]);
    expect(await groupsOf(directory, byPrimary)).to.deep.equal(['Another']);
    fake.change({ type: 'members', id: group.id, members: [{ id: byUid.id }], isFirst: true });
    await readAgain(scope, directory, fake);
    expect(await groupsOf(directory, byId)).to.deep.equal([]);
    expect(await groupsOf(directory, byUid)).to.deep.equal(['All Ways']);
    fake.change({ type: 'members', id: other.id, members: [], isFirst: true });
    expect(await linesOf(scope, await readAgain(scope, directory, fake)), 'the primary group says nothing of its people').to.deep.equal([]);
  });

  it('reads everything before somebody leaves a group whose members have names that nobody here has: their container may have been renamed', async () => {
    const fake = new FakeDirectory();
    const people = ['Ana', 'Bia', 'Caio'].map((name) => fake.person(`${name} Renamed`));
    const [ana, bia] = people as [(typeof people)[0], (typeof people)[0]];
    const group = fake.group(
      'Small',
      people.map(({ dn }) => ({ dn })),
    );
    const directory = await importAll(scope, fake);
    for (const one of people) one.dn = one.dn.replace('ou=people', 'ou=staff');
    group.members = people.map(({ dn }) => ({ dn }));
    // the container and the group are said, and nobody in it
    fake.change({ type: 'members', id: group.id, members: group.members, isFirst: true });
    const run = await readAgain(scope, directory, fake);
    expect(run).to.include({ isWhole: true, state: 'done' });
    expect(run.counts).to.deep.include({ members: { added: 0, removed: 0 }, people: { added: 0, changed: 3, leaving: 0, returning: 0 } });
    expect(await groupsOf(directory, bia)).to.deep.equal(['Small']);
    // names that are known say enough
    group.members = group.members.slice(1);
    fake.change({ type: 'members', id: group.id, members: group.members, isFirst: true });
    expect(await readAgain(scope, directory, fake)).to.include({ isWhole: false, state: 'done' });
    expect(await groupsOf(directory, ana)).to.deep.equal([]);
  });

  it('imports a group of 5,000, groups in a ring, and a group whose people are said before it', async () => {
    const fake = new FakeDirectory();
    const people = Array.from({ length: 5000 }, (_, n) => fake.person(`Many Number${n}`));
    const fiveThousand = fake.group(
      'Five Thousand',
      people.map(({ dn }) => ({ dn })),
    );
    const [a, b] = [fake.group('Ring A', [{ dn: people[0]!.dn }]), fake.group('Ring B', [{ dn: people[1]!.dn }])];
    a.members.push({ id: b.id });
    b.members.push({ id: a.id });
    const early = { id: 'aaaaaaaa-0000-4000-8000-000000000001' };
    fake.extra.push({ type: 'group', id: early.id, dn: 'cn=Late Group,dc=corp', attributes: { cn: ['Late Group'] } });
    fake.people.unshift({ type: 'members', id: early.id, members: [{ id: people[2]!.id }], isFirst: true } as never);
    const directory = await linkDirectory(scope, { acceptsGroups: true });
    await readAgain(scope, directory, fake);
    await approveRun(scope, (await lastRun(scope, directory)).runId);
    await workOn(scope, directory, fake);
    const members = await scope.db('directory_members').where('group_entry_id', fiveThousand.id);
    expect(members).to.have.length(5000);
    await acceptEntries(scope, directory.directoryId, { entryIds: people.slice(0, 3).map(({ id }) => id) });
    expect(await groupsOf(directory, people[0]!)).to.have.members(['Five Thousand', 'Ring A', 'Ring B']);
    expect(await groupsOf(directory, people[2]!)).to.have.members(['Five Thousand', 'Late Group']);
    fake.change({ type: 'gone', id: people[4999]!.id });
    const run = await readAgain(scope, directory, fake);
    expect(run).to.include({ state: 'done', total: 1 });
  }).timeout(240_000);
});
