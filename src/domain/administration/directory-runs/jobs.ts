import { type Db, deleteInSteps } from '../../../platform/database/index.ts';
import { AppError } from '../../../platform/errors/index.ts';
import { type JobOptions, Stopped } from '../../../platform/jobs/index.ts';
import { type Attempt, type Chore, enqueue, idOf, jobType, longJob } from '../../job.ts';
import { getDirectory, listDirectoriesToRead } from '../../people/directories/index.ts';
import type { DirectoryId, Scope } from '../../scope.ts';
import { takeRun } from './open-run.ts';
import type { DirectoryTools } from './read-directory.ts';
import { giveUp, workOnRun } from './work-on-run.ts';

/** Whatever is to be done about a directory: its open run, or a new one where it is time to read. */
export const directoryWork = jobType('work-on-directory', { directoryId: idOf<DirectoryId>() });

/** One waits for each directory at most, and one works. */
export const optionsOf = (directoryId: DirectoryId, runAt?: Date): JobOptions => ({
  key: `directory ${directoryId}`,
  queue: `directory ${directoryId}`,
  runAt,
});

export const workOnDirectoryJob = longJob<{ directoryId: DirectoryId }, DirectoryTools>(
  directoryWork,
  async (scope, { directoryId }, tools, attempt) => {
    try {
      const again = await workOnDirectory(scope, directoryId, tools, attempt);
      // what somebody has asked for meanwhile is not put off
      if (again) await enqueue(scope, directoryWork, { directoryId }, { ...optionsOf(directoryId, again), keepsTime: true });
    } catch (error) {
      // the directory was removed, and all that was to be done about it
      if (!(error instanceof AppError && error.code === 'not_found')) throw error;
    }
  },
);

/** @returns when to come again */
async function workOnDirectory(
  scope: Scope,
  directoryId: DirectoryId,
  tools: DirectoryTools,
  { isLast }: Attempt,
): Promise<Date | undefined> {
  const runId = await takeRun(scope, directoryId);
  if (!runId) return undefined;
  try {
    return (await workOnRun(scope, runId, tools)) ?? (await getDirectory(scope, directoryId)).nextReadAt;
  } catch (error) {
    if (isLast && !(error instanceof Stopped)) await giveUp(scope, runId);
    throw error;
  }
}

/** Those of whom no job knows: an agent came back, somebody changed the settings, a pause is over. Others ask for their next reading themselves, to the second. */
export const readDirectories: Chore = {
  name: 'read-directories',
  async run({ db, clock, scopeOf }) {
    for (const { contextId, directoryId } of await listDirectoriesToRead(db, clock.now()))
      await enqueue(scopeOf(contextId), directoryWork, { directoryId }, optionsOf(directoryId));
  },
};

/** What runs did is kept for 90 days, and as long it can be undone; what a preview showed for 7. */
export async function sweepRuns(db: Db): Promise<void> {
  await deleteInSteps(
    db,
    'directory_runs',
    "finished_at < now() - CASE purpose WHEN 'preview' THEN interval '7 days' ELSE interval '90 days' END",
  );
}
