import type { CustomField } from '../../../domain/company/custom-fields/index.ts';
import { type Directory, type DirectoryInput, filtersOf } from '../../../domain/people/directories/index.ts';
import { defaultFilters } from '../../../smartsync-protocol/index.ts';
import type { PageContext } from '../../request/index.ts';

/** Of a person, in the order of the form. */
export const parts = ['firstName', 'lastName', 'fullName', 'email', 'username', 'department'] as const;
type Part = (typeof parts)[number];

const numbers = ['readEverySeconds', 'wholeReadEveryHours', 'guardPercent', 'guardPeople'] as const;
const texts = ['userFilter', 'groupFilter', 'rootDn', 'accountDomain'] as const;
const checks = ['acceptsPeople', 'acceptsGroups', 'emailsAreVerified'] as const;

/** As typed, or as kept; an empty text is the default of the kind, or what the agent found. */
export type Values = {
  name: string;
  version: number;
  settings: Record<(typeof texts)[number] | (typeof numbers)[number], string> &
    Record<(typeof checks)[number], boolean> & { withoutEmail: string; nestedGroups: string };
  mapping: Partial<Record<Part, string>> & { customFields: Record<string, string> };
};

export function valuesOf({ name, version, kind, settings }: Directory): Values {
  const { mapping, rootDn = '', accountDomain = '', ...rest } = settings;
  const typed = Object.fromEntries(numbers.map((key) => [key, String(settings[key])])) as Record<(typeof numbers)[number], string>;
  const filters = kind ? filtersOf(kind, settings) : { userFilter: settings.userFilter ?? '', groupFilter: settings.groupFilter ?? '' };
  return { name, version, settings: { ...rest, ...filters, rootDn, accountDomain, ...typed }, mapping };
}

/** What the form maps: every custom field, and those that have gone since, whose mapping stays until somebody empties it. */
export function listMapped(customFields: CustomField[], { settings }: Directory): { code: string; label?: string }[] {
  const known = new Set(customFields.map(({ code }) => code));
  const gone = Object.keys(settings.mapping.customFields).filter((code) => !known.has(code));
  return [...customFields.map(({ code, label }) => ({ code, label })), ...gone.map((code) => ({ code }))];
}

/** Every field has the path that a refusal names. */
export function readValues({ form }: PageContext, mapped: { code: string }[], version: number): Values {
  const textOf = (path: string) => form.get(`settings.${path}`).trim();
  const settings = {
    ...Object.fromEntries([...texts, ...numbers, 'withoutEmail', 'nestedGroups'].map((key) => [key, textOf(key)])),
    ...Object.fromEntries(checks.map((key) => [key, form.get(`settings.${key}`) === 'yes'])),
  } as Values['settings'];
  const own = Object.fromEntries(parts.map((part) => [part, textOf(`mapping.${part}`)]));
  const custom = mapped.map(({ code }) => [code, textOf(`mapping.customFields.${code}`)] as const).filter(([, name]) => name !== '');
  return { name: form.get('name').trim(), version, settings, mapping: { ...own, customFields: Object.fromEntries(custom) } };
}

const orDefault = (text: string): string | undefined => text || undefined;

/** A text that is empty is left to the kind or the agent; so is a filter that is the default of the kind, which follows it when an agent finds another. */
export function inputOf({ name, settings, mapping }: Values, { kind }: Directory): DirectoryInput {
  const defaults = kind && defaultFilters[kind];
  const filterOf = (key: 'userFilter' | 'groupFilter') => (settings[key] === defaults?.[key] ? undefined : orDefault(settings[key]));
  const own = Object.fromEntries(parts.map((part) => [part, orDefault(mapping[part] ?? '')]));
  return {
    name,
    settings: {
      ...settings,
      userFilter: filterOf('userFilter'),
      groupFilter: filterOf('groupFilter'),
      rootDn: orDefault(settings.rootDn),
      accountDomain: orDefault(settings.accountDomain),
      mapping: { ...own, customFields: mapping.customFields },
    } as NonNullable<DirectoryInput['settings']>,
  };
}
