import { isKeys, StateError, type StateFault } from '../domain/administration/configuration/index.ts';

/** What a file may hold as it is, by the names of the places that it stands in or below: keys are often pasted with their private half. */
const secretPlace = /password|secret|certificate|jwks|(^|_)keys?$|token$|credential/i;

const isRule = ([first, , section]: readonly PropertyKey[]): boolean => first === 'contexts' && section === 'policy';

/** A key that there is not may be one of these, misspelt; and a text in the place of keys holds all of them. */
const ofKeys = ['fields.key_unknown', 'fields.key_misspelt', 'fields.keys_unknown', 'fields.type_keys'];

const mayBeSecret = ({ steps = [], message }: StateFault): boolean =>
  ofKeys.includes(message) || (!isRule(steps) && steps.some((step) => typeof step === 'string' && secretPlace.test(step)));

/** A key as PEM or JWK has it, a password with its name or in an address, and what is too long and too mixed for a word or a name. */
const looksSecret = (text: string): boolean =>
  /-----BEGIN|\/\/[^/\s]*@|(password|secret|token)\w*["']?\s*[:=]/i.test(text) ||
  (text.match(/[\w+/=-]{20,}/g) ?? []).some((run) => /\d/.test(run) && /\p{L}/u.test(run));

const longest = 80;
const shortened = (text: string): string => (text.length > longest ? `${text.slice(0, longest - 1).toWellFormed()}…` : text);

/** In one line; of what has keys only their names, since a secret may be among them. @returns undefined where nothing stands, or a secret may */
function show(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.some((one) => typeof one === 'object')) return `a list of ${value.length}`;
  const text = isKeys(value) ? `the keys ${Object.keys(value).join(', ') || '(none)'}` : (JSON.stringify(value) ?? String(value));
  return looksSecret(text) ? undefined : shortened(text);
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
  if (!fault.steps || fault.steps.length === 0 || mayBeSecret(fault)) return undefined;
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
    if (called && !looksSecret(String(called))) names.push(shortened(String(called)));
  }
  return names.length > 0 ? names.join(', ') : undefined;
}
