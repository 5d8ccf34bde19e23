import { expect } from 'chai';
import { getRun, startRun, workOnDirectoryJob } from '../../../../src/domain/administration/directory-runs/index.ts';
import { ReadingTurns } from '../../../../src/domain/administration/directory-runs/reading-turns.ts';
import type { Directory } from '../../../../src/domain/people/directories/index.ts';
import type { Ask, AskOptions } from '../../../../src/domain/people/directory-requests/index.ts';
import type { Scope } from '../../../../src/domain/scope.ts';
import { FakeDirectory, importAll, lastRun, linkDirectory } from '../../../support/directory-runs.ts';
import { pause } from '../../../support/patience.ts';
import { eventually } from '../../../support/process.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('directory runs: who reads at once', () => {
  const store = useStore();

  describe('turns', () => {
    let now = 0;
    let turns: ReadingTurns;
    beforeEach(() => {
      now = 0;
      turns = new ReadingTurns(() => now);
    });
    const of = (company: string, isWhole = false, n = 1) =>
      ({ contextId: company, directoryId: `${company} ${n}`, isWhole }) as unknown as Parameters<ReadingTurns['take']>[0];

    it('two read at once, one of each company, and one of those that read everything', () => {
      expect(turns.take(of('a'))).to.equal(true);
      expect(turns.take(of('a', false, 2)), 'the same company').to.equal(false);
      expect(turns.take(of('b', true))).to.equal(true);
      expect(turns.take(of('c')), 'a third').to.equal(false);
      turns.give(of('a'), true);
      expect(turns.take(of('d', true)), 'another that reads everything').to.equal(false);
      expect(turns.take(of('c'))).to.equal(true);
    });

    it('who reads everything gets a place before more changes are read, and those who wait for it get it in order', () => {
      expect([turns.take(of('a')), turns.take(of('b'))]).to.deep.equal([true, true]);
      expect(turns.take(of('c', true))).to.equal(false);
      now += 1000;
      expect(turns.take(of('d', true))).to.equal(false);
      now += 2000;
      turns.give(of('a'), true);
      expect(turns.take(of('e')), 'it is kept').to.equal(false);
      expect(turns.take(of('d', true)), 'the other waits longer').to.equal(false);
      expect(turns.take(of('c', true))).to.equal(true);
      turns.give(of('c', true), true);
      now += 20_000;
      expect(turns.take(of('f', true)), 'who does not come again waits no more').to.equal(true);
    });

    it('fifty companies read their changes each minute while the directories of four others hang', () => {
      const hung = ['p', 'q', 'r', 's'];
      const begun = new Map<string, number>();
      const reads = new Map<string, number>();
      const waited: number[] = [];
      const due = new Map(Array.from({ length: 50 }, (_, n) => [`company ${n}`, 0]));
      let importedAt: number | undefined;
      for (now = 0; now < 1_800_000; now += 1000) {
        for (const company of hung) {
          if (!begun.has(company)) {
            if (turns.take(of(company, company === 'p'))) begun.set(company, now);
          } else if (now - begun.get(company)! >= 60_000) {
            turns.give(of(company), false);
            begun.delete(company);
          }
        }
        for (const [company, at] of due) {
          if (at > now || !turns.take(of(company))) continue;
          turns.give(of(company), true);
          due.set(company, at + 60_000);
          reads.set(company, (reads.get(company) ?? 0) + 1);
          waited.push(now - at);
        }
        if (now >= 600_000 && importedAt === undefined && turns.take(of('new', true))) importedAt = now;
        if (importedAt !== undefined && now === importedAt + 300_000) turns.give(of('new', true), true);
      }
      expect([...reads.values()].every((n) => n === 30)).to.equal(true);
      // each of the four is in the way once for a minute, and two at a time are
      expect(Math.max(...waited)).to.be.at.most(122_000);
      expect(waited.filter((ms) => ms > 2000).length, 'while it was not known yet who hangs').to.be.below(waited.length / 10);
      expect(importedAt! - 600_000).to.be.at.most(60_000);
    });

    it('a company whose changes take minutes comes after the others, for ten minutes', () => {
      turns.take(of('a'));
      now += 70_000;
      turns.give(of('a'), true);
      expect(turns.take(of('b', true))).to.equal(true);
      expect(turns.take(of('a')), 'it is one of those that take long').to.equal(false);
      now += 600_000;
      expect(turns.take(of('a'))).to.equal(true);
    });
  });

  let turns: ReadingTurns;
  beforeEach(() => {
    turns = new ReadingTurns();
  });
  const work = (scope: Scope, { directoryId }: Directory, askDirectory: Ask, silenceMs?: number) =>
    workOnDirectoryJob.run(() => scope, { contextId: scope.contextId, directoryId }, { askDirectory, silenceMs, turns }, { isLast: false });
  /** Takes what it is asked, and never answers. */
  const hanging = (async (_scope, _directoryId, _request, { signal }: AskOptions) =>
    new Promise((resolve) => signal!.addEventListener('abort', () => resolve({ outcome: 'unavailable', reason: 'late' })))) as Ask;

  it('a directory that takes what it is asked and says nothing is given up, tried again, and then said to be late; meanwhile others of its company wait', async () => {
    const { scope } = store;
    const [directory, other] = [await linkDirectory(scope), await linkDirectory(scope)];
    const runId = await startRun(scope, directory.directoryId, { purpose: 'sync' });
    const otherRunId = await startRun(scope, other.directoryId, { purpose: 'sync' });
    const fake = new FakeDirectory();
    fake.person('Other Person');
    for (let n = 0; n < 4; n++) {
      const done = work(scope, directory, hanging, 120);
      await eventually(async () => expect(await getRun(scope, runId)).to.include({ state: 'reading' }));
      if (n === 0) {
        await work(scope, other, fake.ask);
        expect(await getRun(scope, otherRunId), 'it comes again within seconds').to.include({ state: 'waiting' });
      }
      await done;
      expect(await getRun(scope, runId)).to.include({ state: n < 3 ? 'waiting' : 'failed', fault: 'late' });
      if (n > 0) continue;
      await work(scope, other, fake.ask);
      expect(await getRun(scope, otherRunId)).to.include({ state: 'stopped' });
    }
  });

  it('goes on as long as batches come, however long all of it takes', async () => {
    const { scope } = store;
    const fake = new FakeDirectory();
    for (let n = 0; n < 12; n++) fake.person(`Slow Person${n}`);
    fake.batchSize = 1;
    let isOver = false;
    const begun = performance.now();
    fake.beforeBatch = () => pause(60);
    const directory = await linkDirectory(scope);
    const ask = (async (...[one, directoryId, request, options]: Parameters<Ask>) => {
      options!.signal!.addEventListener('abort', () => {
        isOver = true;
      });
      return fake.ask(one, directoryId, request, options);
    }) as Ask;
    await startRun(scope, directory.directoryId, { purpose: 'preview' });
    await work(scope, directory, ask, 600);
    expect(performance.now() - begun).to.be.greaterThan(600);
    expect(isOver).to.equal(false);
    expect(await lastRun(scope, directory)).to.include({ state: 'done' });
  });

  it('changes are read while another company’s first reading hangs', async () => {
    const fake = new FakeDirectory();
    fake.person('Quick Person');
    const directory = await importAll(store.scope, fake);
    const hung = await linkDirectory(store.other);
    const runId = await startRun(store.other, hung.directoryId, { purpose: 'sync' });
    const done = work(store.other, hung, hanging, 1000);
    await eventually(async () => expect(await getRun(store.other, runId)).to.include({ state: 'reading' }));
    const ownId = await startRun(store.scope, directory.directoryId, { purpose: 'sync' });
    await work(store.scope, directory, fake.ask);
    expect(await getRun(store.scope, ownId)).to.include({ state: 'done' });
    await done;
  });
});
