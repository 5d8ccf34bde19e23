import type { Database, Db } from '../database/index.ts';

export type FailedJob = { id: string; task: string; attempts: number; lastError: string; failedAt: Date };
export type JobCounts = { waiting: number; running: number; failing: number; failed: number };

const given = 'attempts >= max_attempts AND locked_at IS NULL';

/** Whether the queue's tables exist: a server that never started has none. */
export const hasQueue = (db: Db): Promise<boolean> => db.schema.withSchema('graphile_worker').hasTable('_private_jobs');

/** Tried as often as they may be: nobody works on them any more. The payload is not shown, it may name people. */
export async function listFailedJobs(db: Db, limit = 100): Promise<FailedJob[]> {
  const { rows } = await db.raw(
    `SELECT j.id::text, t.identifier AS task, j.attempts, COALESCE(j.last_error, '') AS "lastError", j.updated_at AS "failedAt"
     FROM graphile_worker._private_jobs j JOIN graphile_worker._private_tasks t ON t.id = j.task_id WHERE ${given} ORDER BY j.updated_at DESC LIMIT ?`,
    [limit],
  );
  return rows;
}

const counted = `count(*) FILTER (WHERE locked_at IS NULL AND attempts = 0)::int AS waiting, count(*) FILTER (WHERE locked_at IS NOT NULL)::int AS running,
  count(*) FILTER (WHERE locked_at IS NULL AND attempts > 0 AND attempts < max_attempts)::int AS failing, count(*) FILTER (WHERE ${given})::int AS failed`;

/** `failing`: tried before and to be tried again. */
export async function countJobs(db: Db): Promise<JobCounts> {
  const { rows } = await db.raw(`SELECT ${counted} FROM graphile_worker._private_jobs`);
  return rows[0];
}

/** `oldestSeconds`: how long the one that is due for longest has been due. `mails`: those that wait to be sent. */
export type JobFigures = JobCounts & { oldestSeconds: number; mails: number };

/** How far we count: a longer queue is described by the age of its oldest job. */
const mostCounted = 10_000;

/** As `countJobs`, at a cost that has an end. */
export async function measureJobs(database: Database): Promise<JobFigures> {
  const [row] = await database.run<JobFigures>(
    'measure jobs',
    `SELECT ${counted},
       count(*) FILTER (WHERE locked_at IS NULL AND attempts < max_attempts AND task_id = (SELECT id FROM graphile_worker._private_tasks WHERE identifier = 'deliver-mail'))::int AS mails,
       COALESCE((SELECT GREATEST(0, extract(epoch FROM now() - run_at)) FROM graphile_worker._private_jobs WHERE is_available ORDER BY priority, run_at LIMIT 1), 0)::float8 AS "oldestSeconds"
     FROM (SELECT * FROM graphile_worker._private_jobs LIMIT ${mostCounted}) AS j`,
    [],
  );
  return row!;
}

/** Failed jobs are tried again, all or these. @returns how many */
export async function retryFailedJobs(db: Db, ids?: string[]): Promise<number> {
  const { rows } = await db.raw(
    `SELECT count(*)::int AS n FROM graphile_worker.reschedule_jobs(
       ARRAY(SELECT id FROM graphile_worker._private_jobs WHERE ${given} AND (?::bigint[] IS NULL OR id = ANY(?::bigint[]))), run_at => now(), attempts => 0)`,
    [ids ?? null, ids ?? null] as never,
  );
  return rows[0].n;
}

/** What failed for good and nobody tried again in so many days: it may hold people's addresses. */
export async function sweepFailedJobs(db: Db, days = 30): Promise<void> {
  await db.raw(`DELETE FROM graphile_worker._private_jobs WHERE ${given} AND updated_at < now() - make_interval(days => ?)`, [days]);
}

/** Jobs of a task that nobody works on now. @param where a condition on their `payload`, of ours and not from outside */
export async function dropJobs(db: Db, task: string, where: string): Promise<void> {
  await db.raw(
    `DELETE FROM graphile_worker._private_jobs WHERE task_id = (SELECT id FROM graphile_worker._private_tasks WHERE identifier = ?) AND locked_at IS NULL AND (${where})`,
    [task],
  );
}
