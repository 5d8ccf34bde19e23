import { jsonText } from '../../../platform/database/index.ts';
import { AppError } from '../../../platform/errors/index.ts';
import { getDirectory } from '../../people/directories/index.ts';
import {
  addDirectMembers,
  type EntryContent,
  markGone,
  measureEntries,
  noteLastChanges,
  removeDirectMembers,
  saveEntries,
} from '../../people/directory-entries/index.ts';
import { inTransaction, type RunId, type Scope, type Transaction } from '../../scope.ts';
import { followEntries } from '../directory-acceptance/index.ts';
import { finishRun } from './finish-run.ts';
import type { ChangeCode, ChangeSide, Run } from './run.ts';
import { lockRun, updateRun } from './store.ts';

/** So many changes in one transaction: of people and groups, whom following makes or changes here; of members, where it looks at their groups only. */
const step = { entries: 300, members: 3000 };

/** @returns once all of it is done, or somebody else ended it. Cut off anywhere, it goes on behind the last step that was done. */
export async function applyRun(scope: Scope, { runId }: Run): Promise<void> {
  while (await inTransaction(scope, (inside) => applyStep(inside, runId)));
}

/** @returns false when nothing is left */
async function applyStep(scope: Transaction, runId: RunId): Promise<boolean> {
  const run = await lockRun(scope, runId);
  if (run?.state !== 'applying') return false;
  const changes = await nextChanges(scope, run);
  if (changes.length === 0) {
    await finishRun(scope, run);
    return false;
  }
  const touched = await write(scope, run, changes);
  const faults = await follow(scope, run, touched);
  await markDone(scope, run, changes, faults);
  await measureGrown(scope, run.done, run.done + changes.length);
  return true;
}

type Planned = {
  position: number;
  change: ChangeCode;
  entry_id: string;
  member_entry_id: string | null;
  before: ChangeSide | null;
  after: ChangeSide | null;
  record: Omit<EntryContent, 'entryId' | 'kind' | 'dnKey' | 'contentHash'> | null;
  kind: 'person' | 'group' | null;
  dn_key: string | null;
  content_hash: string | null;
  member_kind: 'person' | 'group' | null;
};

/** They are done in their order: whatever is left stands behind as many as are done. */
async function nextChanges({ db, contextId }: Transaction, { runId, done }: Run): Promise<Planned[]> {
  const values = { contextId, runId, done };
  const planned = `FROM directory_changes WHERE context_id = :contextId AND run_id = :runId AND state = 'planned' AND position > :done ORDER BY position LIMIT`;
  const { rows: first } = await db.raw<{ rows: Pick<Planned, 'member_entry_id'>[] }>(`SELECT member_entry_id ${planned} 1`, values);
  // a number in the statement, by which the planner knows how few they are
  const limit = first[0]?.member_entry_id ? step.members : step.entries;
  const { rows } = await db.raw<{ rows: Planned[] }>(
    `SELECT c.position, c.change, c.entry_id, c.member_entry_id, c.before, c.after, s.record, s.kind, s.dn_key, s.content_hash, m.kind AS member_kind
     FROM (SELECT * ${planned} ${limit}) c
     LEFT JOIN directory_staged s ON s.context_id = c.context_id AND s.run_id = c.run_id AND s.entry_id = c.entry_id AND c.member_entry_id IS NULL AND c.change NOT LIKE '%-left'
     LEFT JOIN directory_entries m ON (m.context_id, m.directory_id, m.entry_id) = (c.context_id, c.directory_id, c.member_entry_id)
     ORDER BY c.position`,
    values,
  );
  // a step is of one kind
  const isMember = (row: Planned) => row.member_entry_id !== null;
  const other = rows.findIndex((row) => isMember(row) !== isMember(rows[0]!));
  return other < 0 ? rows : rows.slice(0, other);
}

