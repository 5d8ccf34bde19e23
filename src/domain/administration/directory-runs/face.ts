import type { EntryRecord } from '../../../smartsync-protocol/index.ts';
import type { DirectoryId, DirectoryRequestId, Page, RunId, Scope } from '../../scope.ts';
import type { ChangeCode, Run, RunChange } from './run.ts';

const soon = (): never => {
  throw new Error('not there yet');
};

/** Joins an open run of the same purpose. @throws AppError not_found, directory_run_stopped, directory_run_open */
export const startRun = (_scope: Scope, _directoryId: string, _what: { purpose: 'sync' | 'preview'; isWhole?: boolean }): Promise<RunId> =>
  soon();
/** One batch of what an agent reads. What belongs to no open reading of that directory is passed over. */
export const stageEntries = (
  _scope: Scope,
  _of: { directoryId: DirectoryId; directoryRequestId: DirectoryRequestId },
  _entries: EntryRecord[],
): Promise<void> => soon();
/** @throws AppError not_found, directory_run_answered */
export const approveRun = (_scope: Scope, _runId: string): Promise<void> => soon();
/** Nothing of it is done, and reading pauses until somebody starts a run or changes the settings. @throws AppError not_found, directory_run_answered */
export const declineRun = (_scope: Scope, _runId: string): Promise<void> => soon();
/** @returns the run that undoes it. @throws AppError not_found, directory_run_stopped, directory_run_open, directory_run_not_undoable */
export const undoRun = (_scope: Scope, _runId: string): Promise<RunId> => soon();
/** The newest first. */
export const listRuns = (_scope: Scope, _directoryId: string, _page?: { cursor?: string }): Promise<Page<Run>> => soon();
/** @throws AppError not_found */
export const getRun = (_scope: Scope, _runId: string): Promise<Run> => soon();
/** @throws AppError not_found */
export const listRunChanges = (
  _scope: Scope,
  _runId: string,
  _filter?: { change?: ChangeCode; cursor?: string },
): Promise<Page<RunChange>> => soon();
/** Why nothing is read of itself at the moment, if so. */
export const findReadingPause = (
  _scope: Scope,
  _directoryId: string,
): Promise<{ reason: 'waits-for-answer' | 'declined' | 'undone'; runId: RunId } | undefined> => soon();
