import { readFileSync } from 'node:fs';
import { faultAt, isKeys, StateError } from '../domain/administration/configuration/index.ts';
import { type Choice, type Comparison, judgeValue, keysOfItem } from '../domain/administration/promotion/index.ts';
import { UsageError } from './command.ts';
import { parseYaml, yamlFault } from './yaml-fault.ts';

const longest = 200;

type Values = Choice['values'];

/** What a file of `--values` says, by the name of the object: `application payroll:` and below it `oidc.redirect_uris:`, a text or a list. @throws StateError */
export function readValues(file: string): Values {
  const fault = (message: string) => new StateError([{ path: file, message }]);
  let read: unknown;
  try {
    read = parseYaml(readFileSync(file, 'utf8'));
  } catch (error) {
    throw fault(yamlFault(error) ?? 'cannot be read');
  }
  if (!isKeys(read)) throw fault('names objects, such as "application payroll", and below each its values');
  const faults: StateError['faults'] = [];
  const values = Object.entries(read).map(([id, said]) => {
    if (!isKeys(said)) {
      faults.push(faultAt([id], 'has to name values, such as oidc.redirect_uris'));
      return [id, {}];
    }
    return [id, Object.fromEntries(Object.entries(said).map(([path, value]) => [path, textOf(value, [id, path], faults)]))];
  });
  if (faults.length > 0) throw new StateError(faults);
  return Object.fromEntries(values);
}

function textOf(value: unknown, steps: [id: string, path: string], faults: StateError['faults']): string {
  if (Array.isArray(value)) return value.map((one, index) => textOfOne(one, [...steps, index], faults)).join('\n');
  return isKeys(value) ? JSON.stringify(value) : String(value ?? '');
}

/** Of a list of addresses each may be said as in a file of `apply`, with the keys that differ by environment: what else it says would be lost. */
function textOfOne(value: unknown, steps: [id: string, path: string, index: number], faults: StateError['faults']): string {
  if (!isKeys(value)) return String(value ?? '');
  const [id, path] = steps;
  const keys = keysOfItem(id.split(' ')[0]!, path);
  if (!keys) {
    faults.push(faultAt(steps, 'has to be a text'));
    return '';
  }
  const missing = typeof value[keys[0]!] === 'string' ? [] : [faultAt([...steps, keys[0]!], 'an address has to stand here')];
  const odd = Object.keys(value).filter((key) => !keys.includes(key));
  const only = `is not production's own and stays as approval has it; only ${keys.join(' and ')} can be said here`;
  faults.push(...missing, ...odd.map((key) => faultAt([...steps, key], only)));
  return keys.flatMap((key) => (value[key] === undefined || value[key] === null ? [] : [String(value[key])])).join(' ');
}

/**
 * Of what a file says the values that are asked for; what production has already is passed over.
 * @param known the ids of differences by their names
 * @throws UsageError naming every value that would not be taken
 */
export function takeValues(comparison: Comparison, values: Values, known: Map<string, string>): Values {
  const taken: Values = {};
  const refused: string[] = [];
  for (const [name, said] of Object.entries(values))
    for (const [path, text] of Object.entries(said)) {
      // what there is one of has no key
      const id = known.get(name) ?? (name.includes(' ') ? name : `${name} `);
      const judged = judgeValue(comparison, id, path, text);
      const what = `--values: "${name}"`;
      if (judged.is === 'asked') taken[id] = { ...taken[id], [path]: text };
      if (judged.is === 'unknown-object')
        refused.push(
          `${what} is no object of approval or production that can be promoted. What differs: ${[...known.keys()].join(', ') || 'nothing'}.`,
        );
      if (judged.is === 'unknown-path')
        refused.push(`${what} has no value "${path}" of production's own. It has: ${judged.paths.join(', ') || 'none'}.`);
      if (judged.is === 'another')
        refused.push(
          `${what}: production has "${path}" already (${judged.has.replaceAll('\n', ', ').slice(0, longest)}); change it with portaria apply.`,
        );
      if (judged.is === 'unasked')
        refused.push(`${what}: no promotion asks for "${path}" now, and production has none; set it with portaria apply.`);
    }
  if (refused.length > 0) throw new UsageError([...new Set(refused)].join('\n'));
  return taken;
}
