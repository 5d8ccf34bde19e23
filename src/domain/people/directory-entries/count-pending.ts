import type { DirectoryId, Scope } from '../../scope.ts';
import type { Count } from '../users/index.ts';
import { type EntryFilter, matching } from './list-entries.ts';

const mostCounted = 1000;

/** How many wait in each of these directories: no more than a thousand are counted, for pages that say it on the way. */
export async function countPending(
  scope: Scope,
  directoryIds: DirectoryId[],
  kind?: EntryFilter['kind'],
): Promise<Map<DirectoryId, Count>> {
  const counts = new Map<DirectoryId, Count>();
  for (const directoryId of directoryIds) {
    const some = matching(scope, { directoryId, state: 'pending', kind })
      .select(scope.db.raw('1'))
      .limit(mostCounted + 1);
    const { rows } = await scope.db.raw('SELECT count(*) AS n FROM (?) AS found', [some]);
    const n = Number(rows[0].n);
    counts.set(directoryId, { n: Math.min(n, mostCounted), isMore: n > mostCounted });
  }
  return counts;
}
