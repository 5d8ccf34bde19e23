import { decodeCursor, encodeCursor, type Scope } from '../../scope.ts';
import { neverSignedIn, type People, soughtKey, type UserFilter } from './filter-users.ts';

/** What lists of people are sorted by: the one that was given an id later was created later (UUIDv7). */
export const sortKeys = ['name', 'login', 'role', 'status', 'created', 'last-sign-in'] as const;
export type SortKey = (typeof sortKeys)[number];
/** A minus is the other way round. */
export type UserSort = SortKey | `-${SortKey}`;

export const isSort = (text: string): text is UserSort => sortKeys.some((key) => text === key || text === `-${key}`);

/** One stretch of a list, after another. @property keys expressions by which it is in order, all in one direction, and by id where they are equal. @property id of the table whose index is in that order */
export type Part = { keys: string[]; id?: string; isDescending: boolean; narrow?(people: People, scope: Scope): void };

/** Above every character that is one: what begins with a text lies between it and it with this behind. */
const above = '\u{10FFFF}';

const byName = ['users.name_key'];
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
export function partsOf({ sort, search, by, signIn }: UserFilter & { sort?: UserSort }): Part[] {
  const text = search?.trim();
  if (!sort && text) {
    const column = `users.${by ?? 'name'}_key`;
    const range = [soughtKey(text), soughtKey(text) + above];
    return [
      { keys: [column], isDescending: false, narrow: (people) => people.whereRaw(`${column} >= ? AND ${column} < ?`, range) },
      { keys: byName, isDescending: false, narrow: (people) => people.whereRaw(`(${column} >= ? AND ${column} < ?) IS NOT TRUE`, range) },
    ];
  }
  const isDescending = sort?.startsWith('-') ?? false;
  const key = (sort?.replace(/^-/, '') ?? 'name') as SortKey;
  if (key !== 'last-sign-in') return [{ keys: keysOf[key], isDescending }];
  const whoDid: Part = {
    keys: ['last_sign_ins.at'],
    id: 'last_sign_ins.user_id',
    isDescending,
    narrow: (people, scope) =>
      people
        .joinRaw('JOIN last_sign_ins ON last_sign_ins.context_id = users.context_id AND last_sign_ins.user_id = users.user_id')
        .where('last_sign_ins.context_id', scope.contextId),
  };
  const whoNeverDid: Part = {
    keys: byName,
    isDescending: false,
    narrow: (people) => people.whereRaw(neverSignedIn),
  };
  return signIn === 'never' ? [whoNeverDid] : [whoDid, whoNeverDid];
}

/** A place in the list, for an address. @param part its number */
export const encodePlace = (sort: UserSort | undefined, part: number, { keys, id }: { keys: string[]; id: string }): string =>
  encodeCursor(JSON.stringify([sort ?? '', part, ...keys]), id);

/** @returns undefined for none, or one of another order */
export function decodePlace(
  cursor: string | undefined,
  sort: UserSort | undefined,
  parts: Part[],
): { part: Part; keys: string[]; id: string } | undefined {
  const decoded = decodeCursor(cursor);
  if (!decoded) return undefined;
  try {
    const [of, n, ...keys]: unknown[] = JSON.parse(decoded[0]);
    const part = parts[Number(n)];
    if (of !== (sort ?? '') || !part || keys.length !== part.keys.length || !keys.every((key) => fits(key, part))) return undefined;
    return { part, keys: keys as string[], id: decoded[1] };
  } catch {
    return undefined;
  }
}

const fits = (key: unknown, { keys }: Part): boolean =>
  typeof key === 'string' && !key.includes('\0') && key.isWellFormed() && (keys[0] !== 'last_sign_ins.at' || isInstant(key));

/** As the store writes one. */
const isInstant = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d)?$/.test(text) && !Number.isNaN(Date.parse(text.slice(0, 10)));
