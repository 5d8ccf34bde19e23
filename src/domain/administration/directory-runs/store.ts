import { newId } from '../../../platform/crypto/index.ts';
import { jsonText } from '../../../platform/database/index.ts';
import { notFound } from '../../../platform/errors/index.ts';
import type { Row } from '../../rows.ts';
import { type Actor, type DirectoryId, type DirectoryRequestId, isId, type RunId, type Scope, type Transaction } from '../../scope.ts';
import { noCounts, type Run, type RunCounts, type RunPurpose, type StopReason } from './run.ts';

type RunRow = Row<'directory_runs', { actor: Run['actor']; counts: RunCounts; purpose: RunPurpose; state: Run['state'] }>;

export const fromRow = (row: RunRow): Run => ({
  runId: row.run_id,
  directoryId: row.directory_id,
  purpose: row.purpose,
  isWhole: row.is_whole,
  state: row.state,
  actor: row.actor,
  undoesRunId: row.undoes_run_id ?? undefined,
  undoneByRunId: row.undone_by_run_id ?? undefined,
  way: (row.way as Run['way'] | null) ?? undefined,
  counts: row.counts,
  stopReason: (row.stop_reason as StopReason | null) ?? undefined,
  fault: row.fault ?? undefined,
  faultDetail: row.fault_detail ?? undefined,
  done: row.done,
  total: row.total,
  startedAt: row.started_at,
  readAt: row.read_at ?? undefined,
  finishedAt: row.finished_at ?? undefined,
});

export const runs = ({ db, contextId }: Scope) => db('directory_runs').where('directory_runs.context_id', contextId);

export async function findRun(scope: Scope, runId: string): Promise<Run | undefined> {
  const row = isId(runId) ? await runs(scope).where('run_id', runId).first() : undefined;
  return row && fromRow(row as RunRow);
}

/** @throws AppError not_found */
export async function getRun(scope: Scope, runId: string): Promise<Run> {
  const run = await findRun(scope, runId);
  if (!run) throw notFound();
  return run;
}

/** Nobody else works on it until the transaction ends. @returns undefined when its directory was removed */
export async function lockRun(scope: Transaction, runId: RunId): Promise<Run | undefined> {
  const row = await runs(scope).where('run_id', runId).forUpdate().first();
  return row && fromRow(row as RunRow);
}

/** `over`: and was to change something. There is at most one that is `open` (directory_runs_open). */
const conditions = { any: 'true', open: 'finished_at IS NULL', over: `finished_at IS NOT NULL AND purpose <> 'preview'` };

/** Of each of these directories the last run of which this holds. */
export async function findNewestRuns(
  { db, contextId }: Scope,
  directoryIds: DirectoryId[],
  which: keyof typeof conditions = 'any',
): Promise<Map<DirectoryId, Run>> {
  const { rows } = await db.raw<{ rows: RunRow[] }>(
    `SELECT r.* FROM unnest(?::uuid[]) AS d (id) CROSS JOIN LATERAL (SELECT * FROM directory_runs WHERE context_id = ? AND directory_id = d.id AND ${conditions[which]}
     ORDER BY started_at DESC, run_id DESC LIMIT 1) r`,
    [directoryIds, contextId],
  );
  return new Map(rows.map((row) => [row.directory_id, fromRow(row)]));
}

export const findOpenRun = async (scope: Scope, directoryId: DirectoryId): Promise<Run | undefined> =>
  (await findNewestRuns(scope, [directoryId], 'open')).get(directoryId);

/** The last one that was to change something, and is over. */
export const findLastRun = async (scope: Scope, directoryId: DirectoryId): Promise<Run | undefined> =>
  (await findNewestRuns(scope, [directoryId], 'over')).get(directoryId);

type NewRun = Pick<Run, 'directoryId' | 'purpose' | 'isWhole' | 'undoesRunId' | 'state'>;

export async function insertRun(scope: Transaction, { directoryId, purpose, isWhole, undoesRunId, state }: NewRun): Promise<RunId> {
  const now = scope.clock.now();
  const runId = newId(now.getTime()) as RunId;
  await scope.db('directory_runs').insert({
    context_id: scope.contextId,
    run_id: runId,
    directory_id: directoryId,
    purpose,
    is_whole: isWhole,
    state,
    actor: jsonText(scope.actor),
    undoes_run_id: undoesRunId ?? null,
    counts: jsonText(noCounts),
    started_at: now,
  });
  return runId;
}

type Columns = Partial<
  Pick<Run, 'state' | 'isWhole' | 'way' | 'counts' | 'stopReason' | 'done' | 'total' | 'readAt' | 'finishedAt' | 'undoneByRunId'>
> & {
  cursorAfter?: string;
  fault?: string | null;
  faultDetail?: string | null;
  actor?: Pick<Actor, 'kind' | 'id'>;
  directoryRequestId?: DirectoryRequestId;
  tries?: number;
  batches?: number;
};

/** What is undefined stays. */
export async function updateRun(scope: Transaction, runId: RunId, { counts, actor, ...columns }: Columns): Promise<void> {
  const columnOf = (key: string) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const plain = Object.entries(columns).flatMap(([key, value]) => (value === undefined ? [] : [[columnOf(key), value]]));
  await runs(scope)
    .where('run_id', runId)
    .update({
      ...Object.fromEntries(plain),
      ...(counts ? { counts: jsonText(counts) } : {}),
      ...(actor ? { actor: jsonText(actor) } : {}),
    });
}

/** What was read for it is of no use any more. */
export async function forgetStaged(scope: Transaction, runId: RunId): Promise<void> {
  const key = { context_id: scope.contextId, run_id: runId };
  await scope.db('directory_staged').where(key).delete();
  await scope.db('directory_staged_members').where(key).delete();
}
