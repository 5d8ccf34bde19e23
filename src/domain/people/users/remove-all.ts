import type { Transaction, UserId } from '../../scope.ts';

/** Up to `limit` of those who were there at a moment, without an event for each: whoever asks tells of the whole. @returns how many; 0 when nobody is left */
export async function removeUsers({ db, contextId }: Transaction, madeBefore: Date, keep: UserId, limit: number): Promise<number> {
  const some = db('users')
    .where('context_id', contextId)
    .where('created_at', '<', madeBefore)
    .whereNot('user_id', keep)
    .orderBy('user_id')
    .limit(limit)
    .select('user_id');
  return db('users').where('context_id', contextId).whereIn('user_id', some).delete();
}
