import { type Field, markOf } from './fields.ts';

export type Merge = {
  /** Both changed it, each in another way. */
  both: { key: string; theirs: Field; mine: Field }[];
  /** Only the other one changed it, or both to the same. */
  taken: Field[];
};

/**
 * Compares field by field.
 * @param shown marks of what the form showed first, by key; a field without one counts as changed by both
 * @param typed the form as it was sent
 * @param stored the form as it would be shown now
 */
export function mergeForms(shown: URLSearchParams, typed: Map<string, Field>, stored: Map<string, Field>): Merge {
  const merge: Merge = { both: [], taken: [] };
  for (const [key, theirs] of stored) {
    const mine = typed.get(key);
    const before = shown.get(key);
    if (!mine || before === markOf(theirs.value)) continue;
    if (mine.value === theirs.value && before === null) continue;
    if (mine.value === theirs.value || before === markOf(mine.value)) merge.taken.push(theirs);
    else merge.both.push({ key, theirs, mine });
  }
  return merge;
}

type Pairs = [name: string, value: string][];

/** What was sent, with the stored value in the place of what was typed into these fields. */
export function withStored(sent: Pairs, fields: Field[]): Pairs {
  const names = new Set(fields.flatMap((one) => one.names));
  return [...sent.filter(([name]) => !names.has(name)), ...fields.flatMap(({ pairs }) => pairs)];
}

/** Of what was sent of one field: later it tells whether the person went on typing there. */
export const typedMark = (sent: Pairs, { names }: Field): string =>
  markOf(
    JSON.stringify(
      sent
        .filter(([name, value]) => names.includes(name) && value !== '')
        .map(([name, value]) => [name, value.replaceAll('\r\n', '\n').trim()]),
    ),
  );
