import { notifyChange } from '../../../platform/database/index.ts';
import type { Transaction } from '../../scope.ts';

/** All that were there at a moment, with their agents, entries and runs, without an event for each: whoever asks tells of the whole. */
export async function removeDirectories({ db, contextId }: Transaction, madeBefore: Date): Promise<number> {
  const removed = await db('directories').where('context_id', contextId).where('created_at', '<', madeBefore).delete();
  await notifyChange(db, contextId);
  return removed;
}
