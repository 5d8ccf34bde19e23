import type { Transaction } from '../../scope.ts';

/** All that were there at a moment but Everyone, without an event for each: whoever asks tells of the whole. */
export const removeGroups = ({ db, contextId }: Transaction, madeBefore: Date): Promise<number> =>
  db('groups').where({ context_id: contextId, is_everyone: false }).where('created_at', '<', madeBefore).delete();
