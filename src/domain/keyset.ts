import type { Knex } from 'knex';
import { decodeCursor, encodeCursor, type Page } from './scope.ts';

/** `previous`: the cursor of the page before. */
export type SortedPage<T> = Page<T> & { previous?: string };

/** Which page of a list, and in which order; a minus is the other way round. `cursor`: after that place; `before`: up to it. */
export type Listing<Key extends string> = { sort?: Sort<Key>; cursor?: string; before?: string };
export type Sort<Key extends string> = Key | `-${Key}`;

export const isSortOf = <Key extends string>(keys: readonly Key[], text: string): text is Sort<Key> =>
  keys.some((key) => text === key || text === `-${key}`);

/** @returns the key by which a list is sorted, and which way */
export const readSort = <Key extends string>(sort: Sort<Key> | undefined, usual: Key): { key: Key; isDescending: boolean } => ({
  key: (sort?.replace(/^-/, '') ?? usual) as Key,
  isDescending: sort?.startsWith('-') ?? false,
});

/**
 * One stretch of a list, after another.
 * @property keys expressions by which it is in order, all in one direction, and by id where they are equal
 * @property id of the table whose index is in that order
 * @property isTime of the only key: it is an instant
 */
export type Part<Query> = { keys: string[]; id: string; isDescending: boolean; isTime?: true; narrow?(query: Query): void };

type Place = { keys: string[]; id: string };
/** `from`: where to go on; backwards up to there. */
export type Reading = { from?: Place; isBackwards: boolean; limit: number };
/** A row with its place: its keys as the store writes them. */
export type Placed<Row> = Place & { row: Row };

/**
 * A page of a list that is one part after another. A cursor of another order, or that somebody cut, begins at the beginning.
 * @param read at most so many rows of a part, in the order of the reading
 */
export async function readPage<Row, Query>(
  { sort, cursor, before }: Listing<string>,
  parts: Part<Query>[],
  limit: number,
  read: (part: Part<Query>, reading: Reading) => Promise<Placed<Row>[]>,
): Promise<SortedPage<Row>> {
  const backwards = decodePlace(before, sort, parts);
  const place = backwards ?? decodePlace(cursor, sort, parts);
  const isBackwards = backwards !== undefined;
  const order = isBackwards ? parts.toReversed() : parts;
  const found: (Placed<Row> & { part: Part<Query> })[] = [];
  for (const part of place ? order.slice(order.indexOf(place.part)) : order) {
    const from = part === place?.part ? place : undefined;
    const rows = await read(part, { from, isBackwards, limit: limit + 1 - found.length });
    found.push(...rows.map((row) => ({ ...row, part })));
    if (found.length > limit) break;
  }
  // everybody before that place is gone
  if (isBackwards && found.length === 0) return readPage({ sort }, parts, limit, read);
  const hasMore = found.length > limit;
  const shown = isBackwards ? found.slice(0, limit).reverse() : found.slice(0, limit);
  const at = (one: (typeof shown)[number] | undefined) =>
    one && encodeCursor(JSON.stringify([sort ?? '', parts.indexOf(one.part), ...one.keys]), one.id);
  return {
    items: shown.map(({ row }) => row),
    cursor: isBackwards || hasMore ? at(shown.at(-1)) : undefined,
    previous: (isBackwards ? hasMore : place !== undefined) ? at(shown[0]) : undefined,
  };
}

/** Narrows and orders a query, whose rows then have the keys as k0, k1 and so on. @returns the direction */
export function orderQuery<Query extends Knex.QueryBuilder>(
  query: Query,
  part: Part<Query>,
  { from, isBackwards, limit }: Reading,
): 'ASC' | 'DESC' {
  part.narrow?.(query);
  const keys = [...part.keys, part.id];
  const isDescending = part.isDescending !== isBackwards;
  const direction = isDescending ? 'DESC' : 'ASC';
  for (const [i, key] of part.keys.entries()) query.select(query.client.raw(`${key} AS k${i}`));
  query.orderByRaw(keys.map((key) => `${key} ${direction}`).join(', ')).limit(limit);
  const places = keys.map(() => '?').join(', ');
  if (from) query.whereRaw(`(${keys.join(', ')}) ${isDescending ? '<' : '>'} (${places})`, [...from.keys, from.id]);
  return direction;
}

function decodePlace<Query>(
  cursor: string | undefined,
  sort: string | undefined,
  parts: Part<Query>[],
): (Place & { part: Part<Query> }) | undefined {
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

const fits = (key: unknown, { isTime }: { isTime?: true }): boolean =>
  typeof key === 'string' && !key.includes('\0') && key.isWellFormed() && (!isTime || isInstant(key));

const instant = /^(\d{4})-(\d\d)-(\d\d) ([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?[+-](0\d|1[0-4])(:[0-5]\d)?$/;

/** As the store writes one: of a day that there is. */
function isInstant(text: string): boolean {
  const [, year, month, day] = instant.exec(text)?.map(Number) ?? [];
  if (!year || !month || !day) return false;
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
