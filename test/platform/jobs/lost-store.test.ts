import { expect } from 'chai';
import { openDatabase } from '../../../src/platform/database/index.ts';
import { enqueueJob, startJobs } from '../../../src/platform/jobs/index.ts';
import { createLog } from '../../../src/platform/log/index.ts';
import { startOwnPostgres } from '../../support/own-postgres.ts';
import { eventually, pause } from '../../support/patience.ts';

describe('platform/jobs: whose store is killed', () => {
  it('ends those that were under way when it is back, each as it ended, and the process goes on', async () => {
    const store = await startOwnPostgres();
    const gate = Promise.withResolvers<void>();
    let begun = 0;
    const tasks = {
      waits: async (payload: unknown) => {
        begun += 1;
        await gate.promise;
        if ((payload as { fails: boolean }).fails) throw new Error('as it has to');
      },
    };
    const worker = await startJobs(store.url, tasks, '', createLog('silent'));
    const before = openDatabase(store.url, 1);
    for (const fails of [false, true, false, true]) await enqueueJob(before.knex, 'waits', { fails }, { maxAttempts: 1 });
    await before.close();
    await eventually(async () => expect(begun).to.equal(4));
    const [postmaster] = await store.processes();
    process.kill(postmaster!, 'SIGKILL');
    await pause(50);
    // a rejection that nobody handles fails this test, as it would end the process
    gate.resolve();
    const left = async () => {
      const operator = await store.operator();
      const { rows } = await operator.query('SELECT attempts, last_error, locked_by FROM graphile_worker._private_jobs');
      await operator.end();
      return rows;
    };
    const failed = { attempts: 1, last_error: 'as it has to', locked_by: null };
    await eventually(async () => expect(await left()).to.deep.equal([failed, failed]), 30_000);
    expect(begun, 'none was done twice').to.equal(4);
    await worker.stop();
    await store.stop();
  });
});
