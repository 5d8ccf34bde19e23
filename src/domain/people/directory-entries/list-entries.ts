import { escapeLike } from '../../../platform/database/index.ts';
import { type DirectoryId, decodeCursor, encodeCursor, type Page, type Scope, soughtId } from '../../scope.ts';
import { searchKey } from '../users/index.ts';
import type { EntryReason } from './reasons.ts';
import { type Entry, type EntryRow, type EntryState, entries, fromRow } from './store.ts';

/** `search`: any part of the name, login or DN. */
export type EntryFilter = {
  directoryId?: string;
  state: EntryState;
  kind?: Entry['kind'];
  reason?: EntryReason;
  search?: string;
  cursor?: string;
};

/** By name. Who waits and is gone from the directory is not among them. */
export async function listEntries(scope: Scope, filter: EntryFilter, limit = 50): Promise<Page<Entry>> {
  const query = matching(scope, filter)
    .orderBy(['name_key', 'entry_id'])
    .limit(limit + 1);
  const after = decodeCursor(filter.cursor);
  if (after) query.whereRaw('(name_key, entry_id) > (?, ?::uuid)', after);
  const rows = (await query.select('*')) as EntryRow[];
  const last = rows[limit - 1];
  return {
    items: rows.slice(0, limit).map(fromRow),
    cursor: rows.length > limit && last ? encodeCursor(last.name_key, last.entry_id) : undefined,
  };
}

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