/** @returns whom following looks at */
async function write(scope: Transaction, { runId, directoryId }: Run, changes: Planned[]): Promise<string[]> {
  const members = (change: ChangeCode) =>
    changes.filter((one) => one.change === change).map((one) => ({ groupEntryId: one.entry_id, memberEntryId: one.member_entry_id! }));
  const [added, removed] = [members('member-added'), members('member-removed')];
  if (added.length > 0) await addDirectMembers(scope, directoryId, added);
  if (removed.length > 0) await removeDirectMembers(scope, directoryId, removed);
  const entries = changes.filter(({ member_entry_id }) => member_entry_id === null);
  const said = entries.filter(({ record }) => record !== null);
  if (said.length > 0)
    await saveEntries(
      scope,
      await getDirectory(scope, directoryId),
      said.map(({ entry_id, kind, record, dn_key, content_hash }) => ({
        ...record!,
        entryId: entry_id,
        kind: kind!,
        dnKey: dn_key!,
        contentHash: content_hash!,
      })),
    );
  const left = entries.filter(({ change }) => change.endsWith('-left')).map(({ entry_id }) => entry_id);
  if (left.length > 0) await markGone(scope, directoryId, left);
  if (entries.length > 0)
    await noteLastChanges(
      scope,
      directoryId,
      runId,
      entries.map(({ entry_id, change, before, after }) => ({ entryId: entry_id, change, fields: fieldsOf(before, after) })),
    );
  return whomToFollow(changes);
}

/** Of memberships the groups or the people, whichever are fewer: one who joins a group of thousands is not all of it. What a group brings along is the matter of where it came to. */
function whomToFollow(changes: Planned[]): string[] {
  const groups = new Set(changes.map(({ entry_id }) => entry_id));
  const people = new Set(changes.map((one) => (one.member_kind === 'person' ? one.member_entry_id! : one.entry_id)));
  return [...(people.size < groups.size ? people : groups)];
}

const fieldsOf = (before: ChangeSide | null, after: ChangeSide | null): string[] => {
  const { attributes: _, ...own } = { ...before, ...after };
  return [...new Set([...Object.keys(own), ...Object.keys(before?.attributes ?? {}), ...Object.keys(after?.attributes ?? {})])];
};

/** One who cannot follow keeps nobody else from it. @returns faults by entry */
async function follow(scope: Transaction, { directoryId }: Run, entryIds: string[]): Promise<Map<string, string>> {
  const faults = new Map<string, string>();
  try {
    await inTransaction(scope, (inside) => followEntries(inside, directoryId, entryIds));
    return faults;
  } catch (error) {
    rethrowPassing(error);
  }
  for (const entryId of entryIds)
    try {
      await inTransaction(scope, (inside) => followEntries(inside, directoryId, [entryId]));
    } catch (error) {
      rethrowPassing(error);
      faults.set(entryId, error instanceof AppError ? error.code : 'server_error');
    }
  return faults;
}

/** Deadlocks, failed serialisations, a store that goes away: the whole step is done again. */
function rethrowPassing(error: unknown): void {
  const { code = '' } = error as { code?: unknown };
  if (!(error instanceof AppError) && typeof code === 'string' && /^(40|08|57|53)|^[A-Z]{3,}/.test(code)) throw error;
}

/** Of who came it is kept what became of them at once: who is something else later, was changed since. */
async function markDone(scope: Transaction, run: Run, changes: Planned[], faults: Map<string, string>): Promise<void> {
  const [first, last] = [changes[0]!.position, changes.at(-1)!.position];
  const fault = 'COALESCE(:faults::jsonb ->> c.entry_id::text, :faults::jsonb ->> c.member_entry_id::text)';
  await scope.db.raw(
    `UPDATE directory_changes c SET state = CASE WHEN ${fault} IS NULL THEN 'done' ELSE 'refused' END, fault = ${fault},
       kept = CASE WHEN c.change IN ('person-added', 'group-added') THEN c.kept || jsonb_build_object('state',
         (SELECT e.state FROM directory_entries e WHERE (e.context_id, e.directory_id, e.entry_id) = (c.context_id, c.directory_id, c.entry_id))) ELSE c.kept END
     WHERE c.context_id = :contextId AND c.run_id = :runId AND c.position BETWEEN :first AND :last AND c.state = 'planned'`,
    { faults: jsonText(Object.fromEntries(faults)), contextId: scope.contextId, runId: run.runId, first, last },
  );
  await updateRun(scope, run.runId, { done: run.done + changes.length });
}

/** Tables that grow from nothing to many rows within a run: the planner has to know, each time they may be twice as large. */
async function measureGrown(scope: Transaction, before: number, now: number): Promise<void> {
  const size = (rows: number) => Math.floor(Math.log2(Math.max(rows, 128)));
  if (size(now) > size(before)) await measureEntries(scope, now);
}
