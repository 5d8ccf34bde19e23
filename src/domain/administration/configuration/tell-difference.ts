import { isLocale, type Translate } from '../../../platform/i18n/index.ts';
import { type Difference, type FieldDifference, isOfNothing, namesOfPath } from './compare-configurations.ts';
import { isKeys } from './configuration.ts';
import type { ObjectRef } from './objects.ts';
import { valueWords } from './tell-value-words.ts';

export type ObjectName = ObjectRef & { name: string };

/** One field in the reader's words; what a side does not have is empty. `isLong`: shown folded. */
export type ToldField = { label: string; before: string; after: string; isLong: boolean };

/** These words stand with the pages; the command line says the same. */
const wordOf = (section: 'kinds' | 'values', name: string): string => `promotion.${section}.${name}`;

/** An object as people call it: what it is, and its name. */
export function tellObject(t: Translate, { kind, key, name }: ObjectName): string {
  if (kind === 'mail') {
    const [mail = '', locale = ''] = key.split('.');
    return t(wordOf('kinds', kind), { name: `${t(`messages.names.${mail}`)} (${locale})` });
  }
  const [target = '', ...rest] = key.split(':');
  const isRole = kind === 'override' && target === 'role';
  return t(wordOf('kinds', kind), { name: isRole ? t(`roles.${rest.join(':')}`) : name });
}

/** What a field is called: by the longest beginning of its path that has a name; languages and names of a company's own stand behind it. */
export function tellPath(t: Translate, kind: Difference['kind'], path: string): string {
  const names = namesOfPath(path);
  const known = names.filter((name) => !isLocale(name));
  const owner = kind === 'override' ? 'policy' : kind;
  // people count from one
  const shown = (name: string) => (/^\d+$/.test(name) ? String(Number(name) + 1) : name);
  for (let length = known.length; length > 0; length--) {
    const name = known.slice(0, length).join('_');
    // rules of the policy are called as on its own page
    const keys = [...(owner === 'policy' ? [`policy.parts.${name}`] : []), `promotion.fields.${owner}.${name}`];
    // of a missing text its key comes back
    const label = keys.map((key) => [key, t(key)] as const).find(([key, text]) => text !== key)?.[1];
    if (label === undefined) continue;
    const further = [...known.slice(length).map(shown), ...names.filter(isLocale)];
    return further.length > 0 ? `${label} (${further.join(', ')})` : label;
  }
  return path;
}

type Told = Pick<Difference, 'kind' | 'action' | 'fields'>;

/** Without what says nothing to anybody. */
export const fieldsToTell = ({ kind, action, fields }: Told): FieldDifference[] =>
  fields.filter((field) => (action === 'change' ? !isOfNothing(field) : kind === 'override' || saysSomething(field)));

export const tellFields = (t: Translate, told: Told): ToldField[] => fieldsToTell(told).map((field) => tellField(t, told.kind, field));

/** What is on unless somebody switches it off: a signature that is left out has to be seen. */
const onByDefault = new Set(['saml.signAssertion', 'enabled']);

/** Of what is new or goes, what is off or empty is no news; but a stricter rule says only what it means to. */
const saysSomething = ({ path, before, after }: FieldDifference): boolean =>
  onByDefault.has(path) ||
  [before, after].some(
    (value) => value !== undefined && value !== null && value !== false && value !== '' && !(Array.isArray(value) && value.length === 0),
  );

function tellField(t: Translate, kind: Difference['kind'], { path, before, after }: FieldDifference): ToldField {
  const words = valueWords(t, kind, path);
  const inWords = (value: unknown): unknown => (Array.isArray(value) ? value.map(inWords) : isWord(value) ? inWord(value, words) : value);
  const [was, is] = tellBoth(t, inWords(before), inWords(after));
  const isLong = [was, is].some((text) => text.length > 160 || text.split('\n').length > 4);
  return { label: tellPath(t, kind, path), before: was, after: is, isLong };
}

/** A number that has no word stays one: it may differ from a text that looks the same. */
function inWord(value: unknown, words: (value: string) => string): unknown {
  const told = words(String(value));
  return told === String(value) ? value : told;
}

const isWord = (value: unknown): boolean => (typeof value === 'string' && !value.startsWith('data:')) || typeof value === 'number';

/** Both sides, so that what differs looks different. */
function tellBoth(t: Translate, before: unknown, after: unknown): [before: string, after: string] {
  const told: [string, string] = [tellValue(t, before), tellValue(t, after)];
  if (told[0] !== told[1] || before === after) return told;
  if ([before, after].every((value) => Array.isArray(value) || value === undefined || value === null || value === '')) {
    const explicit = (value: unknown) => t(wordOf('values', Array.isArray(value) ? 'empty_list' : 'unset'));
    return [told[0] || explicit(before), told[1] || explicit(after)];
  }
  return typeof before === 'string' && before.startsWith('data:image/')
    ? [told[0], t(wordOf('values', 'other_picture'))]
    : [JSON.stringify(before), JSON.stringify(after)];
}

function tellValue(t: Translate, value: unknown): string {
  if (value === undefined || value === null || value === '') return '';
  if (typeof value === 'boolean') return t(value ? 'page.yes' : 'page.no');
  if (typeof value === 'string') return value.startsWith('data:image/') ? t(wordOf('values', 'picture')) : value;
  if (Array.isArray(value)) return value.length === 0 ? '' : value.map((one) => tellValue(t, one)).join('\n');
  if (!isKeys(value)) return String(value);
  const parts = Object.entries(value).map(([name, inner]): [string, string] => [name, tellValue(t, inner).replaceAll('\n', ', ')]);
  return parts
    .filter(([, text]) => text !== '')
    .map(([name, text]) => `${name}: ${text}`)
    .join('; ');
}
