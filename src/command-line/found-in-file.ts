import { isKeys, StateError, type StateFault } from '../domain/administration/configuration/index.ts';

/** A file may hold them as they are; a key that there is not may be one of these, misspelt. */
const isSecret = ({ steps = [], message }: StateFault): boolean =>
  message === 'fields.key_unknown' || message === 'fields.key_misspelt' || ['password', 'client_secret'].includes(String(steps.at(-1)));

const longest = 80;
const shortened = (text: string): string => (text.length > longest ? `${text.slice(0, longest - 1).toWellFormed()}…` : text);

/** In one line; of what has keys only their names, since a secret may be among them. @returns undefined where nothing stands */
function show(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (isKeys(value)) return shortened(`the keys ${Object.keys(value).join(', ') || '(none)'}`);
  if (Array.isArray(value))
    return value.some((one) => typeof one === 'object') ? `a list of ${value.length}` : shortened(JSON.stringify(value));
  return shortened(JSON.stringify(value) ?? String(value));
}

/**
 * Does something with what a file says; a refusal tells what the file has in each place, as it is written: a reference stays one.
 * @param written the file before its references are resolved
 * @throws StateError
 */
export async function tellingFound<T>(written: unknown, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    throw new StateError(error.faults.map((fault) => ({ ...fault, of: ownersAt(written, fault), found: foundAt(written, fault) })));
  }
}

function foundAt(written: unknown, fault: StateFault): string | undefined {
  if (!fault.steps || fault.steps.length === 0 || isSecret(fault)) return undefined;
  return show(fault.steps.reduce<unknown>((value, step) => (value as Record<PropertyKey, unknown> | null | undefined)?.[step], written));
}

/** What the objects are called that the path leads through: its numbers say little in a long file. */
function ownersAt(written: unknown, { steps = [] }: StateFault): string | undefined {
  const names: string[] = [];
  let value = written;
  for (const step of steps) {
    value = (value as Record<PropertyKey, unknown> | null | undefined)?.[step];
    if (typeof step !== 'number' || !isKeys(value)) continue;
    const { code, identifier, email, username, name } = value;
    const called = [code, identifier, email, username, name].find((one) => typeof one === 'string');
    if (called) names.push(shortened(String(called)));
  }
  return names.length > 0 ? names.join(', ') : undefined;
}
