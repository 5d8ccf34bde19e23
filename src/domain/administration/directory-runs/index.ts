// Owns: runs that import from directories: reading, planning, the guard, applying, undo (decision 0019).
// Does not: ask a directory itself (people/directory-requests) or decide what becomes of an entry here (administration/directory-acceptance).
export {
  approveRun,
  declineRun,
  findReadingPause,
  getRun,
  listRunChanges,
  listRuns,
  stageEntries,
  startRun,
  undoRun,
} from './face.ts';
export {
  type ChangeCode,
  type ChangeSide,
  changeCodes,
  type Run,
  type RunChange,
  type RunCounts,
  type RunPurpose,
  type RunState,
  type StopReason,
  stopReasons,
} from './run.ts';
