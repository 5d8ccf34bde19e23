import type { Transaction } from '../../scope.ts';

/** All that were there at a moment, with their agents, entries and runs, without an event for each: whoever asks tells of the whole. */
export const removeDirectories = ({ db, contextId }: Transaction, madeBefore: Date): Promise<number> =>
  db('directories').where('context_id', contextId).where('created_at', '<', madeBefore).delete();
