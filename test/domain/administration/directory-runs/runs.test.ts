import { expect } from 'chai';
import {
  findReadingPause,
  getRun,
  listRunChanges,
  listRuns,
  readDirectories,
  startRun,
  sweepRuns,
  workOnDirectoryJob,
} from '../../../../src/domain/administration/directory-runs/index.ts';
import { type Directory, getDirectory, noteDirectoryState } from '../../../../src/domain/people/directories/index.ts';
import { type Actor, openScope, type Scope } from '../../../../src/domain/scope.ts';
import { createLog } from '../../../../src/platform/log/index.ts';
import { FakeDirectory, importAll, lastRun, linkDirectory, readAgain, workOn } from '../../../support/directory-runs.ts';
import { actingFor, unknownId, useStore } from '../../../support/use-cases.ts';

describe('directory runs: one after the other', () => {
  const store = useStore();
  let scope: Scope;
  before(() => {
    scope = store.scope;
  });

  const waiting = async ({ directoryId }: Directory) =>
    (await store.queued('work-on-directory')).filter((one) => one.directoryId === directoryId);

  it('has one open run of each directory, which whoever asks again joins', async () => {
    const directory = await linkDirectory(scope);
    const first = await startRun(scope, directory.directoryId, { purpose: 'sync' });
    expect(await getRun(scope, first)).to.include({ state: 'waiting', isWhole: true });
    expect(await store.unchanged(() => startRun(scope, directory.directoryId, { purpose: 'sync', isWhole: true }))).to.equal(first);
    await store.refused('directory_run_open', () => startRun(scope, directory.directoryId, { purpose: 'preview' }));
    await store.refused('not_found', () => startRun(scope, unknownId, { purpose: 'sync' }));
    await store.refused('not_found', () => startRun(store.other, directory.directoryId, { purpose: 'sync' }));
    expect(await waiting(directory)).to.have.length(1);
    const other = await linkDirectory(scope);
    await Promise.all([1, 2, 3].map(() => startRun(scope, other.directoryId, { purpose: 'sync' })));
    expect((await listRuns(scope, other.directoryId)).items).to.have.length(1);
    expect((await scope.db('directory_runs').where({ directory_id: other.directoryId })).length).to.equal(1);
  });

  it('does what is asked for while a job works at once, not when it is time to read again', async () => {
    const fake = new FakeDirectory();
    fake.person('Patient Person');
    const directory = await importAll(scope, fake);
    const { directoryId } = directory;
    // the queue's time is the database's: it is compared with itself, and not with the clock of this test
    const times = async () => {
      const { rows } = await scope.db.raw<{ rows: { run_at: Date }[] }>('SELECT run_at FROM graphile_worker.jobs WHERE key = ?', [
        `directory ${directoryId}`,
      ]);
      return rows.map(({ run_at }) => run_at.getTime());
    };
    await startRun(scope, directoryId, { purpose: 'sync' });
    const [asked] = await times();
    await workOn(scope, directory, fake);
    expect(await times()).to.deep.equal([asked]);
    expect(asked).to.not.equal((await getDirectory(scope, directoryId)).nextReadAt!.getTime());
  });

  it('is of no other company', async () => {
    const fake = new FakeDirectory();
    fake.person('Only Here');
    const directory = await importAll(scope, fake);
    const { runId } = await lastRun(scope, directory);
    for (const work of [
      () => getRun(store.other, runId),
      () => listRunChanges(store.other, runId),
      () => listRuns(store.other, directory.directoryId),
      () => findReadingPause(store.other, directory.directoryId),
    ])
      await store.refused('not_found', work);
  });

  it('reads of itself when it is time, from the beginning from time to time, and leaves no trace where nothing changed', async () => {
    const fake = new FakeDirectory();
    fake.person('Quiet Person');
    const directory = await importAll(scope, fake);
    await store.unchanged(() => workOn(scope, directory, fake));
    store.wait(1);
    const events = await store.eventsOf(async () => {
      for (let n = 0; n < 5; n++) {
        await workOn(scope, directory, fake);
        store.wait(1);
      }
    });
    expect(events).to.deep.equal([]);
    const { items } = await listRuns(scope, directory.directoryId);
    expect(items.map(({ total, isWhole }) => [total, isWhole])).to.deep.equal([
      [0, false],
      [1, true],
    ]);
    expect(fake.asked.slice(1).map(({ cursor }) => cursor)).to.deep.equal([1, 2, 3, 4, 5].map((n) => `cursor ${n}`));
    store.wait(24 * 60);
    await workOn(scope, directory, fake);
    expect(fake.asked.at(-1)!.cursor).to.equal(undefined);
  });

  it('tells who asked, by the id alone once it is over', async () => {
    const fake = new FakeDirectory();
    const directory = await linkDirectory(scope);
    const admin = await store.person({ role: 'administrator' });
    await startRun(actingFor(scope, admin), directory.directoryId, { purpose: 'sync' });
    await workOn(scope, directory, fake);
    expect((await lastRun(scope, directory)).actor).to.deep.equal({ kind: 'person', id: admin.userId });
    const [event] = await scope.db('audit_events').where('type', 'directory.run-finished').where('subject_id', directory.directoryId);
    expect(event).to.include({ actor_id: admin.userId });
    expect(event!.details).to.deep.include({ purpose: 'sync', unusable: 0 });
  });

  it('tries again what passes, with pauses, and then says in words why it failed', async () => {
    const fake = new FakeDirectory();
    const directory = await linkDirectory(scope);
    const runId = await startRun(scope, directory.directoryId, { purpose: 'sync' });
    for (const reason of ['no-agent', 'late', 'directory-away'] as const) {
      fake.answers.push({ outcome: 'unavailable', reason });
      await workOn(scope, directory, fake);
      expect(await getRun(scope, runId)).to.include({ state: 'waiting', fault: reason });
    }
    fake.answers.push({ outcome: 'refused', reason: 'unavailable', detail: 'no route to host' });
    expect(await store.eventsOf(() => workOn(scope, directory, fake))).to.deep.equal(['directory.run-failed']);
    expect(await getRun(scope, runId)).to.include({ state: 'failed', fault: 'unavailable', faultDetail: 'no route to host' });
    fake.answers.push({ outcome: 'refused', reason: 'base-not-found' });
    expect(await readAgain(scope, directory, fake), 'does not pass by itself').to.include({ state: 'failed', fault: 'base-not-found' });
  });

  it('reads from the beginning where the directory forgot the cursor, and takes no answer for whole of which a part is missing', async () => {
    const fake = new FakeDirectory();
    fake.person('Known Person');
    const directory = await importAll(scope, fake);
    fake.answers.push({ outcome: 'refused', reason: 'cursor-unknown' });
    const { runId } = await readAgain(scope, directory, fake);
    await workOn(scope, directory, fake);
    expect(await getRun(scope, runId)).to.include({ state: 'done', isWhole: true });
    fake.answers.push({ outcome: 'accepted', isWhole: true, way: 'full', people: 1, groups: 0 });
    expect(await readAgain(scope, directory, fake, true)).to.include({ state: 'waiting', fault: 'incomplete' });
    await workOn(scope, directory, fake);
    expect(await lastRun(scope, directory)).to.include({ state: 'done', fault: undefined });
  });

  it('writes one failure where each reading fails the same way', async () => {
    const fake = new FakeDirectory();
    const directory = await linkDirectory(scope);
    const events = await store.eventsOf(async () => {
      for (let n = 0; n < 4; n++) {
        fake.answers.push({ outcome: 'refused', reason: 'filter-invalid' });
        await workOn(scope, directory, fake);
        store.wait(1);
      }
    });
    expect(events).to.deep.equal(['directory.run-failed']);
    expect((await listRuns(scope, directory.directoryId)).items).to.have.length(1);
  });

  it('is looked for every minute, where the directory can be reached', async () => {
    const [reached, away] = [await linkDirectory(scope), await linkDirectory(scope)];
    await noteDirectoryState(scope, away.directoryId, { isUp: false, reason: 'no-agent' });
    const scopeOf = () => openScope({ database: store.database, ...scope }, scope.contextId, { kind: 'system', name: 'jobs' } as Actor);
    const server = { db: scope.db, clock: scope.clock, log: createLog('silent'), scopeOf };
    await readDirectories.run(server);
    await readDirectories.run(server);
    expect(await waiting(reached)).to.have.length(1);
    expect(await waiting(away)).to.have.length(0);
    await workOn(scope, away, new FakeDirectory());
    expect((await listRuns(scope, away.directoryId)).items).to.deep.equal([]);
  });

  it('ends as failed when nobody knows why it does not go on', async () => {
    const fake = new FakeDirectory();
    fake.person('Never Read');
    const directory = await linkDirectory(scope);
    fake.beforeBatch = () => {
      throw new Error('broken');
    };
    const failed = await workOn(scope, directory, fake, true).catch((error: Error) => error.message);
    expect(failed).to.equal('broken');
    expect(await lastRun(scope, directory)).to.include({ state: 'failed', fault: 'server_error' });
    expect((await getDirectory(scope, directory.directoryId)).readCursor).to.equal(undefined);
  });

  it('is forgotten after 90 days, a preview after 7', async () => {
    const fake = new FakeDirectory();
    fake.person('Old Person');
    const directory = await importAll(scope, fake);
    await startRun(scope, directory.directoryId, { purpose: 'preview' });
    await workOn(scope, directory, fake);
    const left = async () => (await listRuns(scope, directory.directoryId)).items.map(({ purpose }) => purpose);
    const age = (days: number) =>
      scope.db.raw('UPDATE directory_runs SET finished_at = now() - make_interval(days => ?) WHERE directory_id = ?', [
        days,
        directory.directoryId,
      ]);
    await age(6);
    await sweepRuns(scope.db);
    expect(await left()).to.deep.equal(['preview', 'sync']);
    await age(8);
    await sweepRuns(scope.db);
    expect(await left()).to.deep.equal(['sync']);
    await age(91);
    await sweepRuns(scope.db);
    expect(await left()).to.deep.equal([]);
    expect(workOnDirectoryJob.name).to.equal('work-on-directory');
  });
});
