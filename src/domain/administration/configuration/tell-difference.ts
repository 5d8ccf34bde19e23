import { isLocale, type Translate } from '../../../platform/i18n/index.ts';
import { type Difference, type FieldDifference, isOfNothing, namesOfPath, pathOfNames } from './compare-configurations.ts';
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

/** @param names without languages. @returns undefined where just this path has no name of its own */
function findLabel(t: Translate, kind: Difference['kind'], names: string[]): string | undefined {
  const owner = kind === 'override' ? 'policy' : kind;
  const name = names.join('_');
  // rules of the policy are called as on its own page
  const keys = [...(owner === 'policy' ? [`policy.parts.${name}`] : []), `promotion.fields.${owner}.${name}`];
  // of a missing text its key comes back
  return keys.map((key) => [key, t(key)] as const).find(([key, text]) => text !== key)?.[1];
}

/** What a field is called: by the longest beginning of its path that has a name; languages and names of a company's own stand behind it. */
export function tellPath(t: Translate, kind: Difference['kind'], path: string): string {
  const names = namesOfPath(path);
  const known = names.filter((name) => !isLocale(name));
  // people count from one
  const shown = (name: string) => (/^\d+$/.test(name) ? String(Number(name) + 1) : name);
  for (let length = known.length; length > 0; length--) {
    const label = findLabel(t, kind, known.slice(0, length));
    if (label === undefined) continue;
    const further = [...known.slice(length).map(shown), ...names.filter(isLocale)];
    return further.length > 0 ? `${label} (${further.join(', ')})` : label;
  }
  return path;
}

/** What a key of an object in a list is called; names that a program has for it stay. */
function tellKey(t: Translate, kind: Difference['kind'], names: string[]): string {
  const known = names.filter((name) => !isLocale(name));
  const label = findLabel(t, kind, known) ?? known.at(-1)!;
  const last = names.at(-1)!;
  return isLocale(last) ? `${label} (${last})` : label;
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
  const tell = (value: unknown) => tellValue(t, kind, namesOfPath(path), value);
  const [was, is] = tellBoth(t, tell, before, after);
  const isLong = [was, is].some((text) => text.length > 160 || text.split('\n').length > 4);
  return { label: tellPath(t, kind, path), before: was, after: is, isLong };
}

/** Both sides, so that what differs looks different. */
function tellBoth(t: Translate, tell: (value: unknown) => string, before: unknown, after: unknown): [before: string, after: string] {
  const told: [string, string] = [tell(before), tell(after)];
  if (told[0] !== told[1] || before === after) return told;
  if ([before, after].every((value) => Array.isArray(value) || value === undefined || value === null || value === '')) {
    const explicit = (value: unknown) => t(wordOf('values', Array.isArray(value) ? 'empty_list' : 'unset'));
    return [told[0] || explicit(before), told[1] || explicit(after)];
  }
  return typeof before === 'string' && before.startsWith('data:image/')
    ? [told[0], t(wordOf('values', 'other_picture'))]
    : [JSON.stringify(before), JSON.stringify(after)];
}

/** @param names of the path to the value; the items of a list have those of the list */
function tellValue(t: Translate, kind: Difference['kind'], names: string[], value: unknown): string {
  if (value === undefined || value === null || value === '') return '';
  if (typeof value === 'boolean') return t(value ? 'page.yes' : 'page.no');
  if (typeof value === 'string' && value.startsWith('data:image/')) return t(wordOf('values', 'picture'));
  if (Array.isArray(value)) return value.map((one) => tellValue(t, kind, names, one)).join('\n');
  if (isKeys(value)) return tellKeys(t, kind, names, value).join('; ');
  return valueWords(t, kind, pathOfNames(names))(String(value));
}

function tellKeys(t: Translate, kind: Difference['kind'], names: string[], value: Record<string, unknown>): string[] {
  return Object.entries(value).flatMap(([name, inner]) => {
    const path = [...names, name];
    if (isKeys(inner)) return tellKeys(t, kind, path, inner);
    const text = tellValue(t, kind, path, inner).replaceAll('\n', ', ');
    return text === '' ? [] : [`${tellKey(t, kind, path)}: ${text}`];
  });
}
