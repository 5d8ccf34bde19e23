import type { Db } from '../../../platform/database/index.ts';
import { decodeCursor, encodeCursor, type GroupId, isId, type Page, type Scope, type UserId } from '../../scope.ts';
import { type Among, filterUsers, type People, type UserFilter } from './filter-users.ts';
import { loginKey } from './keys.ts';
import { decodePlace, encodePlace, type Part, partsOf, type UserSort } from './sort-users.ts';
import { fromRow, type UserRow, users } from './store.ts';
import type { Status, User } from './user.ts';

/** `previous`: the cursor of the page before. */
export type UserPage = Page<User> & { previous?: string };

/** A page of a list. `cursor`: after that place; `before`: up to it. A cursor of another order, or that somebody cut, begins at the beginning. */
export type UserListing = UserFilter & { sort?: UserSort; cursor?: string; before?: string };

/** Who is on the page is found in an index alone where there is one, and only they are read (decision 0014). */
export async function listUsers(scope: Scope, listing: UserListing = {}, limit = 50, among?: Among): Promise<UserPage> {
  const parts = partsOf(listing);
  const backwards = decodePlace(listing.before, listing.sort, parts);
  const place = backwards ?? decodePlace(listing.cursor, listing.sort, parts);
  const order = backwards ? parts.toReversed() : parts;
  const found: Placed[] = [];
  for (const part of place ? order.slice(order.indexOf(place.part)) : order) {
    const from = part === place?.part ? place : undefined;
    found.push(
      ...(await readPart(scope, filterUsers(scope, listing, among), part, {
        from,
        isBackwards: backwards !== undefined,
        limit: limit + 1 - found.length,
      })),
    );
    if (found.length > limit) break;
  }
  // everybody before that place is gone
  if (backwards && found.length === 0) return listUsers(scope, { ...listing, before: undefined, cursor: undefined }, limit, among);
  const hasMore = found.length > limit;
  const shown = backwards ? found.slice(0, limit).reverse() : found.slice(0, limit);
  const at = (one: Placed | undefined) => one && encodePlace(listing.sort, parts.indexOf(one.part), one);
  return {
    items: shown.map(({ row }) => fromRow(row)),
    cursor: backwards || hasMore ? at(shown.at(-1)) : undefined,
    previous: (backwards ? hasMore : place !== undefined) ? at(shown[0]) : undefined,
  };
}

type Placed = { part: Part; row: UserRow; keys: string[]; id: string };
type Reading = { from?: { keys: string[]; id: string }; isBackwards: boolean; limit: number };

async function readPart(scope: Scope, people: People, part: Part, { from, isBackwards, limit }: Reading): Promise<Placed[]> {
  part.narrow?.(people, scope);
  const isDescending = part.isDescending !== isBackwards;
  const keys = [...part.keys, part.id ?? 'users.user_id'];
  const direction = isDescending ? 'DESC' : 'ASC';
  people
    .select('users.user_id', ...part.keys.map((key, i) => scope.db.raw(`${key} AS k${i}`)))
    .orderByRaw(keys.map((key) => `${key} ${direction}`).join(', '))
    .limit(limit);
  if (from)
    people.whereRaw(`(${keys.join(', ')}) ${isDescending ? '<' : '>'} (${keys.map(() => '?').join(', ')})`, [...from.keys, from.id]);
  const ofPage = keys.map((_, i) => (i < part.keys.length ? `page.k${i}` : 'page.user_id'));
  const rows: (UserRow & Record<string, string>)[] = await users(scope)
    .join(people.as('page'), 'page.user_id', 'users.user_id')
    .orderByRaw(ofPage.map((key) => `${key} ${direction}`).join(', '))
    .select('users.*', ...part.keys.map((_, i) => scope.db.raw(`page.k${i}::text AS k${i}`)));
  return rows.map((row) => ({ part, row, keys: part.keys.map((_, i) => row[`k${i}`]!), id: row.user_id }));
}

/** Who has this status, in the order of names: their ids alone, which an index holds. */
export async function listIdsByStatus(scope: Scope, status: Status, after: string | undefined, limit: number): Promise<Page<UserId>> {
  const query = users(scope)
    .where('status', status)
    .orderBy(['name_key', 'user_id'])
    .limit(limit + 1)
    .select('name_key', 'user_id');
  const place = decodeCursor(after);
  if (place) query.whereRaw('(name_key, user_id) > (?, ?)', [...place]);
  const rows = await query;
  const last = rows[limit - 1];
  return {
    items: rows.slice(0, limit).map((row) => row.user_id),
    cursor: rows.length > limit && last ? encodeCursor(last.name_key, last.user_id) : undefined,
  };
}

