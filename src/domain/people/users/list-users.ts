import type { Db } from '../../../platform/database/index.ts';
import { type Listing, orderQuery, readPage, type SortedPage } from '../../keyset.ts';
import { decodeCursor, encodeCursor, type GroupId, isId, type Page, type Scope, type UserId } from '../../scope.ts';
import { type Among, filterUsers, type UserFilter } from './filter-users.ts';
import { loginKey, searchKey } from './keys.ts';
import { partsOf, type SortKey } from './sort-users.ts';
import { fromRow, type UserRow, users } from './store.ts';
import type { Status, User } from './user.ts';

export type UserPage = SortedPage<User>;

export type UserListing = UserFilter & Listing<SortKey>;

/** Who is on the page is found in an index alone where there is one, and only they are read (decision 0014). */
export async function listUsers(scope: Scope, listing: UserListing = {}, limit = 50, among?: Among): Promise<UserPage> {
  const { items, ...page } = await readPage(listing, partsOf(scope, listing), limit, async (part, reading) => {
    const people = filterUsers(scope, listing, among).select('users.user_id');
    const direction = orderQuery(people, part, reading);
    const keys = part.keys.map((_, i) => `k${i}`);
    const rows: (UserRow & Record<string, string>)[] = await users(scope)
      .join(people.as('page'), 'page.user_id', 'users.user_id')
      .orderByRaw([...keys, 'user_id'].map((key) => `page.${key} ${direction}`).join(', '))
      .select('users.*', ...keys.map((key) => scope.db.raw(`page.${key}::text AS ${key}`)));
    return rows.map((row) => ({ row, keys: keys.map((key) => row[key]!), id: row.user_id }));
  });
  return { items: items.map(fromRow), ...page };
}

/** Who has just this name, at most `limit` of them. */
export const listUsersNamed = async (scope: Scope, name: string, limit: number): Promise<User[]> =>
  (await users(scope).where('name_key', searchKey(name)).orderBy('user_id').limit(limit).select<UserRow[]>('*')).map(fromRow);

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
