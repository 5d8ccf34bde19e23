// Owns: putting work in the queue inside the caller's transaction, and running it. Does not: know any task (app/jobs lists them).
import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Job, Logger, type Runner, run, runMigrations, type TaskList, type WorkerEvents } from 'graphile-worker';
import type pg from 'pg';
import type { Db } from '../database/index.ts';
import type { Log } from '../log/index.ts';
import { count } from '../metrics/index.ts';
import { LiveWorkers, type Looks } from './live-workers.ts';
import { aboutJob, asAskedBy, originNow } from './origin.ts';
import { QueuePool } from './queue-pool.ts';
import { Stopped } from './stopped.ts';

export {
  countJobs,
  dropJobs,
  type FailedJob,
  hasQueue,
  type JobCounts,
  listFailedJobs,
  measureJobs,
  retryFailedJobs,
  sweepFailedJobs,
} from './failures.ts';
export { Stopped } from './stopped.ts';

/** `queue`: jobs of one queue run one after the other. `keepsTime`: one of this key that waits already keeps its time. */
export type JobOptions = { runAt?: Date; maxAttempts?: number; key?: string; queue?: string; keepsTime?: boolean };

/** Queues `task` at the commit of `db`'s transaction: never for a write that rolled back, never lost for one that did not. */
export async function enqueueJob(
  db: Db,
  task: string,
  payload: Record<string, unknown>,
  { runAt, maxAttempts = 12, key, queue, keepsTime }: JobOptions = {},
): Promise<void> {
  await db.raw(
    'SELECT graphile_worker.add_job(identifier => ?, payload => ?::json, run_at => ?, max_attempts => ?, job_key => ?, queue_name => ?, job_key_mode => ?)',
    [
      task,
      JSON.stringify({ ...payload, ...originNow() }),
      runAt ?? null,
      maxAttempts,
      key ?? null,
      queue ?? null,
      keepsTime ? 'preserve_run_at' : 'replace',
    ] as never,
  );
}

/** `isLast`: the queue gives up when it fails this time. `stop`: the process is about to end; who looks at it throws its reason at a safe place. */
export type Attempt = { isLast: boolean; stop?: AbortSignal };

/** What each task does, by its name. */
export type Tasks = Record<string, (payload: unknown, attempt: Attempt) => Promise<unknown>>;

const taskList = (tasks: Tasks, stop: AbortSignal, giveBack: (job: Job) => Promise<unknown>): TaskList =>
  Object.fromEntries(
    Object.entries(tasks).map(([name, work]) => [
      name,
      (payload, { job }) =>
        asAskedBy(payload, name, async () => {
          const isLast = job.attempts >= job.max_attempts;
          const start = performance.now();
          let outcome = isLast ? 'given-up' : 'failed';
          try {
            await work(payload, { isLast, stop });
            outcome = 'done';
          } catch (error) {
            if (error instanceof Stopped) {
              outcome = 'stopped';
              await giveBack(job);
            }
            // of a job that is not ours any more the queue writes down no failure
            throw error;
          } finally {
            count('portaria_jobs_finished_total', { job: name, outcome });
            count('portaria_jobs_seconds_total', { job: name }, (performance.now() - start) / 1000);
          }
        }),
    ]),
  );

/** As if nobody had begun it: the try does not count, and another process takes it at once. */
const giveBackOne = (pool: pg.Pool, { id, locked_by }: Job): Promise<unknown> =>
  pool.query(
    `WITH given AS (UPDATE graphile_worker._private_jobs SET attempts = GREATEST(0, attempts - 1), locked_by = NULL, locked_at = NULL
       WHERE id = $1 AND locked_by = $2 RETURNING job_queue_id)
     UPDATE graphile_worker._private_job_queues q SET locked_by = NULL, locked_at = NULL FROM given WHERE q.id = given.job_queue_id AND q.locked_by = $2`,
    [id, locked_by],
  );

export type RunningJobs = {
  /** Takes no new job; long ones stop at a safe place and are given back, others finish. @param graceSeconds after which these are given back, too; without end unless told */
  stop(graceSeconds?: number): Promise<void>;
};

/** Runs queued and scheduled work in this process until `stop`. @param looks for what processes left that died */
export async function startJobs(
  url: string,
  tasks: Tasks,
  crontab: string,
  log: Log,
  looks: Looks = { everyMs: 5000, graceMs: 20_000 },
): Promise<RunningJobs> {
  // our own, whose connections have somebody listening until they are closed: a store that goes away while we stop is no reason to crash
  const pgPool = new QueuePool({ connectionString: url, max: 6, application_name: 'portaria jobs' });
  const connections = new Set<pg.PoolClient>();
  pgPool.on('connect', (client) => connections.add(client));
  pgPool.on('remove', (client) => connections.delete(client));
  const live = new LiveWorkers(url, looks);
  const ending = new AbortController();
  const events = new EventEmitter() as WorkerEvents;
  events.on('pool:create', ({ workerPool }) => live.add(workerPool.id));
  try {
    await runMigrations({ pgPool });
    await live.start();
  } catch (error) {
    await live.stop().catch(() => {});
    await pgPool.end();
    throw error;
  }
  const runner: Runner = await run({
    events,
    pgPool,
    taskList: taskList(tasks, ending.signal, (job) => giveBackOne(pgPool, job)),
    crontab,
    concurrency: 4,
    pollInterval: 2000,
    noHandleSignals: true,
    logger: new Logger(() => (level, message, meta) => {
      if (meta?.error instanceof Stopped) log.info(aboutJob(meta.job), meta.error.message);
      else if (level === 'error' || level === 'warning') log.warn(aboutJob(meta?.job), message);
    }),
  });
  runner.promise.catch((error) => log.error({ err: error }, 'the job runner ended'));
  return {
    async stop(graceSeconds) {
      ending.abort(new Stopped());
      const stopped = Promise.allSettled([runner.stop(), runner.promise]).then(() => true);
      const isOver = await (graceSeconds === undefined
        ? stopped
        : Promise.race([stopped, sleep(graceSeconds * 1000, false, { ref: false })]));
      // as if we had died: the next worker continues the job where it was
      if (!isOver) await live.giveBack();
      await live.stop();
      const ended = pgPool.end();
      if (!isOver) for (const client of connections) (client as unknown as pg.Client).connection.stream.destroy();
      await ended;
    },
  };
}
