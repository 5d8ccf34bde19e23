import { expect } from 'chai';
import { acceptEntries } from '../../../../src/domain/administration/directory-acceptance/index.ts';
import {
  approveRun,
  findReadingPause,
  getRun,
  isUndoable,
  startRun,
  undoRun,
} from '../../../../src/domain/administration/directory-runs/index.ts';
import type { Directory } from '../../../../src/domain/people/directories/index.ts';
import { getEntry, listEntries } from '../../../../src/domain/people/directory-entries/index.ts';
import { listGroupsOfUser } from '../../../../src/domain/people/groups/index.ts';
import { getUser } from '../../../../src/domain/people/users/index.ts';
import type { Scope } from '../../../../src/domain/scope.ts';
import {
  changesOf,
  FakeDirectory,
  importAll,
  lastRun,
  linesOf,
  linkDirectory,
  readAgain,
  workOn,
} from '../../../support/directory-runs.ts';
import { unknownId, useStore } from '../../../support/use-cases.ts';

describe('directory runs: undo', () => {
  const store = useStore();
  let scope: Scope;
  before(() => {
    scope = store.scope;
  });

  const userOf = async (directory: Directory, { id }: { id: string }) =>
    getUser(scope, (await getEntry(scope, directory.directoryId, id)).userId!);
  const groupsOf = async (directory: Directory, one: { id: string }) =>
    (await listGroupsOfUser(scope, (await userOf(directory, one)).userId)).filter(({ isEveryone }) => !isEveryone).map(({ name }) => name);
  async function undo(directory: Directory, fake: FakeDirectory, runId: string) {
    const undone = await undoRun(scope, runId);
    await workOn(scope, directory, fake);
    return getRun(scope, undone);
  }

  it('brings back data, statuses and memberships, in one event; then reading pauses, and what it wants again is asked about', async () => {
    const fake = new FakeDirectory();
    const people = Array.from({ length: 30 }, (_, n) => fake.person(`Undone Person${n}`));
    const [gone, disabled, renamed, moved, member] = people as [never, never, never, never, never] & typeof people;
    const group = fake.group('Undone Group', [{ id: people[4]!.id }, { id: people[5]!.id }]);
    const directory = await importAll(scope, fake);
    const picture = async () => [
      await Promise.all(
        people.slice(0, 6).map(async (one) => {
          const { firstName, lastName, status, email } = await userOf(directory, one);
          return [
            firstName,
            lastName,
            status,
            email,
            await groupsOf(directory, one),
            (await getEntry(scope, directory.directoryId, one.id)).dn,
          ];
        }),
      ),
    ];
    const then = await picture();
    fake.people = fake.people.filter((one) => one !== gone);
    Object.assign(disabled, { isEnabled: false });
    Object.assign(renamed, { attributes: { ...people[2]!.attributes, sn: ['Renamed'] } });
    Object.assign(moved, { dn: 'cn=moved,dc=corp' });
    group.members = [{ id: people[6]!.id }, { id: (member as { id: string }).id }];
    const added = fake.person('Added Meanwhile');
    const run = await readAgain(scope, directory, fake, true);
    expect(run).to.include({ state: 'done', total: 7 });
    expect(await picture()).to.not.deep.equal(then);
    await store.inCallersTransaction((inside) => undoRun(inside, run.runId));
    const events = await store.eventsOf(async () => {
      expect(await undo(directory, fake, run.runId)).to.deep.include({ state: 'done', purpose: 'undo', undoesRunId: run.runId, total: 7 });
    });
    expect(events.filter((type) => type.startsWith('directory.'))).to.deep.equal(['directory.run-undone']);
    expect(await picture()).to.deep.equal(then);
    expect(await getEntry(scope, directory.directoryId, added.id)).to.include({ state: 'pending', isGone: true });
    expect((await listEntries(scope, { directoryId: directory.directoryId, state: 'pending' })).items).to.deep.equal([]);
    const undone = await lastRun(scope, directory);
    expect((await getRun(scope, run.runId)).undoneByRunId).to.equal(undone.runId);
    expect(await findReadingPause(scope, directory.directoryId)).to.deep.equal({ reason: 'undone', runId: undone.runId });
    store.wait(60);
    await workOn(scope, directory, fake);
    await store.unchanged(() => workOn(scope, directory, fake));
    await store.refused('directory_run_not_undoable', () => undoRun(scope, run.runId));
    await store.refused('directory_run_not_undoable', () => undoRun(scope, undone.runId));
    const again = await readAgain(scope, directory, fake);
    expect(again).to.include({ state: 'stopped', stopReason: 'after-undo', isWhole: true, total: 7 });
    await approveRun(scope, again.runId);
    await workOn(scope, directory, fake);
    expect(isUndoable(await lastRun(scope, directory))).to.equal(true);
    expect((await userOf(directory, people[0]!)).status).to.equal('deactivated');
  });

  it('passes over what has changed since, and says so', async () => {
    const fake = new FakeDirectory();
    const people = Array.from({ length: 12 }, (_, n) => fake.person(`Since Person${n}`));
    const directory = await importAll(scope, fake);
    const named = (n: number, sn: string) => ({ ...people[n]!, attributes: { ...people[n]!.attributes, sn: [sn] } });
    const newcomers = ['Since Accepted', 'Since Waiting'].map((name) => new FakeDirectory().person(name));
    fake.change(named(0, 'Once'), named(1, 'Once'), ...newcomers);
    const run = await readAgain(scope, directory, fake);
    fake.change(named(1, 'Twice'));
    await readAgain(scope, directory, fake);
    await acceptEntries(scope, directory.directoryId, { entryIds: [newcomers[0]!.id] });
    const undone = await undo(directory, fake, run.runId);
    const passed = (await changesOf(scope, undone)).filter(({ state }) => state === 'passed-over').map(({ name, fault }) => [name, fault]);
    expect(passed).to.have.deep.members([
      ['Since Once', 'changed-since'],
      ['Since Accepted', 'changed-since'],
    ]);
    expect(undone).to.include({ state: 'done', total: 2 });
    expect((await userOf(directory, people[0]!)).lastName).to.equal('Person0');
    expect((await userOf(directory, people[1]!)).lastName).to.equal('Twice');
    expect((await userOf(directory, newcomers[0]!)).status).to.equal('activated');
    expect(await getEntry(scope, directory.directoryId, newcomers[1]!.id)).to.include({ isGone: true });
  });

  it('deactivates, and deletes nobody, whom the run accepted by itself', async () => {
    const fake = new FakeDirectory();
    const one = fake.person('Accepted ByItself');
    const directory = await importAll(scope, fake, { acceptsPeople: true });
    const run = await lastRun(scope, directory);
    const { userId } = await userOf(directory, one);
    expect(await linesOf(scope, await undo(directory, fake, run.runId))).to.deep.equal(['person-left Accepted ByItself']);
    expect((await getUser(scope, userId)).status).to.equal('deactivated');
  });

  it('is refused for what changed nothing, is not over, or is not there', async () => {
    const fake = new FakeDirectory();
    fake.person('Refused Undo');
    const directory = await linkDirectory(scope);
    const runId = await startRun(scope, directory.directoryId, { purpose: 'preview' });
    await workOn(scope, directory, fake);
    await store.refused('directory_run_not_undoable', () => undoRun(scope, runId));
    await store.refused('not_found', () => undoRun(scope, unknownId));
    await store.refused('not_found', () => undoRun(store.other, runId));
    const stopped = await readAgain(scope, directory, fake);
    await store.refused('directory_run_not_undoable', () => undoRun(scope, stopped.runId));
  });
});
