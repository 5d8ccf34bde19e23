import type { Store } from '../app/open-store.ts';
import { countJobs, hasQueue, listFailedJobs, retryFailedJobs } from '../platform/jobs/index.ts';
import { type Command, exitCodes, UsageError, withStore } from './command.ts';
import type { Finding } from './finding.ts';

export const jobsList: Command = {
  words: 'jobs list',
  exits: { problems: 'a job has failed' },
  summary: 'Shows background work that failed for good, with its last error',
  usage: 'jobs list',
  examples: ['jobs list', 'jobs list --json'],
  run: ({ config, note }) =>
    withStore({ config, note }, async ({ scope }) => {
      const [counts, failed] = [await countJobs(scope.db), await listFailedJobs(scope.db)];
      const lines = failed.map(
        ({ id, task, attempts, lastError, failedAt }) =>
          `${id.padEnd(8)} ${task.padEnd(24)} ${failedAt.toISOString()}  after ${attempts} tries: ${lastError.split('\n')[0]}`,
      );
      const summary = `${counts.waiting} waiting, ${counts.running} running, ${counts.failing} to be tried again, ${counts.failed} failed`;
      return {
        text: [summary, ...lines].join('\n'),
        data: { counts, failed },
        exitCode: counts.failed > 0 ? exitCodes.problems : exitCodes.ok,
      };
    }),
};

export const jobsRetry: Command = {
  words: 'jobs retry',
  writes: { look: '"portaria jobs list" shows what has failed.' },
  exits: { data: 'a number is of no failed job; the others are tried again' },
  summary: 'Tries failed background work again',
  usage: 'jobs retry ID [ID …] | --all',
  examples: ['jobs retry 4711', 'jobs retry --all'],
  options: { all: { type: 'boolean' } },
  async run({ args, options, config, note }) {
    if ((args.length === 0) !== (options.all === true) || args.some((id) => !/^\d{1,18}$/.test(id)))
      throw new UsageError('Give the numbers of failed jobs ("portaria jobs list"), or --all.');
    return withStore({ config, note }, async ({ scope }) => {
      const retried = await retryFailedJobs(scope.db, options.all ? undefined : args);
      const isShort = !options.all && retried < new Set(args).size;
      const others = isShort ? '; the other numbers are of no failed job ("portaria jobs list" shows them)' : '';
      return { text: `${retried} will be tried again${others}`, data: { retried }, exitCode: isShort ? exitCodes.data : exitCodes.ok };
    });
  },
};

/** For `doctor`. */
export async function checkJobs({ database }: Store): Promise<Finding> {
  if (!(await hasQueue(database.knex))) return { check: 'jobs', level: 'ok', message: 'nothing has been queued yet' };
  const { waiting, failing, failed } = await countJobs(database.knex);
  if (failed === 0) return { check: 'jobs', level: 'ok', message: `${waiting} waiting, ${failing} to be tried again` };
  return {
    check: 'jobs',
    level: 'warning',
    message: `${failed} failed for good`,
    remedy: 'portaria jobs list shows why; then portaria jobs retry --all.',
  };
}
