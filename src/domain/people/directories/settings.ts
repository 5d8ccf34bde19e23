import { z } from 'zod';
import { lineOf, whole } from '../../../platform/errors/index.ts';
import { type DirectoryKind, defaultFilters, isFilter } from '../../../smartsync-protocol/index.ts';

// descriptors and numeric object identifiers (RFC 4512 §1.4)
const attribute = z
  .string()
  .trim()
  .regex(/^([A-Za-z][A-Za-z0-9-]{0,99}|\d+(\.\d+)+)$/, 'fields.ldap_attribute');
const filter = z
  .string()
  .trim()
  .max(4000, 'fields.too_long')
  .refine(isFilter, 'fields.ldap_filter')
  .meta({ pattern: '^\\s*\\([\\s\\S]+\\)\\s*$' });

const settings = z.strictObject({
  /** S16–S18: whether people and groups who arrive are accepted without being asked about. */
  acceptsPeople: z.boolean().default(false),
  acceptsGroups: z.boolean().default(false),
  /** Nobody can enter another's address there: applications are told that it is verified. */
  emailsAreVerified: z.boolean().default(false),
  /** Undefined: the default of the kind. */
  userFilter: filter.optional(),
  groupFilter: filter.optional(),
  /** Which attribute fills what; undefined: that of the kind (attributesOf). `fullName` is split by S75 where the other two are empty. */
  mapping: z
    .strictObject({
      firstName: attribute.optional(),
      lastName: attribute.optional(),
      fullName: attribute.optional(),
      email: attribute.optional(),
      username: attribute.optional(),
      department: attribute.optional(),
      /** By the code of a custom field. */
      customFields: z.record(z.string().max(64), attribute).default({}),
    })
    .default({ customFields: {} }),
  /** Of people without a valid e-mail: they stay pending, or sign in by their login there. */
  withoutEmail: z.enum(['pending', 'username']).default('pending'),
  /** Who is in a group of a group: in the inner one only, or in both. */
  nestedGroups: z.enum(['direct', 'flattened']).default('flattened'),
  /** Undefined: as the agent found them. */
  rootDn: z.string().trim().max(4096).optional(),
  accountDomain: z.string().trim().max(255).optional(),
  readEverySeconds: whole(15, 86_400).default(60),
  wholeReadEveryHours: whole(1, 168).default(24),
  /** A run by which more people would leave stops and asks: so many percent of those here, or so many people, whichever is less. */
  guardPercent: whole(1, 100).default(10),
  guardPeople: whole(1, 1_000_000).default(50),
});
export type DirectorySettings = z.output<typeof settings>;

/** What is said of a directory by a form, a file or a program. Only the name has to be (S11). */
export const directoryInput = z.strictObject({ name: lineOf(100), settings: settings.default(settings.parse({})) });
export type DirectoryInput = z.input<typeof directoryInput>;

export const readSettings = (kept: unknown): DirectorySettings => settings.parse(kept);

const attributes: Record<DirectoryKind, Record<'firstName' | 'lastName' | 'fullName' | 'email' | 'username' | 'department', string>> = {
  'active-directory': {
    firstName: 'givenName',
    lastName: 'sn',
    fullName: 'displayName',
    email: 'mail',
    username: 'sAMAccountName',
    department: 'department',
  },
  openldap: { firstName: 'givenName', lastName: 'sn', fullName: 'cn', email: 'mail', username: 'uid', department: 'departmentNumber' },
};

/** The attribute of each part of a person, as this directory is set. A kind that is not known yet counts as OpenLDAP, whose attributes are those of the standards. */
export const attributesOf = (kind: DirectoryKind | undefined, { mapping }: DirectorySettings) => {
  const { customFields, ...own } = mapping;
  return { ...attributes[kind ?? 'openldap'], ...Object.fromEntries(Object.entries(own).filter(([, name]) => name)), customFields };
};

export const filtersOf = (kind: DirectoryKind | undefined, { userFilter, groupFilter }: DirectorySettings) => ({
  userFilter: userFilter ?? defaultFilters[kind ?? 'openldap'].userFilter,
  groupFilter: groupFilter ?? defaultFilters[kind ?? 'openldap'].groupFilter,
});
