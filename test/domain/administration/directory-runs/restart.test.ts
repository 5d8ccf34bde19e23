import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { approveRun, getRun, listRuns, stageEntries, startRun } from '../../../../src/domain/administration/directory-runs/index.ts';
import type { Directory } from '../../../../src/domain/people/directories/index.ts';
import { countEntries } from '../../../../src/domain/people/directory-entries/index.ts';
import { findGroupByName } from '../../../../src/domain/people/groups/index.ts';
import type { DirectoryRequestId, Scope } from '../../../../src/domain/scope.ts';
import { changesOf, FakeDirectory, lastRun, linesOf, linkDirectory, readAgain, workOn } from '../../../support/directory-runs.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('directory runs: cut off anywhere', () => {
  const store = useStore();
  let scope: Scope;
  before(() => {
    scope = store.scope;
  });

  const people = 700;
  let count = 0;
  function directoryOf(size = people): FakeDirectory {
    const fake = new FakeDirectory();
    const mark = ++count;
    const all = Array.from({ length: size }, (_, n) => fake.person(`Cut${mark} Number${n}`));
    fake.group(
      `Cut ${mark}`,
      all.map(({ dn }) => ({ dn })),
    );
    return fake;
  }

  /** While the n-th statement of this kind from now on fails, as where the process fell. */
  async function failing(table: string, when: 'INSERT' | 'UPDATE', n: number, work: () => Promise<unknown>): Promise<void> {
    await scope.db.raw(`
      CREATE SEQUENCE seen;
      CREATE FUNCTION fall() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF nextval('seen') = ${n} THEN RAISE EXCEPTION 'the process fell' USING ERRCODE = '57P01'; END IF; RETURN NULL; END $$;
      CREATE TRIGGER fall AFTER ${when} ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION fall()`);
    const failure = await work().then(
      () => undefined,
      (error: Error) => error.message,
    );
    await scope.db.raw(`DROP TRIGGER fall ON ${table}; DROP FUNCTION fall(); DROP SEQUENCE seen`);
    expect(failure, `${when} ${table} ${n}`).to.contain('the process fell');
  }

  async function expectAll(directory: Directory): Promise<void> {
    const run = await lastRun(scope, directory);
    expect(run).to.deep.include({ state: 'done', done: 2 * people + 1, total: 2 * people + 1 });
    expect(run.counts.people.added).to.equal(people);
    expect((await changesOf(scope, run)).every(({ state }) => state === 'done')).to.equal(true);
    const counted = await countEntries(scope, directory.directoryId);
    expect(counted).to.have.deep.members([
      { state: 'accepted', kind: 'person', reason: undefined, n: people },
      { state: 'accepted', kind: 'group', reason: undefined, n: 1 },
    ]);
    const { groupId } = (await findGroupByName(scope, `Cut ${count}`))!;
    expect(await scope.db('group_members').where('group_id', groupId)).to.have.length(people);
    const [events] = await scope
      .db('audit_events')
      .where({ type: 'directory.run-finished', subject_id: directory.directoryId })
      .count({ n: '*' });
    expect(Number(events!.n)).to.equal(1);
  }

  it('goes on in each phase, and does nothing twice', async () => {
    const fake = directoryOf();
    const directory = await linkDirectory(scope, { acceptsPeople: true, acceptsGroups: true });
    const work = () => workOn(scope, directory, fake);
    await failing('directory_staged', 'INSERT', 2, work);
    expect(await lastRun(scope, directory)).to.include({ state: 'reading' });
    await failing('directory_staged_members', 'INSERT', 1, work);
    await failing('directory_changes', 'INSERT', 1, work);
    expect(await lastRun(scope, directory)).to.include({ state: 'planning' });
    await failing('directory_changes', 'INSERT', 2, work);
    await work();
    await approveRun(scope, (await lastRun(scope, directory)).runId);
    for (const [table, when, n] of [
      ['directory_entries', 'INSERT', 2],
      ['directory_changes', 'UPDATE', 1],
      ['directory_entries', 'UPDATE', 2],
      ['users', 'INSERT', 1],
      ['directory_members', 'INSERT', 1],
      ['group_members', 'INSERT', 1],
      ['audit_events', 'INSERT', 1],
    ] as const) {
      await failing(table, when, n, work);
      expect(await lastRun(scope, directory)).to.include({ state: 'applying' });
    }
    await work();
    await expectAll(directory);
    expect((await scope.db('directory_staged')).length, 'nothing is left of what was read').to.equal(0);
  }).timeout(120_000);

  it('is done once by two processes at the same time', async () => {
    const fake = directoryOf();
    const directory = await linkDirectory(scope, { acceptsPeople: true, acceptsGroups: true });
    const twice = () => Promise.all([workOn(scope, directory, fake), workOn(scope, directory, fake)]);
    await twice();
    const stopped = await lastRun(scope, directory);
    expect(stopped).to.include({ state: 'stopped', total: 2 * people + 1 });
    await approveRun(scope, stopped.runId);
    await twice();
    await expectAll(directory);
    expect((await listRuns(scope, directory.directoryId)).items).to.have.length(1);
  }).timeout(120_000);

  it('passes over batches that nobody asked for, of a try before, of another directory and of a run that is over', async () => {
    const fake = directoryOf(3);
    const [directory, other] = [await linkDirectory(scope), await linkDirectory(scope)];
    const [liar] = fake.people;
    const lie = (one: Directory, directoryRequestId: string = randomUUID()) =>
      stageEntries(scope, { directoryId: one.directoryId, directoryRequestId: directoryRequestId as DirectoryRequestId }, [
        { ...liar!, id: randomUUID() },
      ]);
    await store.unchanged(() => lie(directory));
    const requests: string[] = [];
    const asking = fake.ask;
    fake.ask = (async (...args: Parameters<typeof asking>) => {
      requests.push(args[3]!.requestId!);
      const answer = await asking(...args);
      await store.unchanged(() => lie(directory));
      await store.unchanged(() => lie(other, requests.at(-1)));
      await store.unchanged(() =>
        stageEntries(
          { ...scope, contextId: store.other.contextId },
          { directoryId: directory.directoryId, directoryRequestId: requests.at(-1) as DirectoryRequestId },
          [liar!],
        ),
      );
      if (requests.length === 1) return { outcome: 'unavailable', reason: 'late' };
      await store.unchanged(() => lie(directory, requests[0]));
      return answer;
    }) as never;
    await startRun(scope, directory.directoryId, { purpose: 'sync' });
    await workOn(scope, directory, fake);
    await workOn(scope, directory, fake);
    const run = await lastRun(scope, directory);
    expect(run.counts.people.added).to.equal(3);
    await store.unchanged(() => lie(directory, requests[1]));
  });

  it('stages the same batch again without a trace, and of what is said twice the last', async () => {
    const fake = directoryOf(2);
    const directory = await linkDirectory(scope);
    const [one, two] = fake.people;
    fake.batchSize = 1;
    fake.people = [
      one!,
      { ...one!, attributes: { ...one!.attributes, sn: ['Last'] } },
      two!,
      two!,
      { type: 'gone', id: two!.id } as never,
      two!,
    ];
    fake.groups[0]!.members = [];
    const run = await readAgain(scope, directory, fake);
    expect(await linesOf(scope, run)).to.deep.equal([
      `person-added Cut${count} Last`,
      `person-added Cut${count} Number1`,
      `group-added Cut ${count}`,
    ]);
    expect(await getRun(scope, run.runId)).to.include({ state: 'stopped' });
  });
});
