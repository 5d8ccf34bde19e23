import { notifyChange } from '../../../platform/database/index.ts';
import { enqueue } from '../../job.ts';
import type { Transaction } from '../../scope.ts';
import { customValuesOfField } from './jobs.ts';

/** All that were there at a moment, without an event for each: whoever asks tells of the whole. */
export async function removeCustomFields(scope: Transaction, madeBefore: Date): Promise<number> {
  const { db, contextId } = scope;
  const removed = await db('custom_fields')
    .where('context_id', contextId)
    .where('created_at', '<', madeBefore)
    .delete()
    .returning('field_id');
  for (const { field_id } of removed) await enqueue(scope, customValuesOfField, { fieldId: field_id });
  await notifyChange(db, contextId);
  return removed.length;
}
