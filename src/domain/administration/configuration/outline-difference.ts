import { isDeepStrictEqual } from 'node:util';
import type { Difference, FieldDifference } from './compare-configurations.ts';
import { type Data, isKeys } from './configuration.ts';

/** A text as it is, or a message key with its params. */
export type Words = string | { key: string; params: Record<string, string | number> };

/** One part of an object, as somebody reads it: what went and what came. Of a list, only what is not in both. */
export type OutlinedField = { path: string; removed: Words[]; added: Words[] };

/** A difference to be read, in whatever language. */
export type Outline = { title: Words; action: Words; fields: OutlinedField[] };

const longest = 120;
const say = (key: string, params: Record<string, string | number> = {}): Words => ({ key: `differences.${key}`, params });

export function outlineDifference(difference: Difference): Outline {
  const { kind, key, name, action } = difference;
  return {
    title: say(`kinds.${kind}`, { name, key }),
    action: say(`actions.${action}`),
    fields: difference.fields.map(outlineField),
  };
}

function outlineField({ path, before, after }: FieldDifference): OutlinedField {
  const [removed, added] = [itemsOf(before), itemsOf(after)];
  if (!Array.isArray(before) || !Array.isArray(after)) return { path, removed: removed.map(read), added: added.map(read) };
  const without = (list: Data[], other: Data[]) => list.filter((one) => !other.some((item) => isDeepStrictEqual(item, one)));
  const [gone, come] = [without(removed, added), without(added, removed)];
  if (gone.length + come.length > 0) return { path, removed: gone.map(read), added: come.map(read) };
  return { path, removed: [], added: [say('order', { list: added.map(inline).join(', ') })] };
}

const itemsOf = (value: Data | undefined): Data[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

function read(value: Data): Words {
  if (typeof value === 'boolean') return say(value ? 'yes' : 'no');
  if (value === '' || value === null) return say('empty');
  if (typeof value === 'string' && value.startsWith('data:image/')) return say('picture');
  const text = inline(value).replace(/\s+/g, ' ');
  return text.length > longest ? `${text.slice(0, longest).toWellFormed()}…` : text;
}

/** Keys and lists in one line. */
function inline(value: Data): string {
  if (Array.isArray(value)) return value.map(inline).join(', ');
  if (!isKeys(value)) return String(value);
  return Object.entries(value)
    .map(([key, inner]) => `${key} ${isKeys(inner) || Array.isArray(inner) ? `(${inline(inner as Data)})` : String(inner)}`)
    .join(', ');
}
