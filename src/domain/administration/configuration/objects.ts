import { templateFields } from '../../applications/applications/index.ts';
import { nameKey } from '../../people/users/index.ts';
import { type Configuration, type Data, isKeys, type Keys } from './configuration.ts';
import { withKeys } from './describe-policy.ts';

/** What a configuration is made of. The first ones are there once; of the others there are many, each with a key. */
export const kinds = [
  'company',
  'newAccounts',
  'profiles',
  'branding',
  'terms',
  'directoryRules',
  'customField',
  'customFieldOrder',
  'group',
  'directory',
  'application',
  'api',
  'policy',
  'override',
  'mail',
] as const;
export type Kind = (typeof kinds)[number];
export type ObjectRef = { kind: Kind; key: string };

export const listOfKind = {
  customField: 'customFields',
  group: 'groups',
  directory: 'directories',
  application: 'applications',
  api: 'apis',
} as const satisfies Partial<Record<Kind, string>>;
export type ListedKind = keyof typeof listOfKind;

/** One part that a person can name: what it says, and the objects that it names. */
export type ConfigurationObject = ObjectRef & { name: string; value: Keys; needs: ObjectRef[] };

export const idOf = ({ kind, key }: ObjectRef): string => `${kind} ${key}`;

/** Everything that the configuration says, part by part. */
export function listObjects(configuration: Configuration): ConfigurationObject[] {
  const { code, name, environment, pairedWith, address, samlEntityId, timeZone, auditRetentionDays, ...rest } = configuration;
  const { overrides, ...base } = rest.policy;
  const company = { name, environment, pairedWith, address, samlEntityId, timeZone, auditRetentionDays };
  const one = (kind: Kind, value: object | undefined): ConfigurationObject[] =>
    value ? [{ kind, key: '', name: '', value: value as Keys, needs: [] }] : [];
  const many = <T extends object>(kind: Kind, list: T[], identify: (item: T) => [key: string, name: string]): ConfigurationObject[] =>
    list.map((value) => {
      const [key, shown] = identify(value);
      return { kind, key, name: shown, value: value as Keys, needs: needsOf(kind, value as Keys) };
    });
  return [
    ...one('company', defined(company)),
    ...one('newAccounts', rest.newAccounts),
    ...one('profiles', rest.profiles),
    ...one('branding', rest.branding),
    ...one('terms', rest.terms),
    ...one('directoryRules', rest.directoryRules),
    ...many('customField', rest.customFields, ({ code, label }) => [code, label]),
    ...one('customFieldOrder', rest.customFields.length > 0 ? { codes: rest.customFields.map(({ code }) => code) } : undefined),
    ...many('group', rest.groups, ({ name }) => [nameKey(name), name]),
    ...many('directory', rest.directories, ({ name }) => [nameKey(name), name]),
    ...many('application', rest.applications, ({ code, name }) => [code, name]),
    ...many('api', rest.apis, ({ identifier, name }) => [identifier, name]),
    ...one('policy', base),
    ...withKeys(overrides).map(({ key, ...value }): ConfigurationObject => {
      const [shown] = Object.values(value.for);
      return { kind: 'override', key, name: shown!, value: value as Keys, needs: needsOf('override', value as Keys) };
    }),
    ...Object.entries(rest.mails ?? {}).flatMap(([mail, byLocale]) =>
      Object.entries(byLocale).flatMap(([locale, words]) => many('mail', [words], () => [`${mail}.${locale}`, `${mail}.${locale}`])),
    ),
  ];
}

const defined = (value: object): object => Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined));

const groupRef = (name: unknown): ObjectRef => ({ kind: 'group', key: nameKey(String(name)) });
const groupRefs = (names: unknown): ObjectRef[] => (Array.isArray(names) ? names.map(groupRef) : []);
const fieldRefs = (codes: string[]): ObjectRef[] => codes.map((code) => ({ kind: 'customField', key: code }));

function needsOf(kind: Kind, value: Keys): ObjectRef[] {
  const all = {
    override: overrideNeeds,
    application: applicationNeeds,
    api: apiNeeds,
    directory: ({ settings }: Keys) => fieldRefs(Object.keys(mappedFields(settings))),
  };
  const needs = kind in all ? all[kind as keyof typeof all](value) : [];
  return [...new Map(needs.map((need) => [idOf(need), need])).values()];
}

const at = (value: unknown, ...path: string[]): object | undefined =>
  path.reduce<unknown>((found, key) => (isKeys(found) ? found[key] : undefined), value) as object | undefined;

export const mappedFields = (settings: Data | undefined): Keys => (at(settings, 'mapping', 'customFields') ?? {}) as Keys;

function overrideNeeds({ for: target }: Keys): ObjectRef[] {
  const { group, application } = target as { group?: string; application?: string };
  if (group !== undefined) return [groupRef(group)];
  return application === undefined ? [] : [{ kind: 'application', key: application }];
}

function applicationNeeds({ oidc, saml, assignedTo }: Keys): ObjectRef[] {
  const named = at(oidc, 'groups_claim', 'names') as unknown as { group: string }[] | undefined;
  return [
    ...groupRefs(at(assignedTo, 'groups')),
    ...groupRefs(named?.map(({ group }) => group)),
    ...fieldRefs(customFieldsIn([oidc ?? null, saml ?? null])),
  ];
}

function apiNeeds({ scopes, applications }: Keys): ObjectRef[] {
  const clients = (applications ?? []) as { code: string }[];
  return [
    ...((scopes ?? []) as Data[]).flatMap((scope) => groupRefs(at(scope, 'grantedTo', 'groups'))),
    ...clients.map(({ code }): ObjectRef => ({ kind: 'application', key: code })),
  ];
}

/** Of the mappings: `from` and `nameIdField` name one, a template several. */
export function customFieldsIn(value: Data): string[] {
  if (Array.isArray(value)) return value.flatMap(customFieldsIn);
  if (!isKeys(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const sources =
      typeof inner !== 'string'
        ? []
        : key === 'from' || key === 'nameIdField'
          ? [inner]
          : key === 'template' || key === 'nameIdTemplate'
            ? templateFields(inner)
            : undefined;
    if (sources === undefined) return [];
    return sources.length > 0
      ? sources.filter((source) => source.startsWith('custom.')).map((source) => source.slice('custom.'.length))
      : customFieldsIn(inner as Data);
  });
}
