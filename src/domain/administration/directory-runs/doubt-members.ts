import type { Transaction } from '../../scope.ts';
import type { Run } from './run.ts';
import { updateRun } from './store.ts';

/**
 * A reading of changes in which somebody leaves a group while the group has members by names that nobody here has: a container may have been renamed, which in OpenLDAP changes the names of
 * all below it and says so of none of them. Only a whole reading can tell. @returns whether the run begins again with one
 */
export async function readAllWhereNamesAreUnknown(scope: Transaction, { runId, directoryId, isWhole }: Run): Promise<boolean> {
  const { db, contextId } = scope;
  if (isWhole) return false;
  const { rows } = await db.raw<{ rows: [{ doubts: boolean }] }>(
    `SELECT EXISTS (SELECT FROM directory_changes c JOIN directory_staged_members s ON s.context_id = c.context_id AND s.run_id = c.run_id AND s.group_entry_id = c.entry_id
       WHERE c.context_id = :contextId AND c.run_id = :runId AND c.change = 'member-removed' AND s.member_key LIKE 'dn:%'
         AND NOT EXISTS (SELECT FROM directory_entries e WHERE e.context_id = :contextId AND e.directory_id = :directoryId AND e.dn_key = substr(s.member_key, 4))
         AND NOT EXISTS (SELECT FROM directory_staged n WHERE n.context_id = :contextId AND n.run_id = :runId AND n.dn_key = substr(s.member_key, 4))) AS doubts`,
    { contextId, runId, directoryId },
  );
  if (!rows[0].doubts) return false;
  await db('directory_changes').where({ context_id: contextId, run_id: runId }).delete();
  await updateRun(scope, runId, { state: 'waiting', isWhole: true });
  return true;
}