export async function listUsersByIds(scope: Scope, ids: string[]): Promise<User[]> {
  return (await users(scope).whereIn('user_id', ids.filter(isId)).orderBy('name_key').select<UserRow[]>('*')).map(fromRow);
}

/** Which of these e-mails and usernames somebody has, in their compared form. */
export async function listTakenLogins(scope: Scope, logins: string[]): Promise<Set<string>> {
  const taken = new Set<string>();
  const sought = logins.map(loginKey);
  for (const column of ['email_key', 'username_key'] as const) {
    const keys = sought.filter((one) => one.column === column).map(({ key }) => key);
    for (const key of await users(scope).whereRaw(`${column} = ANY(?)`, [keys]).pluck(column)) taken.add(key!);
  }
  return taken;
}

/** `isMore`: there are more than were counted. */
export type Count = { n: number; isMore: boolean };

/** Exact for the whole list and its filters, whatever its length; of a search no more than `most` are counted: a page need not wait for a number that nobody asked for. */
export async function countUsers(scope: Scope, filter: UserFilter = {}, most = 10_000, among?: Among): Promise<Count> {
  const { search, groupId, directory, signIn, secondFactor, role, status } = filter;
  if (!search?.trim() && !groupId && !directory && !signIn && !secondFactor && !among) {
    const query = scope.db('user_counts').where('context_id', scope.contextId).sum({ n: 'n' });
    if (role) query.where('role', role);
    if (status) query.where('status', status);
    const [row] = await query;
    return { n: Number(row?.n ?? 0), isMore: false };
  }
  const some = filterUsers(scope, filter, among)
    .select(scope.db.raw('1'))
    .limit(most + 1);
  const { rows } = await scope.db.raw('SELECT count(*) AS n FROM (?) AS found', [some]);
  const n = Number(rows[0].n);
  return { n: Math.min(n, most), isMore: n > most };
}

/** Adds up the changes that were noted. */
export async function sweepUserCounts(db: Db): Promise<void> {
  await db.raw(
    `WITH gone AS (DELETE FROM user_counts WHERE context_id IN (SELECT context_id FROM user_counts GROUP BY context_id HAVING count(*) > 100) RETURNING context_id, role, status, n)
     INSERT INTO user_counts (context_id, role, status, n) SELECT context_id, role, status, sum(n) FROM gone GROUP BY context_id, role, status HAVING sum(n) <> 0`,
  );
}

/** The people whom a change is for: these, everybody whom a filter of the list shows, or whoever is in one of these groups. */
export type ChosenUsers = { ids: string[] } | { filter: UserFilter } | { groupIds: GroupId[] };

/** A query of user_id, for whoever takes it up in one of their own. */
export const selectUserIds = (scope: Scope, chosen: ChosenUsers) => chosenOf(scope, chosen).select('users.user_id');

/** Exactly: the number is what is agreed to. */
export async function countChosen(scope: Scope, chosen: ChosenUsers): Promise<number> {
  // more people than this no company has
  if ('filter' in chosen) return (await countUsers(scope, chosen.filter, 100_000_000)).n;
  const [row] = await chosenOf(scope, chosen).count({ n: '*' });
  return Number(row?.n ?? 0);
}

/** The first of them by name. */
export async function listChosen(scope: Scope, chosen: ChosenUsers, limit: number): Promise<User[]> {
  if ('filter' in chosen) return (await listUsers(scope, chosen.filter, limit)).items;
  return (await chosenOf(scope, chosen).orderBy(['name_key', 'user_id']).limit(limit).select<UserRow[]>('users.*')).map(fromRow);
}

function chosenOf(scope: Scope, chosen: ChosenUsers) {
  if ('ids' in chosen) return users(scope).whereIn('user_id', chosen.ids.filter(isId));
  if ('filter' in chosen) return filterUsers(scope, chosen.filter);
  const members = scope.db('group_members').select('user_id').where('context_id', scope.contextId).whereIn('group_id', chosen.groupIds);
  return users(scope).whereIn('user_id', members);
}
