import {
  attributesOf,
  type Directory,
  type DirectoryInput,
  type DirectorySettings,
  editDirectory,
  getDirectory,
} from '../../people/directories/index.ts';
import { followVouching } from '../../people/users/index.ts';
import { type Transaction, useCase } from '../../scope.ts';
import { retireRun } from './finish-run.ts';
import type { Run } from './run.ts';
import { startRun } from './start-run.ts';
import { findOpenRun, lockRun } from './store.ts';

/** What a plan is made by. */
const planned: (keyof DirectorySettings)[] = ['userFilter', 'groupFilter', 'mapping', 'guardPercent', 'guardPeople'];

const planOf = ({ settings }: Directory): string => JSON.stringify(planned.map((key) => settings[key] ?? null));

/** Locked before its directory, as by whoever works on it. @returns undefined when nothing was planned or read that could still be taken back */
async function lockUnapplied(scope: Transaction, { directoryId }: Directory): Promise<Run | undefined> {
  const open = await findOpenRun(scope, directoryId);
  const run = open && (await lockRun(scope, open.runId));
  return run?.purpose === 'sync' && !run.finishedAt && run.state !== 'applying' ? run : undefined;
}

/**
 * As `editDirectory`. A run that was read by another filter, mapping or guard and is not applied yet is declined, since approving it would do what nobody wants any more, and everything is read again.
 * @param version the one the editor saw
 * @throws AppError not_found, invalid_input, directory_name_taken, changed_meanwhile
 */
export const changeDirectory = useCase(async (scope, directoryId: string, input: DirectoryInput, version?: number): Promise<Directory> => {
  const run = await lockUnapplied(scope, await getDirectory(scope, directoryId));
  const before = await getDirectory(scope, directoryId);
  const after = await editDirectory(scope, directoryId, input, version);
  const { emailsAreVerified: isVouched } = after.settings;
  const attribute = attributesOf(after.kind, after.settings).email.toLowerCase();
  if (before.settings.emailsAreVerified !== isVouched)
    await followVouching(scope, { directoryId: after.directoryId, isVouched, attribute });
  if (!run || planOf(before) === planOf(after)) return after;
  await retireRun(scope, run);
  await startRun(scope, directoryId, { purpose: 'sync', isWhole: true });
  return after;
});
