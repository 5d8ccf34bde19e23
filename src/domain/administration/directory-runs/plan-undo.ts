import type { Transaction } from '../../scope.ts';
import type { Run } from './run.ts';

/**
 * The other way round, what a run did: as it was before, where it still is as the run left it. What has changed since, by a later run or by an administrator's acceptance, is passed
 * over. Who came is not deleted: they left again, so that accepted people are deactivated.
 */
export async function planUndo({ db, contextId }: Transaction, { runId, directoryId, undoesRunId }: Run): Promise<void> {
  const values = { contextId, directoryId, runId, undone: undoesRunId! };
  const done = "c.context_id = :contextId AND c.run_id = :undone AND c.state IN ('done', 'refused')";
  await db.raw(
    `INSERT INTO directory_changes (context_id, run_id, directory_id, position, change, entry_id, name, before, after, state, fault)
     SELECT :contextId, :runId, :directoryId, row_number() OVER (ORDER BY c.position DESC),
       e.kind || '-' || CASE split_part(c.change, '-', 2) WHEN 'added' THEN 'left' WHEN 'returned' THEN 'left' WHEN 'left' THEN 'returned'
         WHEN 'disabled' THEN 'enabled' WHEN 'enabled' THEN 'disabled' ELSE split_part(c.change, '-', 2) END,
       c.entry_id, c.name, c.after, c.before, CASE WHEN same THEN 'planned' ELSE 'passed-over' END, CASE WHEN NOT same THEN 'changed-since' END
     FROM directory_changes c
     JOIN directory_entries e ON (e.context_id, e.directory_id, e.entry_id) = (c.context_id, c.directory_id, c.entry_id)
     CROSS JOIN LATERAL (SELECT c.kept IS NOT NULL AND e.content_hash = c.kept ->> 'hash' AND e.is_gone = (c.change LIKE '%-left') AND e.state = COALESCE(c.kept ->> 'state', e.state) AS same) s
     WHERE ${done} AND c.member_entry_id IS NULL`,
    values,
  );
  await db.raw(
    `INSERT INTO directory_staged (context_id, run_id, entry_id, kind, record, dn_key, content_hash)
     SELECT c.context_id, c.run_id, c.entry_id, split_part(c.change, '-', 1), u.kept -> 'was', u.kept ->> 'dnKey', u.kept ->> 'wasHash'
     FROM directory_changes c JOIN directory_changes u ON u.context_id = c.context_id AND u.run_id = :undone AND u.entry_id = c.entry_id AND u.member_entry_id IS NULL
     WHERE c.context_id = :contextId AND c.run_id = :runId AND c.state = 'planned' AND c.change NOT LIKE '%-left'`,
    values,
  );
  await db.raw(
    `INSERT INTO directory_changes (context_id, run_id, directory_id, position, change, entry_id, name, member_entry_id, member_name, state, fault)
     SELECT :contextId, :runId, :directoryId, (SELECT COALESCE(max(position), 0) FROM directory_changes WHERE context_id = :contextId AND run_id = :runId) + row_number() OVER (ORDER BY c.position),
       CASE c.change WHEN 'member-added' THEN 'member-removed' ELSE 'member-added' END, c.entry_id, c.name, c.member_entry_id, c.member_name,
       CASE WHEN same THEN 'planned' ELSE 'passed-over' END, CASE WHEN NOT same THEN 'changed-since' END
     FROM directory_changes c
     LEFT JOIN directory_members m ON (m.context_id, m.directory_id, m.group_entry_id, m.member_entry_id) = (c.context_id, c.directory_id, c.entry_id, c.member_entry_id)
     CROSS JOIN LATERAL (SELECT (c.change = 'member-added') = (m.group_entry_id IS NOT NULL) AS same) s
     WHERE ${done} AND c.member_entry_id IS NOT NULL`,
    values,
  );
}
