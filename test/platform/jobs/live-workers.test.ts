import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Database } from '../../../src/platform/database/index.ts';
import { enqueueJob, startJobs } from '../../../src/platform/jobs/index.ts';
import { createLog } from '../../../src/platform/log/index.ts';
import { pause } from '../../support/patience.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { eventually } from '../../support/process.ts';

/** What src/platform/jobs reads of graphile-worker's own tables: its exact version is pinned for that, and whoever raises it sees here what changed. */
const privateColumns: Record<string, string[]> = {
  _private_jobs: ['id', 'task_id', 'payload', 'attempts', 'max_attempts', 'locked_at', 'locked_by', 'last_error', 'updated_at'],
  _private_job_queues: ['locked_by'],
  _private_tasks: ['id', 'identifier'],
};

describe('platform/jobs: whose worker is dead', () => {
  let url: string;
  let database: Database;
  let drop: () => Promise<void>;
  before(async () => {
    const made = await createTestDatabase();
    [url, drop] = [made.url, made.drop];
    database = made.open();
  });
  after(async () => {
    await database.close();
    await drop();
  });

  const looks = { everyMs: 20, graceMs: 100 };
  const log = createLog('silent');

  it('graphile-worker has the private tables and columns that we read', async () => {
    await (await startJobs(url, {}, '', log, looks)).stop();
    const folder = new URL('../../../src/', import.meta.url);
    const sources = globSync('**/*.ts', { cwd: fileURLToPath(folder) }).map(
      (file) => [file, readFileSync(new URL(file, folder), 'utf8')] as const,
    );
    const named = sources.flatMap(([file, text]) => [...text.matchAll(/\b_private_\w+/g)].map(([table]) => [file, table] as const));
    expect([...new Set(named.map(([, table]) => table))]).to.have.members(Object.keys(privateColumns));
    // a backup has every table, and what is sealed in a job is sealed again
    const others = named.filter(([file]) => !/^platform\/(jobs|backup)\/|^domain\/job\.ts$/.test(file));
    expect(others).to.deep.equal([]);
    for (const [table, columns] of Object.entries(privateColumns)) {
      const found = await database
        .knex('information_schema.columns')
        .where({ table_schema: 'graphile_worker', table_name: table })
        .pluck('column_name');
      expect(found, table).to.include.members(columns);
    }
  });

  it('a job that takes long is given to nobody else while its process lives, whoever looks', async () => {
    let begun = 0;
    const tasks = {
      long: async () => {
        begun += 1;
        await pause(2000);
      },
    };
    const workers = [await startJobs(url, tasks, '', log, looks), await startJobs(url, tasks, '', log, looks)];
    await enqueueJob(database.knex, 'long', {});
    await eventually(async () => expect(begun).to.equal(1));
    for (let i = 0; i < 10; i++) {
      await pause(100);
      const { locked_by } = await database.knex('graphile_worker._private_jobs').first('locked_by');
      expect(locked_by, 'still theirs').to.be.a('string');
    }
    expect(begun).to.equal(1);
    for (const one of workers) await one.stop();
    expect(await database.knex('graphile_worker._private_jobs')).to.have.length(0);
  });

  it('that of a process which is gone is done by another', async () => {
    await enqueueJob(database.knex, 'left', {}, { queue: 'one after the other' });
    await database.knex('graphile_worker._private_jobs').update({ locked_by: 'pool-of-the-dead', locked_at: new Date() });
    await database.knex('graphile_worker._private_job_queues').update({ locked_by: 'pool-of-the-dead', locked_at: new Date() });
    let done = 0;
    const tasks = {
      left: async () => {
        done += 1;
      },
    };
    const worker = await startJobs(url, tasks, '', log, looks);
    await eventually(async () => expect(done).to.equal(1));
    await worker.stop();
  });
});
