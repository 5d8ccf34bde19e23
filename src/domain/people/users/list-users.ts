import { domainToUnicode } from 'node:url';
import type { Knex } from 'knex';
import { type Db, escapeLike } from '../../../platform/database/index.ts';
import { decodeCursor, encodeCursor, type GroupId, isId, type Page, type Scope } from '../../scope.ts';
import { loginKey, searchKey } from './keys.ts';
import { fromRow, type UserRow, users } from './store.ts';
import type { User } from './user.ts';

/** S50: what a search looks at; everything when left out. */
export const searchKinds = ['email', 'name', 'username'] as const;
export type SearchKind = (typeof searchKinds)[number];

/** `directory`: the id of the one whose people are meant, or `none` for those who come from nowhere else. */
export type UserFilter = {
  search?: string;
  by?: SearchKind;
  role?: string;
  status?: string;
  groupId?: string;
  directory?: string;
  cursor?: string;
};

/** Where what is looked for stands first: in this column, beginning with this. */
type Beginning = { column: 'name_key' | 'email_key' | 'username_key'; key: string };

/**
 * Who begins with what is looked for comes first, then all others by name: a word that a tenth of the company shares stands in one place of the alphabet, and nobody
 * reads past half of it to get there. Who is on the page is found in an index alone, and only they are read (decision 0014).
 */
export async function listUsers(scope: Scope, filter: UserFilter = {}, limit = 50): Promise<Page<User>> {
  const text = filter.search?.trim();
  const kind = filter.by ?? 'name';
  const first: Beginning | undefined = text ? { column: `${kind}_key`, key: soughtKey(text) } : undefined;
  // a cursor says in which of the two parts it lies
  const cursor = decodeCursor(filter.cursor);
  const after = cursor && ([cursor[0].slice(1), cursor[1]] as const);
  const isInRest = cursor?.[0].startsWith('1') ?? false;
  const rows = first && !isInRest ? await readBeginning(scope, filter, first, after, limit + 1) : [];
  const begun = rows.length;
  if (begun <= limit) rows.push(...(await readRest(scope, filter, first, isInRest || !first ? after : undefined, limit + 1 - begun)));
  const last = rows[limit - 1];
  const place = last && (limit <= begun ? `0${last[first!.column]}` : `1${last.name_key}`);
  return { items: rows.slice(0, limit).map(fromRow), cursor: rows.length > limit && place ? encodeCursor(place, last.user_id) : undefined };
}

type After = readonly [key: string, id: string] | undefined;

/** Above every character that is one: what begins with a text lies between it and it with this behind. */
const above = '\u{10FFFF}';

function readBeginning(scope: Scope, filter: UserFilter, { column, key }: Beginning, after: After, limit: number): Promise<UserRow[]> {
  const page = filtered(scope, filter)
    .where(column, '>=', key)
    .where(column, '<', key + above)
    .orderBy([column, 'user_id'])
    .limit(limit)
    .select('user_id');
  if (after) page.whereRaw('(??, user_id) > (?, ?)', [column, ...after]);
  return users(scope).whereIn('user_id', page).orderBy([column, 'user_id']).select<UserRow[]>('*');
}

function readRest(scope: Scope, filter: UserFilter, first: Beginning | undefined, after: After, limit: number): Promise<UserRow[]> {
  const page = filtered(scope, filter).orderBy(['name_key', 'user_id']).limit(limit).select('user_id');
  if (first) page.whereRaw('(?? >= ? AND ?? < ?) IS NOT TRUE', [first.column, first.key, first.column, first.key + above]);
  if (after) page.whereRaw('(name_key, user_id) > (?, ?)', [...after]);
  return users(scope).whereIn('user_id', page).orderBy(['name_key', 'user_id']).select<UserRow[]>('*');
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
export async function countUsers(scope: Scope, filter: UserFilter = {}, most = 10_000): Promise<Count> {
  const { search, groupId, directory, role, status } = filter;
  if (!search?.trim() && !groupId && !directory) {
    const query = scope.db('user_counts').where('context_id', scope.contextId).sum({ n: 'n' });
    if (role) query.where('role', role);
    if (status) query.where('status', status);
    const [row] = await query;
    return { n: Number(row?.n ?? 0), isMore: false };
  }
  const some = filtered(scope, filter)
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
  if ('filter' in chosen) return filtered(scope, chosen.filter);
  const members = scope.db('group_members').select('user_id').where('context_id', scope.contextId).whereIn('group_id', chosen.groupIds);
  return users(scope).whereIn('user_id', members);
}

function filtered(scope: Scope, { search, by, role, status, groupId, directory }: UserFilter) {
  const query = users(scope);
  if (role) query.where('role', role);
  if (status) query.where('status', status);
  if (isId(groupId))
    query.whereIn('user_id', scope.db('group_members').select('user_id').where({ context_id: scope.contextId, group_id: groupId }));
  const imported = scope.db('directory_entries').select('user_id').where({ context_id: scope.contextId }).whereNotNull('user_id');
  if (directory === 'none') query.whereNotIn('user_id', imported);
  else if (isId(directory)) query.whereIn('user_id', imported.where({ directory_id: directory }));
  const text = search?.trim();
  if (text) {
    query.where((or) => {
      for (const kind of by ? [by] : searchKinds) or.orWhere((and) => matchKind(and, kind, text));
    });
  }
  return query;
}

/**
 * Any part of it, and of a name every word, in whatever order. Of one or two letters only the beginning of a word: an index knows nothing smaller than three, and
 * what is looked for nearly everywhere in the list is no search.
 */
function matchKind(query: Knex.QueryBuilder, kind: SearchKind, text: string): void {
  const key = soughtKey(text);
  for (const word of kind === 'name' ? key.split(' ') : [key]) {
    const part = escapeLike(word);
    const patterns = [...word].length >= 3 ? [`%${part}%`] : [`${part}%`, `% ${part}%`];
    query.where((or) => {
      for (const pattern of patterns) {
        or.orWhere(`${kind}_key`, 'like', pattern);
        // of few people: whose e-mail or username has accents
        if (kind !== 'name') or.orWhere((and) => and.where('login_search', 'like', pattern).whereNotNull(`${kind}_key`));
      }
    });
  }
}

/** What is typed may be the domain of an address as it is in its headers. */
const soughtKey = (text: string): string => searchKey(text.replace(/xn--[a-z0-9.-]+/gi, (domain) => domainToUnicode(domain) || domain));
