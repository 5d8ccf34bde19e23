import type { DirectoryId, Scope } from '../../scope.ts';
import type { Count } from '../users/index.ts';
import { type EntryFilter, matching } from './list-entries.ts';

/** How many a list shows, for a page: no more than `most` are counted. */
export async function countShown(scope: Scope, filter: EntryFilter, most = 1000): Promise<Count> {
  const some = matching(scope, filter)
    .select(scope.db.raw('1'))
    .limit(most + 1);
  const { rows } = await scope.db.raw('SELECT count(*) AS n FROM (?) AS found', [some]);
  const n = Number(rows[0].n);
  return { n: Math.min(n, most), isMore: n > most };
}

/** How many wait in each of these directories, for pages that say it on the way. */
export async function countPending(
  scope: Scope,
  directoryIds: DirectoryId[],
  kind?: EntryFilter['kind'],
  most = 1000,
): Promise<Map<DirectoryId, Count>> {
  const some = matching(scope, { state: 'pending', kind })
    .whereRaw('directory_id = d.id')
    .select(scope.db.raw('1'))
    .limit(most + 1);
  const { rows } = await scope.db.raw<{ rows: { id: DirectoryId; n: number }[] }>(
    'SELECT d.id, (SELECT count(*)::int FROM (?) AS found) AS n FROM unnest(?::uuid[]) AS d (id)',
    [some, directoryIds],
  );
  return new Map(rows.map(({ id, n }) => [id, { n: Math.min(n, most), isMore: n > most }]));
}
