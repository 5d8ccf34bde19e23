import { expect } from 'chai';
import { findStopReason, type Losses } from '../../../../src/domain/administration/directory-runs/guard.ts';
import {
  approveRun,
  declineRun,
  findReadingPause,
  listRuns,
  startRun,
  undoRun,
} from '../../../../src/domain/administration/directory-runs/index.ts';
import {
  editDirectory,
  getDirectory,
  makeToken,
  measureDirectories,
  noteDirectoryState,
  revokeToken,
} from '../../../../src/domain/people/directories/index.ts';
import { getEntry, wantState } from '../../../../src/domain/people/directory-entries/index.ts';
import { inTransaction, type Scope } from '../../../../src/domain/scope.ts';
import { FakeDirectory, importAll, lastRun, linesOf, linkDirectory, readAgain, workOn } from '../../../support/directory-runs.ts';
import { unknownId, useStore } from '../../../support/use-cases.ts';

describe('directory runs: the guard', () => {
  const limits = { guardPercent: 10, guardPeople: 50 };
  const none = { leaving: 0, of: 1000 };
  const calm: Losses = { people: none, groups: none, members: none };
  const usual = { isFirst: false, isAfterUndo: false };
  const cases: [what: string, losses: Partial<Losses>, reason: string | undefined][] = [
    ['nobody leaves', {}, undefined],
    ['one of three leaves', { people: { leaving: 1, of: 3 } }, undefined],
    ['two of 20 leave, a tenth', { people: { leaving: 2, of: 20 } }, undefined],
    ['three of 20 leave', { people: { leaving: 3, of: 20 } }, 'many-people-leaving'],
    ['50 of 10,000 leave', { people: { leaving: 50, of: 10_000 } }, undefined],
    ['51 of 10,000 leave', { people: { leaving: 51, of: 10_000 } }, 'many-people-leaving'],
    ['a whole reading finds nobody', { found: { before: 1, now: 0 } }, 'nobody-found'],
    ['a whole reading finds nobody where nobody was', { found: { before: 0, now: 0 } }, undefined],
    ['two of 10 groups leave', { groups: { leaving: 2, of: 10 } }, 'many-groups-leaving'],
    ['a member attribute cannot be read any more', { members: { leaving: 400, of: 400 } }, 'many-members-leaving'],
    ['a small group is emptied', { members: { leaving: 40, of: 40 } }, undefined],
    ['a large group is emptied among many', { members: { leaving: 400, of: 40_000 } }, undefined],
  ];
  for (const [what, losses, reason] of cases)
    it(`${reason ? 'asks' : 'goes on'} when ${what}`, () => expect(findStopReason({ ...calm, ...losses }, usual, limits)).to.equal(reason));
  it('always asks at the first run, and after an undo', () => {
    expect(findStopReason(calm, { ...usual, isFirst: true }, limits)).to.equal('first-run');
    expect(findStopReason(calm, { ...usual, isAfterUndo: true }, limits)).to.equal('after-undo');
  });

  describe('in the store', () => {
    const store = useStore();
    let scope: Scope;
    before(() => {
      scope = store.scope;
    });
    const statuses = async (): Promise<Record<string, number>> => {
      const rows = await scope
        .db('users')
        .where('email', 'like', '%@corp.example')
        .groupBy('status')
        .select('status', scope.db.raw('count(*)::int AS n'));
      return Object.fromEntries(rows.map(({ status, n }: { status: string; n?: number }) => [status, n!]));
    };
    const fake = new FakeDirectory();
    const people = Array.from({ length: 20 }, (_, n) => fake.person(`Guarded Person${n}`));
    let directory: Awaited<ReturnType<typeof importAll>>;

    it('stops when a directory answers with nobody, and a filter matches half, and changes nothing', async () => {
      directory = await importAll(scope, fake);
      for (const [left, reason] of [
        [[], 'nobody-found'],
        [people.slice(10), 'many-people-leaving'],
      ] as const) {
        fake.people = [...left];
        const events = await store.eventsOf(async () => {
          expect(await readAgain(scope, directory, fake, true)).to.include({ state: 'stopped', stopReason: reason });
        });
        expect(events).to.deep.equal(['directory.run-stopped']);
        expect(await statuses()).to.deep.equal({ activated: 20 });
        await declineRun(scope, (await lastRun(scope, directory)).runId);
      }
    });

    it('stops when as many are disabled, and does what it showed once it is approved', async () => {
      fake.people = people.map((one, n) => ({ ...one, isEnabled: n > 2 }));
      const run = await readAgain(scope, directory, fake, true);
      expect(run).to.include({ state: 'stopped', stopReason: 'many-people-leaving', total: 3 });
      expect(await linesOf(scope, run)).to.deep.equal([
        'person-disabled Guarded Person0',
        'person-disabled Guarded Person1',
        'person-disabled Guarded Person2',
      ]);
      await store.inOneTransaction((inside) => approveRun(inside, run.runId));
      await approveRun(scope, run.runId);
      const events = await store.eventsOf(() => workOn(scope, directory, fake));
      expect(events.sort()).to.deep.equal(['directory.run-finished', 'user.deactivated', 'user.deactivated', 'user.deactivated']);
      expect(await statuses()).to.deep.equal({ activated: 17, deactivated: 3 });
      await store.refused('directory_run_answered', () => approveRun(scope, run.runId));
      await store.refused('directory_run_answered', () => declineRun(scope, run.runId));
      await store.refused('not_found', () => approveRun(scope, unknownId));
      await store.refused('not_found', () => declineRun({ ...scope, contextId: store.other.contextId }, run.runId));
    });

    it('pauses reading while it waits, and after it was declined until somebody wants it', async () => {
      fake.people = people.slice(10);
      const run = await readAgain(scope, directory, fake, true);
      const pause = () => findReadingPause(scope, directory.directoryId);
      expect(await pause()).to.deep.equal({ reason: 'waits-for-answer', runId: run.runId });
      store.wait(60 * 25);
      const asked = fake.asked.length;
      const overdue = async () => (await measureDirectories(store.database, scope.clock.now())).overdueSeconds;
      expect(await overdue()).to.be.above(3600);
      await workOn(scope, directory, fake);
      expect(await overdue(), 'what is paused is not late').to.equal(0);
      await store.unchanged(() => workOn(scope, directory, fake));
      await store.refused('directory_run_stopped', () => startRun(scope, directory.directoryId, { purpose: 'sync' }));
      await store.refused('directory_run_stopped', () => startRun(scope, directory.directoryId, { purpose: 'preview' }));
      const done = (await listRuns(scope, directory.directoryId)).items.find(({ state }) => state === 'done')!;
      await store.refused('directory_run_stopped', () => undoRun(scope, done.runId));
      await store.inOneTransaction((inside) => declineRun(inside, run.runId));
      await declineRun(scope, run.runId);
      expect(await pause()).to.deep.equal({ reason: 'declined', runId: run.runId });
      await store.unchanged(() => workOn(scope, directory, fake));
      expect(fake.asked.length).to.equal(asked);
      expect(await getEntry(scope, directory.directoryId, people[0]!.id)).to.include({ isGone: false });
      fake.people = people;
      store.wait(1);
      await makeToken(scope, directory.directoryId);
      await revokeToken(scope, directory.directoryId);
      const { name, settings } = await getDirectory(scope, directory.directoryId);
      await editDirectory(scope, directory.directoryId, { name: `${name} renamed`, settings });
      expect(await pause(), 'nothing else is read than before').to.deep.equal({ reason: 'declined', runId: run.runId });
      await editDirectory(scope, directory.directoryId, { name, settings: { ...settings, guardPeople: 40 } });
      expect(await pause()).to.equal(undefined);
      store.wait(2);
      expect(await overdue()).to.be.within(120, 180);
      await noteDirectoryState(scope, directory.directoryId, { isUp: false, reason: 'no-agent' });
      expect(await overdue(), 'nor what cannot be reached').to.equal(0);
      await noteDirectoryState(scope, directory.directoryId, { isUp: true });
      await workOn(scope, directory, fake);
      expect(await lastRun(scope, directory)).to.include({ state: 'done', isWhole: true });
      expect(await statuses()).to.deep.equal({ activated: 20 });
    });

    it('S23: lets go on what we asked the directory to do', async () => {
      fake.people = people.map((one, n) => ({ ...one, isEnabled: n > 4 }));
      for (const { id } of people.slice(0, 5)) {
        const { userId } = await getEntry(scope, directory.directoryId, id);
        await inTransaction(scope, (inside) => wantState(inside, userId!, false));
      }
      const run = await readAgain(scope, directory, fake, true);
      expect(run).to.include({ state: 'done', total: 5 });
      expect(run.counts.people.leaving).to.equal(5);
    });

    it('counts what runs took away within a day without a question, until one was approved', async () => {
      const slow = new FakeDirectory();
      const all = Array.from({ length: 40 }, (_, n) => slow.person(`Slowly Lost${n}`));
      const group = slow.group('All', all.map(({ dn }) => ({ dn })) as never);
      const other = await importAll(scope, slow);
      const leave = async (gone: number, disabled = 0) => {
        slow.people = all.slice(gone).map((one, n) => ({ ...one, isEnabled: n >= disabled }));
        const { state, stopReason } = await readAgain(scope, other, slow, true);
        return stopReason ? `${state} ${stopReason}` : state;
      };
      expect(await leave(4), 'a tenth').to.equal('done');
      expect(await leave(4, 1), 'one more').to.equal('stopped many-people-leaving');
      await declineRun(scope, (await lastRun(scope, other)).runId);
      expect(await leave(0), 'all are back').to.equal('done');
      expect(await leave(2, 2), 'another tenth, of whom half are disabled').to.equal('done');
      expect(await leave(4), 'who was disabled and is gone now is one').to.equal('done');
      expect(await leave(5)).to.equal('stopped many-people-leaving');
      await approveRun(scope, (await lastRun(scope, other)).runId);
      await workOn(scope, other, slow);
      expect(await leave(8), 'after an answer').to.equal('done');
      group.attributes.cn = ['Everybody'];
      expect(await leave(8), 'nobody more').to.equal('done');
      expect(await leave(9)).to.equal('stopped many-people-leaving');
      await declineRun(scope, (await lastRun(scope, other)).runId);
      store.wait(24 * 60 + 1);
      expect(await leave(11), 'on the next day').to.equal('done');
    });

    it('asks by mail, too', async () => {
      const administrator = await store.person({ role: 'administrator' });
      const fake = new FakeDirectory();
      for (const name of ['Mail One', 'Mail Two']) fake.person(name);
      const directory = await linkDirectory(scope);
      await readAgain(scope, directory, fake);
      expect(await lastRun(scope, directory)).to.include({ state: 'stopped' });
      const [mail] = (await store.queued('deliver-mail')).filter(
        ({ mail, to, params }) =>
          mail === 'directory_stopped' && to === administrator.email && (params as { directory: string }).directory === directory.name,
      );
      expect(mail!.params).to.include({ changes: 2, leaving: 0 });
      expect(mail!.leadsTo).to.deep.equal({ page: 'directory', directory: directory.directoryId });
    });
  });
});
