import { type Directory, lockDirectory, noteReading, stateOf } from '../../people/directories/index.ts';
import { type DirectoryId, type RunId, type Scope, useCase } from '../../scope.ts';
import type { Run, RunPurpose } from './run.ts';
import { findNewestRuns, findOpenRun, insertRun } from './store.ts';

/** Why nothing is read of itself, and the run by which it is so. */
export type ReadingPause = { reason: 'waits-for-answer' | 'declined' | 'undone'; runId: RunId };

/**
 * Reading pauses while a run waits for its answer; and after one was declined or undone, until somebody starts a run or changes the settings: it would want the same again.
 * @returns of those of the directories where it does
 */
export async function findReadingPauses(scope: Scope, directories: Directory[]): Promise<Map<DirectoryId, ReadingPause>> {
  const ids = directories.map(({ directoryId }) => directoryId);
  const open = await findNewestRuns(scope, ids, 'open');
  const over = await findNewestRuns(scope, ids, 'over');
  const pauses = directories.map((one) => [one.directoryId, pauseOf(one, open.get(one.directoryId), over.get(one.directoryId))] as const);
  return new Map(pauses.flatMap(([id, pause]) => (pause ? [[id, pause] as const] : [])));
}

function pauseOf(directory: Directory, open: Run | undefined, last: Run | undefined): ReadingPause | undefined {
  if (open) return open.state === 'stopped' ? { reason: 'waits-for-answer', runId: open.runId } : undefined;
  if (!last || directory.settingsChangedAt > last.finishedAt!) return undefined;
  if (last.state === 'declined') return { reason: 'declined', runId: last.runId };
  return last.purpose === 'undo' && last.state === 'done' ? { reason: 'undone', runId: last.runId } : undefined;
}

/** All is read where nothing was yet, from time to time, and by settings that are new. */
export const isWholeDue = (scope: Scope, { readCursor, nextWholeReadAt }: Directory): boolean =>
  readCursor === undefined || !nextWholeReadAt || nextWholeReadAt <= scope.clock.now();

/** The next reading is so long after the beginning of this one. */
export async function openRun(
  scope: Parameters<typeof insertRun>[0],
  directory: Directory,
  { purpose, isWhole }: { purpose: Exclude<RunPurpose, 'undo'>; isWhole: boolean },
): Promise<RunId> {
  const { directoryId, settings } = directory;
  await noteReading(scope, directoryId, { nextReadAt: new Date(scope.clock.now().getTime() + settings.readEverySeconds * 1000) });
  return insertRun(scope, { directoryId, purpose, isWhole, state: 'waiting' });
}

/** The run that is to be worked on: the one that is open, or a new one where the time has come. @returns undefined when there is none, or it waits for an administrator */
export const takeRun = useCase(async (scope, directoryId: DirectoryId): Promise<RunId | undefined> => {
  const directory = await lockDirectory(scope, directoryId);
  const open: Run | undefined = await findOpenRun(scope, directoryId);
  if (open && open.state !== 'stopped') return open.runId;
  const isDue = stateOf(directory) === 'configured' && (!directory.nextReadAt || directory.nextReadAt <= scope.clock.now());
  if (!isDue) return undefined;
  if ((await findReadingPauses(scope, [directory])).size > 0) {
    // what is paused is not late
    if (directory.nextReadAt) await noteReading(scope, directoryId, { nextReadAt: null });
    return undefined;
  }
  return openRun(scope, directory, { purpose: 'sync', isWhole: isWholeDue(scope, directory) });
});
