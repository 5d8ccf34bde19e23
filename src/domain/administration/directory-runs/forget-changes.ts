import type { Transaction, UserId } from '../../scope.ts';

/** Of a person who is deleted: what runs changed of them names them. That they changed something stays. Before the entry forgets whose it is. */
export async function forgetChangesOf({ db, contextId }: Transaction, userId: UserId): Promise<void> {
  await db.raw(
    `UPDATE directory_changes c SET name = '', before = NULL, after = NULL, kept = NULL FROM directory_entries e
     WHERE e.context_id = ? AND e.user_id = ? AND (c.context_id, c.directory_id, c.entry_id) = (e.context_id, e.directory_id, e.entry_id) AND c.state <> 'planned'`,
    [contextId, userId],
  );
  await db.raw(
    `UPDATE directory_changes c SET member_name = '' FROM directory_entries e
     WHERE e.context_id = ? AND e.user_id = ? AND (c.context_id, c.directory_id, c.member_entry_id) = (e.context_id, e.directory_id, e.entry_id) AND c.state <> 'planned'`,
    [contextId, userId],
  );
}
