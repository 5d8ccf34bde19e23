import { getDirectory, tellOfStop } from '../../people/directories/index.ts';
import { inTransaction, type Scope, type Transaction } from '../../scope.ts';
import { countLosses } from './count-losses.ts';
import { readAllWhereNamesAreUnknown } from './doubt-members.ts';
import { finishRun, recordRun } from './finish-run.ts';
import { findStopReason } from './guard.ts';
import { planEntries, planUnusable } from './plan-entries.ts';
import { planMembers } from './plan-members.ts';
import { planUndo } from './plan-undo.ts';
import { noCounts, type Run, type RunCounts } from './run.ts';
import { findLastRun, lockRun, updateRun } from './store.ts';

/** From what was read to a list of what to do, which is the preview, the work and what undo reverts. */
export const planRun = (scope: Scope, { runId }: Run): Promise<void> =>
  inTransaction(scope, async (inside) => {
    const run = await lockRun(inside, runId);
    if (run?.state !== 'planning') return;
    if (run.purpose === 'undo') await planUndo(inside, run);
    else if (run.isWhole || (await hasStaged(inside, run))) {
      await measure(inside, run);
      await planEntries(inside, run);
      scope.stop?.throwIfAborted();
      await planMembers(inside, run);
      if (await readAllWhereNamesAreUnknown(inside, run)) return;
      await planUnusable(inside, run);
    }
    if (run.done >= many) await inside.db.raw('ANALYZE directory_changes');
    const { counts, total } = await countChanges(inside, run);
    const planned = { ...run, counts, total };
    const stopReason = run.purpose === 'sync' && total > 0 ? await ask(inside, run) : undefined;
    const isOver = total === 0 || run.purpose === 'preview';
    await updateRun(inside, runId, { counts, total, done: 0, stopReason, state: stopReason ? 'stopped' : 'applying' });
    if (stopReason) {
      await recordRun(inside, { ...planned, stopReason }, 'directory.run-stopped', stopReason);
      await tellOfStop(inside, run.directoryId, { changes: total, leaving: counts.people.leaving });
    } else if (isOver) await finishRun(inside, planned);
  });

/** Most readings of changes find none. */
async function hasStaged({ db, contextId }: Transaction, { runId }: Run): Promise<boolean> {
  const key = { context_id: contextId, run_id: runId };
  return Boolean(
    (await db('directory_staged').where(key).first('run_id')) ?? (await db('directory_staged_members').where(key).first('run_id')),
  );
}

const many = 2000;

/** The planner of PostgreSQL knows nothing yet of rows that came seconds ago. */
async function measure({ db }: Transaction, { done }: Run): Promise<void> {
  if (done < many) return;
  await db.raw('ANALYZE directory_staged');
  await db.raw('ANALYZE directory_staged_members');
}

/** Which number of RunCounts each change counts in. */
const countOf: Record<string, 'added' | 'changed' | 'leaving' | 'returning'> = {
  added: 'added',
  changed: 'changed',
  moved: 'changed',
  disabled: 'leaving',
  left: 'leaving',
  enabled: 'returning',
  returned: 'returning',
};

async function countChanges({ db, contextId }: Transaction, { runId }: Run): Promise<{ counts: RunCounts; total: number }> {
  const { rows } = await db.raw<{ rows: { change: string; state: string; n: number }[] }>(
    `SELECT change, state, count(*)::int AS n FROM directory_changes WHERE context_id = ? AND run_id = ? GROUP BY change, state`,
    [contextId, runId],
  );
  const counts = structuredClone(noCounts);
  let total = 0;
  for (const { change, state, n } of rows) {
    const [kind, what] = change.split('-') as [string, string];
    if (change === 'unusable') counts.unusable += n;
    if (state !== 'planned') continue;
    total += n;
    if (kind === 'member') counts.members[what as 'added' | 'removed'] += n;
    else counts[kind === 'person' ? 'people' : 'groups'][countOf[what]!] += n;
  }
  return { counts, total };
}

async function ask(scope: Transaction, run: Run) {
  const { settings, nextWholeReadAt } = await getDirectory(scope, run.directoryId);
  const { isEmpty, ...losses } = await countLosses(scope, run);
  // somebody may have been made there from here before anything was read
  const isFirst = isEmpty || !nextWholeReadAt;
  const last = await findLastRun(scope, run.directoryId);
  return findStopReason(losses, { isFirst, isAfterUndo: last?.purpose === 'undo' }, settings);
}
