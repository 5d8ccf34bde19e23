import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { approveRun, forgetChangesOf, getRun, startRun, undoRun } from '../../../../src/domain/administration/directory-runs/index.ts';
import {
  type Directory,
  editDirectory,
  getDirectory,
  makeToken,
  removeDirectory,
} from '../../../../src/domain/people/directories/index.ts';
import { getEntry, insertProvisionedEntry, listEntries } from '../../../../src/domain/people/directory-entries/index.ts';
import { listGroupsOfUser } from '../../../../src/domain/people/groups/index.ts';
import { getUser } from '../../../../src/domain/people/users/index.ts';
import { inTransaction, type Scope, type UserId } from '../../../../src/domain/scope.ts';
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
import { useStore } from '../../../support/use-cases.ts';

describe('directory runs: importing', () => {
  const store = useStore();
  let scope: Scope;
  before(() => {
    scope = store.scope;
  });

  const entryOf = (directory: Directory, { id }: { id: string }) => getEntry(scope, directory.directoryId, id);
  const userOf = async (directory: Directory, one: { id: string }) => getUser(scope, (await entryOf(directory, one)).userId!);
  const groupsOf = async (directory: Directory, one: { id: string }): Promise<string[]> =>
    (await listGroupsOfUser(scope, (await entryOf(directory, one)).userId as UserId))
      .filter(({ isEveryone }) => !isEveryone)
      .map(({ name }) => name);

  it('asks at the first run, whose people wait then; and reads changes from there on', async () => {
    const fake = new FakeDirectory();
    const ana = fake.person('Ana First');
    fake.group('Readers', [{ dn: ana.dn }]);
    const directory = await linkDirectory(scope);
    await workOn(scope, directory, fake);
    const run = await lastRun(scope, directory);
    expect(run).to.deep.include({ state: 'stopped', stopReason: 'first-run', way: 'full', total: 3 });
    expect(run.counts).to.deep.equal({
      people: { added: 1, changed: 0, leaving: 0, returning: 0 },
      groups: { added: 1, changed: 0, leaving: 0, returning: 0 },
      members: { added: 1, removed: 0 },
      unusable: 0,
    });
    const waiting = async () =>
      (await listEntries(scope, { directoryId: directory.directoryId, state: 'pending' })).items.map(({ name }) => name);
    expect(await waiting()).to.deep.equal([]);
    await approveRun(scope, run.runId);
    await workOn(scope, directory, fake);
    expect(await getRun(scope, run.runId)).to.include({ state: 'done', done: 3 });
    expect(await waiting()).to.have.members(['Ana First', 'Readers']);
    expect((await getDirectory(scope, directory.directoryId)).readCursor).to.equal('cursor 1');
    fake.change({ ...ana, attributes: { ...ana.attributes, sn: ['Second'] } });
    await readAgain(scope, directory, fake);
    expect(fake.asked.map(({ cursor }) => cursor)).to.deep.equal([undefined, 'cursor 1']);
    const [change] = await changesOf(scope, await lastRun(scope, directory));
    expect(change).to.deep.include({
      change: 'person-changed',
      before: { name: 'Ana First', attributes: { sn: ['First'] } },
      after: { name: 'Ana Second', attributes: { sn: ['Second'] } },
      state: 'done',
    });
    expect((await scope.db('directory_entries').where('entry_id', ana.id).first())!.last_change).to.deep.include({
      change: 'person-changed',
      fields: ['name', 'sn'],
      runId: (await lastRun(scope, directory)).runId,
    });
  });

  it('follows what changes: data, moves, disabled, enabled, gone, back', async () => {
    const fake = new FakeDirectory();
    const [eva, leo] = [fake.person('Eva Moves'), fake.person('Leo Stays')];
    for (let n = 0; n < 10; n++) fake.person(`Other Number${n}`);
    const directory = await importAll(scope, fake);
    const said = async (...records: Parameters<FakeDirectory['change']>) => {
      fake.change(...records);
      return linesOf(scope, await readAgain(scope, directory, fake));
    };
    expect(await said({ ...eva, dn: 'cn=Eva Moves,ou=elsewhere,dc=corp' })).to.deep.equal(['person-moved Eva Moves']);
    expect(await said({ ...eva, dn: 'cn=Eva Moves,ou=elsewhere,dc=corp' }), 'said again').to.deep.equal([]);
    expect(await said({ ...eva, isEnabled: false })).to.deep.equal(['person-disabled Eva Moves']);
    expect((await userOf(directory, eva)).status).to.equal('deactivated');
    expect(await said(eva)).to.deep.equal(['person-enabled Eva Moves']);
    expect((await userOf(directory, eva)).status).to.equal('activated');
    expect(await said({ type: 'gone', id: eva.id })).to.deep.equal(['person-left Eva Moves']);
    expect((await userOf(directory, eva)).status).to.equal('deactivated');
    expect((await userOf(directory, leo)).status).to.equal('activated');
    expect(await said({ type: 'gone', id: eva.id }), 'gone already').to.deep.equal([]);
    expect(await said(eva)).to.deep.equal(['person-returned Eva Moves']);
    expect((await userOf(directory, eva)).status).to.equal('activated');
  });

  it('keeps everybody and all memberships when a unit is renamed and every DN is another', async () => {
    const fake = new FakeDirectory();
    const people = Array.from({ length: 12 }, (_, n) => fake.person(`Renamed Person${n}`));
    fake.group(
      'Renamed',
      people.map(({ dn }) => ({ dn })),
    );
    const directory = await importAll(scope, fake);
    expect(await groupsOf(directory, people[3]!)).to.deep.equal(['Renamed']);
    const moved = (dn: string) => dn.replace(/ou=\w+/, 'OU=Everything, Else');
    for (const one of [...fake.people, ...fake.groups]) one.dn = moved(one.dn);
    for (const group of fake.groups) group.members = fake.people.map(({ dn }) => ({ dn }));
    const run = await readAgain(scope, directory, fake, true);
    expect(run.state).to.equal('done');
    expect(run.counts).to.deep.include({ people: { added: 0, changed: 12, leaving: 0, returning: 0 }, members: { added: 0, removed: 0 } });
    expect(await groupsOf(directory, people[3]!)).to.deep.equal(['Renamed']);
    expect((await userOf(directory, people[3]!)).status).to.equal('activated');
  });

  it('makes no second person of one whom another directory has, too', async () => {
    const [one, two] = [new FakeDirectory(), new FakeDirectory()];
    const here = one.person('Twice There');
    const first = await importAll(scope, one);
    const there = two.person('Twice There');
    const second = await importAll(scope, two, { acceptsPeople: true });
    expect((await userOf(first, here)).email).to.equal('twice.there@corp.example');
    expect(await entryOf(second, there)).to.include({ state: 'pending', reason: 'conflict', userId: undefined });
    expect(await lastRun(scope, second)).to.include({ state: 'done' });
  });

  it('counts and names entries that it cannot use, and goes on', async () => {
    const fake = new FakeDirectory();
    fake.person('Usable Person');
    fake.extra.push(
      { type: 'unusable', dn: 'cn=No Id,dc=corp', reason: 'no-id' },
      { type: 'unusable', dn: 'CN=no id, dc=corp', reason: 'no-id' },
    );
    const directory = await importAll(scope, fake);
    const run = await lastRun(scope, directory);
    expect(run.counts).to.deep.include({ unusable: 1 });
    expect((await changesOf(scope, run)).find(({ change }) => change === 'unusable')).to.include({ state: 'passed-over', fault: 'no-id' });
    const again = await readAgain(scope, directory, fake, true);
    expect(again, 'nothing to do is nothing to do').to.include({ state: 'done', total: 0 });
  });

  it('reads everything by new settings, whatever was being read when they changed', async () => {
    const fake = new FakeDirectory();
    const one = fake.person('Mapped Person', { attributes: { title: ['Engineer'] } });
    const directory = await importAll(scope, fake);
    fake.beforeBatch = async () => {
      store.wait(1);
      await makeToken(scope, directory.directoryId);
    };
    fake.change(one);
    await readAgain(scope, directory, fake);
    expect((await getDirectory(scope, directory.directoryId)).readCursor, 'a token is no setting').to.equal('cursor 2');
    fake.beforeBatch = async () => {
      fake.beforeBatch = () => {};
      const { name, settings } = await getDirectory(scope, directory.directoryId);
      store.wait(1);
      await editDirectory(scope, directory.directoryId, {
        name,
        settings: { ...settings, mapping: { customFields: {}, department: 'title' } },
      });
    };
    fake.change(one);
    await readAgain(scope, directory, fake);
    expect((await getDirectory(scope, directory.directoryId)).readCursor, 'what it read by the settings before').to.equal(undefined);
    expect(await readAgain(scope, directory, fake)).to.include({ state: 'done', isWhole: true });
    expect(fake.asked.at(-1)).to.deep.include({ cursor: undefined });
    expect(fake.asked.at(-1)!.userAttributes).to.include('title');
    expect((await userOf(directory, one)).department).to.equal('Engineer');
  });

  it('shows by a preview what a run would do, and does none of it', async () => {
    const fake = new FakeDirectory();
    fake.person('Previewed Person');
    const directory = await linkDirectory(scope);
    const runId = await startRun(scope, directory.directoryId, { purpose: 'preview' });
    const events = await store.eventsOf(() => workOn(scope, directory, fake));
    expect(events).to.deep.equal(['directory.run-previewed']);
    expect(await getRun(scope, runId)).to.include({ state: 'done', isWhole: true, total: 1 });
    expect(await linesOf(scope, { runId })).to.deep.equal(['person-added Previewed Person']);
    expect((await listEntries(scope, { directoryId: directory.directoryId, state: 'pending' })).items).to.deep.equal([]);
    expect((await getDirectory(scope, directory.directoryId)).readCursor).to.equal(undefined);
  });

  it('leaves people and groups here when the directory is removed', async () => {
    const fake = new FakeDirectory();
    const one = fake.person('Left Behind');
    fake.group('Left Too', [{ dn: one.dn }]);
    const directory = await importAll(scope, fake);
    const { userId } = await userOf(directory, one);
    await startRun(scope, directory.directoryId, { purpose: 'sync' });
    await removeDirectory(scope, directory.directoryId);
    await workOn(scope, directory, fake);
    expect((await getUser(scope, userId)).status).to.equal('activated');
    expect((await listGroupsOfUser(scope, userId)).map(({ name }) => name)).to.include('Left Too');
  });

  it('marks somebody who cannot follow, and goes on with everybody else', async () => {
    const fake = new FakeDirectory();
    const [unlucky, lucky] = [fake.person('Unlucky One'), fake.person('Lucky One')];
    const directory = await importAll(scope, fake);
    await scope.db.raw(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.first_name = 'Unlucky' THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END $$;
      CREATE TRIGGER refuse BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION refuse()`);
    for (const one of [unlucky, lucky]) fake.change({ ...one, attributes: { ...one.attributes, sn: ['Two'] } });
    const run = await readAgain(scope, directory, fake);
    await scope.db.raw('DROP TRIGGER refuse ON users; DROP FUNCTION refuse()');
    expect(run).to.include({ state: 'done', done: 2 });
    expect((await changesOf(scope, run)).map(({ name, state, fault }) => [name, state, fault])).to.deep.equal([
      ['Lucky Two', 'done', undefined],
      ['Unlucky Two', 'refused', 'server_error'],
    ]);
    expect((await userOf(directory, lucky)).lastName).to.equal('Two');
    expect((await userOf(directory, unlucky)).lastName).to.equal('One');
  });

  it('lets somebody who was made there from here be until they were read once: the base and the filter may not reach them', async () => {
    const fake = new FakeDirectory();
    fake.person('Usual Person');
    const directory = await importAll(scope, fake);
    const user = await store.person();
    const made = { id: randomUUID(), dn: 'cn=Made Here,ou=elsewhere,dc=corp' };
    await inTransaction(scope, (inside) =>
      insertProvisionedEntry(inside, user, { directoryId: directory.directoryId, entryId: made.id, dn: made.dn }),
    );
    fake.change({ type: 'gone', id: made.id });
    expect(await readAgain(scope, directory, fake)).to.include({ state: 'done', total: 0 });
    expect(await readAgain(scope, directory, fake, true)).to.include({ state: 'done', total: 0 });
    expect(await getEntry(scope, directory.directoryId, made.id)).to.include({ isGone: false, state: 'accepted' });
    expect((await userOf(directory, made)).status).to.equal(user.status);
    fake.change(fake.person('Made Here', made));
    expect(await linesOf(scope, await readAgain(scope, directory, fake))).to.deep.equal(['person-changed Made Here']);
    fake.change({ type: 'gone', id: made.id });
    expect(await linesOf(scope, await readAgain(scope, directory, fake))).to.deep.equal(['person-left Made Here']);
    expect((await userOf(directory, made)).status).to.equal('deactivated');
  });

  it('forgets what it changed of somebody who is deleted here', async () => {
    const fake = new FakeDirectory();
    const [gone, stays] = [fake.person('Forgotten One'), fake.person('Remembered One')];
    fake.group('Remembering Group', [{ id: gone.id }, { id: stays.id }]);
    const directory = await importAll(scope, fake);
    const run = await lastRun(scope, directory);
    const { userId } = await userOf(directory, gone);
    await inTransaction(scope, (inside) => forgetChangesOf(inside, userId));
    const changes = await changesOf(scope, run);
    expect(changes.find(({ entryId }) => entryId === gone.id)).to.include({ name: '', after: undefined, state: 'done' });
    expect(changes.find(({ entryId }) => entryId === stays.id)).to.include({ name: 'Remembered One' });
    const members = changes.filter(({ change }) => change === 'member-added');
    expect(members.map(({ name, memberName }) => [name, memberName])).to.have.deep.members([
      ['Remembering Group', ''],
      ['Remembering Group', 'Remembered One'],
    ]);
    const undone = await undoRun(scope, run.runId);
    await workOn(scope, directory, fake);
    expect(
      (await changesOf(scope, { runId: undone })).filter(({ change }) => change.startsWith('person')).map(({ state }) => state),
      'and undo passes over both: one accepted since',
    ).to.deep.equal(['passed-over', 'passed-over']);
  });
});
