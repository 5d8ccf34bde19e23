/** Plain data, as JSON and YAML hold it. */
export type Data = null | boolean | number | string | Data[] | { [key: string]: Data };
export type Keys = { [key: string]: Data };

export type OverrideTarget = { group: string } | { application: string } | { role: 'administrator' | 'regular' };

/**
 * A company as data: what a file for `apply` says of it, in a fixed order, without people, keys and secrets. Objects are named by what people see, never by ids. Nothing
 * in it is undefined, and no key has an empty object: two companies that are the same are equal.
 */
export type Configuration = {
  code: string;
  name: string;
  environment: 'production' | 'approval';
  pairedWith?: string;
  address?: string;
  samlEntityId?: string;
  timeZone: string;
  auditRetentionDays: number;
  policy: Keys & { overrides: (Keys & { for: OverrideTarget })[] };
  newAccounts: Keys;
  profiles: Keys;
  /** With `logo`, a data: address. */
  branding: Keys;
  /** By mail and language. */
  mails?: Record<string, Record<string, { subject: string; body: string; action: string }>>;
  /** By language. */
  terms?: Record<string, { title: string; body: string }>;
  directoryRules: Keys;
  customFields: (Keys & { code: string; label: string; type: string })[];
  directories: { name: string; settings: Keys }[];
  /** Without Everyone, and of those of a directory only the ones that something refers to. */
  groups: { name: string; description: string }[];
  applications: (Keys & { code: string; name: string; enabled: boolean; oidc?: Keys; saml?: Keys; assignedTo: { groups: string[] } })[];
  apis: (Keys & { identifier: string; name: string })[];
};

/** As data: without what is undefined, and without keys of empty objects. */
export function plain<T = Keys>(value: unknown): T {
  const tidy = (one: unknown): unknown => {
    if (Array.isArray(one)) return one.map((item) => (isKeys(item) ? tidied(item) : tidy(item)));
    return isKeys(one) ? tidied(one) : one;
  };
  const tidied = (keys: Record<string, unknown>): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(keys)
        .filter(([, inner]) => inner !== undefined)
        .map(([key, inner]): [string, unknown] => [key, tidy(inner)])
        .filter(([, inner]) => !isKeys(inner) || Object.keys(inner).length > 0),
    );
  return tidy(value) as T;
}

/** Of a date or bytes a program knows more than keys. */
export const isKeys = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));
