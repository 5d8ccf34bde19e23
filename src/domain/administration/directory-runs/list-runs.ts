import { getDirectory } from '../../people/directories/index.ts';
import type { Row } from '../../rows.ts';
import { isId, type Page, type Scope } from '../../scope.ts';
import { findReadingPauses, type ReadingPause } from './open-run.ts';
import type { ChangeCode, ChangeSide, Run, RunChange } from './run.ts';
import { fromRow, getRun, runs } from './store.ts';

/** The newest first. The cursor is the last run's id. @throws AppError not_found */
export async function listRuns(scope: Scope, directoryId: string, { cursor }: { cursor?: string } = {}, limit = 50): Promise<Page<Run>> {
  const { directoryId: id } = await getDirectory(scope, directoryId);
  const query = runs(scope)
    .where('directory_id', id)
    .orderBy('run_id', 'desc')
    .limit(limit + 1);
  if (isId(cursor)) query.where('run_id', '<', cursor);
  const items = (await query).map((row) => fromRow(row as never));
  return { items: items.slice(0, limit), cursor: items.length > limit ? items[limit - 1]!.runId : undefined };
}

type ChangeRow = Row<
  'directory_changes',
  { change: ChangeCode; before: ChangeSide | null; after: ChangeSide | null; state: RunChange['state'] }
>;

/** In the order in which they are done. The cursor is the last change's position. @throws AppError not_found */
export async function listRunChanges(
  scope: Scope,
  runId: string,
  { change, cursor }: { change?: ChangeCode; cursor?: string } = {},
  limit = 50,
): Promise<Page<RunChange>> {
  const { runId: id } = await getRun(scope, runId);
  const query = scope
    .db('directory_changes')
    .where({ context_id: scope.contextId, run_id: id })
    .orderBy('position')
    .limit(limit + 1);
  if (change) query.where('change', change);
  if (cursor && /^\d{1,9}$/.test(cursor)) query.where('position', '>', Number(cursor));
  const rows = (await query.select('*')) as ChangeRow[];
  const items = rows.slice(0, limit).map((row) => ({
    position: row.position,
    change: row.change,
    entryId: row.entry_id,
    name: row.name,
    memberEntryId: row.member_entry_id ?? undefined,
    memberName: row.member_name ?? undefined,
    before: row.before ?? undefined,
    after: row.after ?? undefined,
    state: row.state,
    fault: row.fault ?? undefined,
  }));
  return { items, cursor: rows.length > limit ? String(items.at(-1)!.position) : undefined };
}

/** Why nothing is read of itself at the moment, if so. @throws AppError not_found */
export async function findReadingPause(scope: Scope, directoryId: string): Promise<ReadingPause | undefined> {
  const directory = await getDirectory(scope, directoryId);
  return (await findReadingPauses(scope, [directory])).get(directory.directoryId);
}
