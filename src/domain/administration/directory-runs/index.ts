// Owns: runs that import from directories: reading, planning, the guard, applying, undo (decision 0019).
// Does not: ask a directory itself (people/directory-requests) or decide what becomes of an entry here (directory-acceptance).
export { changeDirectory } from './change-directory.ts';
export { forgetChangesOf } from './forget-changes.ts';
export { readDirectories, sweepRuns, workOnDirectoryJob } from './jobs.ts';
export { findReadingPause, listRunChanges, listRuns } from './list-runs.ts';
export { findReadingPauses, type ReadingPause } from './open-run.ts';
export type { DirectoryTools } from './read-directory.ts';
export {
  type ChangeCode,
  type ChangeSide,
  changeCodes,
  type Run,
  type RunChange,
  stopReasons,
} from './run.ts';
export { stageEntries } from './stage-entries.ts';
export { approveRun, declineRun, hasImported, isUndoable, startRun, undoRun } from './start-run.ts';
export { findFailure, findFailures, findNewestRuns, getRun } from './store.ts';
