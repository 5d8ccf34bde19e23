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

const typedPrefix = 'typed.';

/** What was sent, with the values that were typed first, which come along as `typed.<name>`, in the place of these. */
export function withTyped(sent: Pairs, names: string[]): Pairs {
  const typed = sent.flatMap(([name, value]): Pairs => (name.startsWith(typedPrefix) ? [[name.slice(typedPrefix.length), value]] : []));
  return [...sent.filter(([name]) => !names.includes(name)), ...typed.filter(([name]) => names.includes(name))];
}

/** Of what a form sends by these names: later it tells whether the person went on typing there. */
export const sentMark = (sent: Pairs, names: string[]): string => {
  const valuesOf = (of: string) => sent.filter(([name, value]) => name === of && value !== '').map(([, value]) => value);
  return markOf(JSON.stringify(names.map((name) => valuesOf(name).map((value) => value.replaceAll('\r\n', '\n').trim()))));
};
