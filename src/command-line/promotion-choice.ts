import { type Choice, type Comparison, choiceByDefault, judgeValue, withNeeds } from '../domain/administration/promotion/index.ts';
import { closestOf } from '../platform/errors/index.ts';
import { type Options, UsageError } from './command.ts';
import { readValues, takeValues } from './own-values.ts';

/** Of what differs what is promoted, and what the file says of it. @throws UsageError, StateError */
export function readChoice(comparison: Comparison, options: Options): Choice {
  const usual = choiceByDefault(comparison);
  // what there is one of has no key: `branding`
  const known = new Map(comparison.differences.map(({ id }) => [id.trim(), id]));
  const all = options['with-removals'] ? [...known.values()] : usual.picked;
  // whoever says the same again has what they want
  const isThere = (name: string) => judgeValue(comparison, name.includes(' ') ? name : `${name} `, '', '').is !== 'unknown-object';
  const only = Array.isArray(options.only) ? options.only.flatMap((list) => namesIn(list, known, isThere)) : undefined;
  const taken = typeof options.values === 'string' ? takeValues(comparison, readValues(options.values), known) : {};
  const merged = Object.fromEntries([...known.values()].map((id) => [id, { ...usual.values[id], ...taken[id] }]));
  return { picked: only?.map((id) => known.get(id)!) ?? all, values: merged, accepted: [] };
}

function notDiffering(option: string, name: string, known: ReadonlyMap<string, string>): UsageError {
  const names = [...known.keys()];
  const near = closestOf(names, name);
  const hint = near === undefined ? '' : ` Is "${near}" meant?`;
  return new UsageError(`${option}: approval and production have no "${name}".${hint} What differs: ${names.join(', ') || 'nothing'}.`);
}

/**
 * The objects of one `--only` that differ: names may have commas of their own, so as much as is a name is one. What is there and does not differ is passed over.
 * @throws UsageError
 */
function namesIn(list: string, known: ReadonlyMap<string, string>, isThere: (name: string) => boolean): string[] {
  const isName = (name: string) => known.has(name) || isThere(name);
  const parts = list.split(',');
  const names: string[] = [];
  while (parts.length > 0) {
    const lengths = parts.map((_, index) => parts.length - index);
    const fits = lengths.find((length) => isName(parts.slice(0, length).join(',').trim()));
    const name = parts
      .splice(0, fits ?? 1)
      .join(',')
      .trim();
    if (fits === undefined) throw notDiffering('--only', name, known);
    if (known.has(name)) names.push(name);
  }
  return names;
}

/** What is chosen with all that it needs, as `--only` takes it at a shell. A name with a comma stands in one of its own. */
export function printOnly({ differences }: Comparison, picked: string[]): string {
  const needed = new Set(withNeeds({ differences }, picked));
  const names = differences.filter(({ id }) => needed.has(id)).map(({ id }) => id.trim());
  const lists = differences.some(({ id }) => id.includes(',')) ? names : [names.join(', ')];
  return lists.map((list) => `--only ${quoted(list)}`).join(' ');
}

const quoted = (text: string): string => (/["$`\\!]/.test(text) ? `'${text.replaceAll("'", "'\\''")}'` : `"${text}"`);
