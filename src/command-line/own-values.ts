import { readFileSync } from 'node:fs';
import { faultAt, inFileOrder, isKeys, StateError, type StateFault } from '../domain/administration/configuration/index.ts';
import { type Choice, type Comparison, type Judged, judgeValue, keysOfItem } from '../domain/administration/promotion/index.ts';
import { parseYaml, yamlFault } from './yaml-fault.ts';

const longest = 200;

type Values = Choice['values'];

/** What a file of `--values` says, by the name of the object: `application payroll:` and below it `oidc.redirect_uris:`, a text or a list. `faults`: what no value can be. */
type Read = { written: object; values: Values; faults: StateFault[] };

/** @throws StateError where nothing of it can be read */
export function readValues(file: string): Read {
  const fault = (message: string) => new StateError([{ path: file, message }]);
  let written: unknown;
  try {
    written = parseYaml(readFileSync(file, 'utf8'));
  } catch (error) {
    throw fault(yamlFault(error) ?? 'cannot be read');
  }
  if (!isKeys(written)) throw fault('names objects, such as "application payroll", and below each its values');
  const faults: StateFault[] = [];
  const values = Object.entries(written).map(([id, said]) => {
    if (!isKeys(said)) {
      faults.push(faultAt([id], 'has to name values, such as oidc.redirect_uris'));
      return [id, {}];
    }
    return [id, Object.fromEntries(Object.entries(said).map(([path, value]) => [path, textOf(value, [id, path], faults)]))];
  });
  return { written, values: Object.fromEntries(values), faults };
}

function textOf(value: unknown, steps: [id: string, path: string], faults: StateFault[]): string {
  if (Array.isArray(value)) return value.map((one, index) => textOfOne(one, [...steps, index], faults)).join('\n');
  if (!isKeys(value)) return literal(String(value ?? ''), steps, faults);
  refuseReferences(value, steps, faults);
  return JSON.stringify(value);
}

function refuseReferences(value: unknown, steps: PropertyKey[], faults: StateFault[]): void {
  if (typeof value === 'string') literal(value, steps, faults);
  else if (typeof value === 'object' && value)
    for (const [key, inner] of Object.entries(value)) refuseReferences(inner, [...steps, Array.isArray(value) ? Number(key) : key], faults);
}

/** What looks as in a file of `apply` would be written as it stands. */
function literal(text: string, steps: PropertyKey[], faults: StateFault[]): string {
  if (/\$\{(env|file):/.test(text)) faults.push(faultAt(steps, 'references are not resolved here; write the value itself'));
  return text;
}

/** Of a list of addresses each may be said as in a file of `apply`, with the keys that differ by environment: what else it says would be lost. */
function textOfOne(value: unknown, steps: [id: string, path: string, index: number], faults: StateFault[]): string {
  const [id, path] = steps;
  if (!isKeys(value) && !Array.isArray(value)) return literal(String(value ?? ''), steps, faults);
  const keys = keysOfItem(id.split(' ')[0]!, path);
  if (!isKeys(value) || !keys) {
    faults.push(faultAt(steps, 'has to be a text'));
    return '';
  }
  const missing = typeof value[keys[0]!] === 'string' ? [] : [faultAt([...steps, keys[0]!], 'an address has to stand here')];
  const odd = Object.keys(value).filter((key) => !keys.includes(key));
  const only = `is not production's own and stays as approval has it; only ${keys.join(' and ')} can be said here`;
  faults.push(...missing, ...odd.map((key) => faultAt([...steps, key], only)));
  return keys
    .flatMap((key) => (value[key] === undefined || value[key] === null ? [] : [literal(String(value[key]), [...steps, key], faults)]))
    .join(' ');
}

/**
 * Of what a file says the values that are asked for; what production has already is passed over.
 * @param known the ids of differences by their names
 * @throws StateError naming every value that would not be taken, in the order of the file
 */
export function takeValues(comparison: Comparison, { written, values, faults }: Read, known: Map<string, string>): Values {
  const taken: Values = {};
  const refused = [...faults];
  for (const [name, said] of Object.entries(values)) {
    // what there is one of has no key
    const id = known.get(name) ?? (name.includes(' ') ? name : `${name} `);
    for (const [path, text] of Object.entries(said)) {
      const judged = judgeValue(comparison, id, path, text);
      if (judged.is === 'unknown-object') {
        const differing = [...known.keys()].join(', ') || 'nothing';
        refused.push(faultAt([name], `is no object of approval or production that can be promoted. What differs: ${differing}.`));
        break;
      }
      if (judged.is === 'asked') taken[id] = { ...taken[id], [path]: text };
      const why = whyNot(judged);
      // of one that is no value at all nothing more is said
      if (why && !faults.some(({ steps = [] }) => steps[0] === name && steps[1] === path)) refused.push(faultAt([name, path], why));
    }
  }
  if (refused.length > 0) throw new StateError(inFileOrder(written, refused));
  return taken;
}

function whyNot(judged: Judged): string | undefined {
  if (judged.is === 'unknown-path') return `is no value of production's own. The object has: ${judged.paths.join(', ') || 'none'}.`;
  if (judged.is === 'another')
    return `production has another already (${judged.has.replaceAll('\n', ', ').slice(0, longest)}); change it with portaria apply.`;
  if (judged.is === 'unasked') return 'no promotion asks for it now, and production has none; set it with portaria apply.';
  return undefined;
}
