import { readFileSync } from 'node:fs';
import { StateError } from '../domain/administration/configuration/index.ts';
import { type Choice, type Comparison, choiceByDefault, withNeeds } from '../domain/administration/promotion/index.ts';
import { closestOf } from '../platform/errors/index.ts';
import { type Options, UsageError } from './command.ts';
import { parseYaml, yamlFault } from './yaml-fault.ts';

/** Of what differs what is promoted, and what the file says of it. @throws UsageError, StateError */
export function readChoice(comparison: Comparison, options: Options): Choice {
  const usual = choiceByDefault(comparison);
  const values = typeof options.values === 'string' ? readValues(options.values) : {};
  // what there is one of has no key: `branding`
  const known = new Map(comparison.differences.map(({ id }) => [id.trim(), id]));
  const all = options['with-removals'] ? [...known.values()] : usual.picked;
  const only = Array.isArray(options.only) ? options.only.flatMap((list) => namesIn(list, known)) : undefined;
  for (const [id, said] of Object.entries(values)) {
    const difference = comparison.differences.find((one) => one.id === known.get(id));
    if (!difference) throw notDiffering('--values', id, known);
    const paths = difference.questions.map(({ path }) => path);
    const odd = Object.keys(said).find((path) => !paths.includes(path));
    if (odd !== undefined)
      throw new UsageError(`--values: "${id}" has no value "${odd}" of production's own. It has: ${paths.join(', ') || 'none'}.`);
  }
  const merged = Object.fromEntries([...known].map(([name, id]) => [id, { ...usual.values[id], ...values[name] }]));
  return { picked: only?.map((id) => known.get(id)!) ?? all, values: merged, accepted: [] };
}

function notDiffering(option: string, name: string, known: ReadonlyMap<string, string>): UsageError {
  const names = [...known.keys()];
  const near = closestOf(names, name);
  const hint = near === undefined ? '' : ` Is "${near}" meant?`;
  return new UsageError(`${option}: "${name}" does not differ.${hint} What does: ${names.join(', ') || 'nothing'}.`);
}

/** The objects of one `--only`: names may have commas of their own, so as much as is a name is one. @throws UsageError */
function namesIn(list: string, known: ReadonlyMap<string, string>): string[] {
  if (known.has(list.trim())) return [list.trim()];
  const parts = list.split(',');
  const names: string[] = [];
  while (parts.length > 0) {
    const lengths = parts.map((_, index) => parts.length - index);
    const fits = lengths.find((length) => known.has(parts.slice(0, length).join(',').trim()));
    const name = parts
      .splice(0, fits ?? 1)
      .join(',')
      .trim();
    if (fits === undefined) throw notDiffering('--only', name, known);
    names.push(name);
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

/** `application payroll:` and below it `oidc.redirect_uris:`, a text or a list. @throws StateError */
function readValues(file: string): Choice['values'] {
  const fault = (message: string) => new StateError([{ path: file, message }]);
  let read: unknown;
  try {
    read = parseYaml(readFileSync(file, 'utf8'));
  } catch (error) {
    throw fault(yamlFault(error) ?? 'cannot be read');
  }
  const isMap = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMap(read)) throw fault('names objects, such as "application payroll", and below each its values');
  return Object.fromEntries(
    Object.entries(read).map(([id, texts]) => {
      if (!isMap(texts)) throw fault(`${id} has to name values, such as oidc.redirect_uris`);
      return [id, Object.fromEntries(Object.entries(texts).map(([path, value]) => [path, textOf(value)]))];
    }),
  );
}

/** Of a list of addresses each may be said as in a file of `apply`: with its `url`. */
const textOfOne = (value: unknown): string =>
  typeof value === 'object' && value !== null ? String((value as { url?: unknown }).url ?? JSON.stringify(value)) : String(value ?? '');

const textOf = (value: unknown): string =>
  Array.isArray(value)
    ? value.map(textOfOne).join('\n')
    : typeof value === 'object' && value !== null
      ? JSON.stringify(value)
      : String(value ?? '');
