import { AppError } from '../../../platform/errors/index.ts';
import { enqueue } from '../../job.ts';
import { lockDirectory } from '../../people/directories/index.ts';
import { type DirectoryId, type RunId, type Transaction, useCase } from '../../scope.ts';
import { declineStopped, recordRun } from './finish-run.ts';
import { directoryWork, optionsOf } from './jobs.ts';
import { isWholeDue, openRun } from './open-run.ts';
import type { Run } from './run.ts';
import { findOpenRun, getRun, insertRun, lockRun, updateRun } from './store.ts';

const beginWork = (scope: Transaction, directoryId: DirectoryId): Promise<void> =>
  enqueue(scope, directoryWork, { directoryId }, optionsOf(directoryId));

/** Only one is open at a time of a directory: what it plans holds only as long as no other changes anything. */
function refuseOpen(open: Run | undefined): void {
  if (open?.state === 'stopped') throw new AppError('directory_run_stopped', 409);
  if (open) throw new AppError('directory_run_open', 409);
}

type Wish = { purpose: 'sync' | 'preview'; isWhole?: boolean };

/**
 * Begins in the background. A preview reads everything, and so does a run where it is time to or `isWhole` wants it. Asked for again it is the same run as long as it is not over.
 * @throws AppError not_found, directory_run_stopped, directory_run_open
 */
export const startRun = useCase(async (scope, directoryId: string, { purpose, isWhole }: Wish): Promise<RunId> => {
  const directory = await lockDirectory(scope, directoryId);
  const open = await findOpenRun(scope, directory.directoryId);
  const isSame = open?.purpose === purpose && open.state !== 'stopped' && (open.isWhole || !isWhole);
  if (isSame) return open.runId;
  refuseOpen(open);
  const reads = isWhole || purpose === 'preview' || isWholeDue(scope, directory);
  const runId = await openRun(scope, directory, { purpose, isWhole: reads });
  await beginWork(scope, directory.directoryId);
  return runId;
});

async function lockStopped(scope: Transaction, runId: string): Promise<Run> {
  const run = await lockRun(scope, (await getRun(scope, runId)).runId);
  if (run?.state !== 'stopped') throw new AppError('directory_run_answered', 409);
  return run;
}

/** What was shown is what is done. @throws AppError not_found, directory_run_answered */
export const approveRun = useCase(async (scope, runId: string): Promise<void> => {
  const run = await lockStopped(scope, runId);
  await updateRun(scope, run.runId, { state: 'applying' });
  await recordRun(scope, run, 'directory.run-approved', run.stopReason);
  await beginWork(scope, run.directoryId);
});

/** Nothing of it is done, and reading pauses until somebody starts a run or changes the settings. @throws AppError not_found, directory_run_answered */
export const declineRun = useCase(async (scope, runId: string): Promise<void> => {
  await declineStopped(scope, await lockStopped(scope, runId));
});

/** An import that did something, be it undone since or not. */
export const hasImported = ({ purpose, state, total }: Run): boolean =>
  purpose === 'sync' && (state === 'done' || state === 'failed') && total > 0;

/** Whether `undoRun` would take it. */
export const isUndoable = (run: Run): boolean => hasImported(run) && !run.undoneByRunId;

/**
 * Reverts in the background what the run changed, where nothing has changed since, and reading pauses.
 * @returns the run that does. @throws AppError not_found, directory_run_stopped, directory_run_open, directory_run_not_undoable
 */
export const undoRun = useCase(async (scope, runId: string): Promise<RunId> => {
  const { directoryId } = await lockDirectory(scope, (await getRun(scope, runId)).directoryId);
  const run = await getRun(scope, runId);
  if (!isUndoable(run)) throw new AppError('directory_run_not_undoable', 409);
  refuseOpen(await findOpenRun(scope, directoryId));
  const undo = await insertRun(scope, { directoryId, purpose: 'undo', isWhole: false, undoesRunId: run.runId, state: 'planning' });
  await beginWork(scope, directoryId);
  return undo;
});
