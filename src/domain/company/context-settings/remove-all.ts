import { notifyChange } from '../../../platform/database/index.ts';
import type { Transaction } from '../../scope.ts';

/** What the company chose until a moment: from then on it is as if it never had. Without an event for each kind: whoever asks tells of the whole. */
export async function removeSettings({ db, contextId }: Transaction, changedBefore: Date): Promise<void> {
  await db('context_settings').where('context_id', contextId).where('changed_at', '<', changedBefore).delete();
  await notifyChange(db, contextId);
}
