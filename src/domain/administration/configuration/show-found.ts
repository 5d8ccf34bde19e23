import { isKeys } from './configuration.ts';
import { looksSecret } from './looks-secret.ts';
import type { StateFault } from './state-error.ts';

/** What a file may hold as it is, by the names of the places that it stands in or below: keys are often pasted with their private half. */
const secretPlace = /password|secret|certificate|jwks|(^|_)keys?$|token$|credential/i;

const isRule = ([first, , section]: readonly PropertyKey[]): boolean => first === 'contexts' && section === 'policy';

/** An unknown key may be one of these, misspelt; and a text in the place of keys holds all of them. */
const ofKeys = ['fields.key_unknown', 'fields.key_misspelt', 'fields.keys_unknown', 'fields.type_keys'];

/** What is shown of people: by what they sign in. A password often stands beside it, and may have slipped into any other place. */
const ofPeople = new Set<PropertyKey>(['email', 'username']);

const isOfPeople = ([root, , list, , key]: readonly PropertyKey[]): boolean =>
  root === 'contexts' && list === 'users' && (key === undefined || !ofPeople.has(key));

/** Names that are the company's own stand here as keys: of one that it does not have, the key itself is what is wrong. */
const isUnknownName = ({ steps = [], message }: Pick<StateFault, 'steps' | 'message'>): boolean =>
  message === 'fields.custom_field_unknown' && steps.at(-2) === 'customFields';

const mayBeSecret = (fault: Pick<StateFault, 'steps' | 'message'>): boolean => {
  const { steps = [], message } = fault;
  const isOfObjects = message === 'fields.type_list' && steps[0] === 'contexts' && steps.length <= 3;
  return ofKeys.includes(message) || isOfObjects || isOfPeople(steps) || isUnknownName(fault) || (!isRule(steps) && isSecretPlace(steps));
};

/** Whether a secret may stand where these names lead. */
export const isSecretPlace = (steps: readonly PropertyKey[]): boolean =>
  steps.some((step) => typeof step === 'string' && secretPlace.test(step));

const longest = 80;
export const shortened = (text: string): string => (text.length > longest ? `${text.slice(0, longest - 1).toWellFormed()}…` : text);

/** In one line; of what has keys only their names, since a secret may be among them. @returns undefined where nothing stands, or a secret may */
function show(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.some((one) => typeof one === 'object')) return `a list of ${value.length}`;
  const text = isKeys(value) ? `the keys ${Object.keys(value).join(', ') || '(none)'}` : (JSON.stringify(value) ?? String(value));
  return looksSecret(text) ? undefined : shortened(text);
}

const valueAt = (value: unknown, steps: readonly PropertyKey[]): unknown =>
  steps.reduce<unknown>((found, step) => (found as Record<PropertyKey, unknown> | null | undefined)?.[step], value);

/**
 * What stands in the place of a fault, in one line. What is hidden in it is for whoever shows it.
 * @param written what the steps of the fault lead into
 * @returns undefined where nothing stands, or a secret may
 */
export function showFound(written: unknown, fault: Pick<StateFault, 'steps' | 'message'>): string | undefined {
  if (!fault.steps || fault.steps.length === 0 || mayBeSecret(fault)) return undefined;
  return show(valueAt(written, fault.steps));
}
