import { getDirectory, noteReading } from '../../people/directories/index.ts';
import { type AuditEventType, recordEvent } from '../../records/audit/index.ts';
import type { Transaction } from '../../scope.ts';
import { followHeldUp } from '../directory-acceptance/index.ts';
import type { Run } from './run.ts';
import { findLastRun, forgetStaged, runs, updateRun } from './store.ts';

/** Who answered a run acts; whatever else becomes of it is the doing of who asked for it. */
const answers: AuditEventType[] = ['directory.run-approved', 'directory.run-declined'];

/** What the audit says of a run. */
export async function recordRun(scope: Transaction, run: Run, type: AuditEventType, reason?: string): Promise<void> {
  const { name } = await getDirectory(scope, run.directoryId);
  const actor = answers.includes(type) ? scope.actor : { name: '', ...run.actor };
  const as: Transaction = { ...scope, actor };
  await recordEvent(as, {
    type,
    outcome: type === 'directory.run-failed' ? 'failure' : 'success',
    subject: { kind: 'directory', id: run.directoryId, name },
    reason,
    details: {
      run: run.runId,
      purpose: run.purpose,
      isWhole: run.isWhole,
      ...(run.undoesRunId ? { undoes: run.undoesRunId } : {}),
      ...run.counts,
    },
  });
}

type End = { state: 'done' | 'failed' | 'declined'; fault?: string; faultDetail?: string };

/** What was planned of a run that nobody approved goes; of a preview it is what was asked for. */
async function close(scope: Transaction, run: Run, { state, fault, faultDetail }: End): Promise<void> {
  await forgetStaged(scope, run.runId);
  const actor = run.actor.kind === 'person' ? { kind: run.actor.kind, id: run.actor.id } : undefined;
  await updateRun(scope, run.runId, {
    state,
    fault: fault ?? null,
    faultDetail: faultDetail ?? null,
    finishedAt: scope.clock.now(),
    actor,
  });
}

const isByItself = ({ actor, purpose }: Run): boolean => actor.kind === 'system' && purpose === 'sync';

/** Nothing changed, and nobody asked: it leaves no trace but itself, and takes the place of the one before. */
async function fold(scope: Transaction, run: Run): Promise<void> {
  await runs(scope)
    .where({ directory_id: run.directoryId, purpose: 'sync', state: 'done', total: 0 })
    .whereRaw("actor ->> 'kind' = 'system'")
    .whereNot('run_id', run.runId)
    .delete();
}

/** All of it is done. */
export async function finishRun(scope: Transaction, run: Run): Promise<void> {
  const [kept] = await runs(scope).where('run_id', run.runId).select('cursor_after', 'total');
  await close(scope, run, { state: 'done' });
  if (run.purpose === 'preview') return recordRun(scope, run, 'directory.run-previewed');
  if (run.purpose === 'undo') {
    // the next reading compares everything, and asks
    await noteReading(scope, run.directoryId, { readCursor: null });
    await updateRun(scope, run.undoesRunId!, { undoneByRunId: run.runId });
    return recordRun(scope, run, 'directory.run-undone');
  }
  await followHeldUp(scope, run.directoryId);
  const directory = await getDirectory(scope, run.directoryId);
  // other settings may want what this one did not read
  const isStale = directory.settingsChangedAt > run.startedAt;
  const hours = directory.settings.wholeReadEveryHours;
  await noteReading(scope, run.directoryId, {
    readCursor: isStale ? null : kept!.cursor_after,
    ...(run.isWhole ? { nextWholeReadAt: new Date(run.startedAt.getTime() + hours * 3_600_000) } : {}),
  });
  if (kept!.total > 0 || !isByItself(run)) return recordRun(scope, run, 'directory.run-finished');
  await fold(scope, run);
}

/** It ends where it is: what it has done stays, and the next one compares again. */
export async function failRun(scope: Transaction, run: Run, fault: string, faultDetail?: string): Promise<void> {
  const last = await findLastRun(scope, run.directoryId);
  await close(scope, run, { state: 'failed', fault, faultDetail });
  const isAgain =
    isByItself(run) && last?.state === 'failed' && last.fault === fault && last.total === 0 && isByItself(last) && run.total === 0;
  if (!isAgain) return recordRun(scope, run, 'directory.run-failed', fault);
  await runs(scope).where('run_id', last.runId).delete();
}

export async function declineStopped(scope: Transaction, run: Run): Promise<void> {
  await close(scope, run, { state: 'declined' });
  await recordRun(scope, run, 'directory.run-declined', run.stopReason);
}

/** Other settings have come: what it read or planned is of no use. */
export async function retireRun(scope: Transaction, run: Run): Promise<void> {
  await close(scope, run, { state: 'declined', fault: 'settings-changed' });
  await recordRun(scope, run, 'directory.run-declined', 'settings-changed');
}
