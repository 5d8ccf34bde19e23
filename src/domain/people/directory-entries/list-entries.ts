import { escapeLike } from '../../../platform/database/index.ts';
import { type Listing, orderQuery, type Part, readPage, readSort, type SortedPage } from '../../keyset.ts';
import { type DirectoryId, type Scope, soughtId } from '../../scope.ts';
import { searchKey } from '../users/index.ts';
import type { EntryReason } from './reasons.ts';
import { type Entry, type EntryRow, type EntryState, entries, fromRow } from './store.ts';

export const entrySortKeys = ['name', 'login', 'created'] as const;

/** `search`: any part of the name, login or DN. `created`: when it was first read. */
export type EntryFilter = Listing<(typeof entrySortKeys)[number]> & {
  directoryId?: string;
  state: EntryState;
  kind?: Entry['kind'];
  reason?: EntryReason;
  search?: string;
};

type Entries = ReturnType<typeof entries>;

function partOf({ sort }: EntryFilter): Part<Entries> {
  const { key, isDescending } = readSort(sort, 'name');
  if (key === 'created') return { keys: ['created_at'], id: 'entry_id', isDescending, isTime: true };
  return { keys: [key === 'login' ? "lower(COALESCE(login, ''))" : 'name_key'], id: 'entry_id', isDescending };
}

/** Who waits and is gone from the directory is not among them. */
export const listEntries = (scope: Scope, filter: EntryFilter, limit = 50): Promise<SortedPage<Entry>> =>
  readPage(filter, [partOf(filter)], limit, async (part, reading) => {
    const query = matching(scope, filter);
    orderQuery(query, part, reading);
    // an instant as the store has it: a Date would lose the last digits
    const rows = (await query.select('*', scope.db.raw('created_at::text AS since'))) as (EntryRow & { k0: string; since: string })[];
    return rows.map((row) => ({ row: fromRow(row), keys: [part.isTime ? row.since : row.k0], id: row.entry_id }));
  });

/** The ids of the next ones in the order of their ids, to work on all that match. @param after the last one before */
export const pickEntries = (
  scope: Scope,
  filter: Omit<EntryFilter, 'cursor'>,
  after: string | undefined,
  limit: number,
): Promise<string[]> => {
  const query = matching(scope, filter).orderBy('entry_id').limit(limit);
  if (after) query.where('entry_id', '>', after);
  return query.pluck('entry_id');
};

export async function countMatching(scope: Scope, filter: Omit<EntryFilter, 'cursor'>): Promise<number> {
  const [row] = await matching(scope, filter).count({ n: '*' });
  return Number(row?.n ?? 0);
}

/** Of a directory, those whom something kept from being in line that may be over since: an address, a name, or the last administrator's place. */
export const listHeldUp = (scope: Scope, directoryId: DirectoryId, limit: number): Promise<string[]> =>
  entries(scope)
    .where('directory_id', directoryId)
    .whereIn('reason', ['conflict', 'last-administrator'] satisfies EntryReason[])
    .whereNot('state', 'rejected')
    .orderByRaw(`state = 'pending', entry_id`)
    .limit(limit)
    .pluck('entry_id');

export function matching(scope: Scope, { directoryId, state, kind, reason, search }: EntryFilter) {
  const query = entries(scope).where('state', state);
  if (directoryId !== undefined) query.where('directory_id', soughtId(directoryId));
  if (state === 'pending') query.where('is_gone', false);
  if (kind) query.where('kind', kind);
  if (reason) query.where('reason', reason);
  for (const word of searchKey(search ?? '')
    .split(' ')
    .filter(Boolean))
    query.where('search_key', 'like', `%${escapeLike(word)}%`);
  return query;
}

export type EntryCount = { state: EntryState; kind: Entry['kind']; reason?: EntryReason; n: number };

/** How many there are of each state, kind and reason. */
export async function countEntries(scope: Scope, directoryId: DirectoryId): Promise<EntryCount[]> {
  const { rows } = await scope.db.raw<{ rows: (Pick<EntryRow, 'state' | 'kind'> & { reason: EntryReason | null; n: number })[] }>(
    `SELECT state, kind, reason, count(*)::int AS n FROM directory_entries WHERE context_id = ? AND directory_id = ? AND NOT (state = 'pending' AND is_gone)
     GROUP BY state, kind, reason ORDER BY state, kind, reason`,
    [scope.contextId, directoryId],
  );
  return rows.map(({ reason, ...row }) => ({ ...row, reason: reason ?? undefined }));
}
