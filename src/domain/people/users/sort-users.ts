import { isSortOf, type Part, readSort, type Sort } from '../../keyset.ts';
import type { Scope } from '../../scope.ts';
import { neverSignedIn, type People, soughtKey, type UserFilter } from './filter-users.ts';

/** What lists of people are sorted by: the one that was given an id later was created later (UUIDv7). */
export const sortKeys = ['name', 'login', 'role', 'status', 'created', 'last-sign-in'] as const;
export type SortKey = (typeof sortKeys)[number];
export type UserSort = Sort<SortKey>;

export const isSort = (text: string): text is UserSort => isSortOf(sortKeys, text);

/** Above every character that is one: what begins with a text lies between it and it with this behind. */
const above = '\u{10FFFF}';

const byName = ['users.name_key'];
const id = 'users.user_id';
const keysOf: Record<Exclude<SortKey, 'last-sign-in'>, string[]> = {
  name: byName,
  login: ['COALESCE(users.email_key, users.username_key)'],
  role: ['users.role', ...byName],
  status: ['users.status', ...byName],
  created: [],
};

/**
 * Of a search in no particular order who begins with what is looked for comes first, then all others by name: a word that a tenth of the company shares stands in one
 * place of the alphabet, and nobody reads past half of it to get there. Who never signed in comes behind all who did, whichever way.
 */
export function partsOf({ contextId }: Scope, listing: UserFilter & { sort?: UserSort }): Part<People>[] {
  const { sort, search, by, signIn } = listing;
  const text = search?.trim();
  if (!sort && text) {
    const column = `users.${by ?? 'name'}_key`;
    const range = [soughtKey(text), soughtKey(text) + above];
    const begins = `${column} >= ? AND ${column} < ?`;
    return [
      { keys: [column], id, isDescending: false, narrow: (people) => people.whereRaw(begins, range) },
      { keys: byName, id, isDescending: false, narrow: (people) => people.whereRaw(`(${begins}) IS NOT TRUE`, range) },
    ];
  }
  const { key, isDescending } = readSort(sort, 'name');
  // of one type or status all are equal in it: the index of names of those serves
  if ((key === 'role' || key === 'status') && listing[key]) return [{ keys: byName, id, isDescending }];
  if (key !== 'last-sign-in') return [{ keys: keysOf[key], id, isDescending }];
  const whoDid: Part<People> = {
    keys: ['last_sign_ins.at'],
    id: 'last_sign_ins.user_id',
    isDescending,
    isTime: true,
    narrow: (people) =>
      people
        .joinRaw('JOIN last_sign_ins ON last_sign_ins.context_id = users.context_id AND last_sign_ins.user_id = users.user_id')
        .where('last_sign_ins.context_id', contextId),
  };
  const whoNeverDid: Part<People> = { keys: byName, id, isDescending: false, narrow: (people) => people.whereRaw(neverSignedIn) };
  return signIn === 'never' ? [whoNeverDid] : [whoDid, whoNeverDid];
}
