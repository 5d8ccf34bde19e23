import { z } from 'zod';
import { noneTwice, whereKeysAre, wordsRule } from '../../../platform/errors/index.ts';
import { fieldClaims } from '../../company/custom-fields/index.ts';
import { oneSource, type SourceField, sourceField } from './source-field.ts';
import { template, templateFields } from './template.ts';

/** Where a claim is told. Access tokens are read by APIs: what they carry is chosen, never a default. */
export const claimTargets = ['id_token', 'userinfo', 'access_token'] as const;
export type ClaimTarget = (typeof claimTargets)[number];
export const defaultTargets: readonly ClaimTarget[] = ['id_token', 'userinfo'];

/** The scopes that release claims (OpenID Connect Core §5.4; `groups` is ours). */
export const claimScopes = ['openid', 'profile', 'email', 'groups', 'phone', 'address'] as const;
export type ClaimScope = (typeof claimScopes)[number];
export const defaultScope: ClaimScope = 'profile';

/** Standard claims that fields of every person fill, and the scope of each; `fieldClaims` are those that a company's own fields fill. */
const personClaims = {
  name: 'profile',
  given_name: 'profile',
  family_name: 'profile',
  preferred_username: 'profile',
  locale: 'profile',
  updated_at: 'profile',
  email: 'email',
  groups: 'groups',
} as const;

/** Said with another claim, and withheld with it. */
export const riders = { email_verified: 'email', phone_number_verified: 'phone_number' } as const;

type WholeFieldClaim = Exclude<keyof typeof fieldClaims, `address.${string}`>;
export type StandardClaim = keyof typeof personClaims | WholeFieldClaim | 'address';

const wholeFieldClaims = Object.fromEntries(Object.entries(fieldClaims).filter(([name]) => !name.startsWith('address.')));

/** Every standard claim that can be told, with the scope that releases it. */
export const standardClaims = { ...personClaims, ...wholeFieldClaims, address: 'address' } as Record<StandardClaim, ClaimScope>;

/** Those that every company has; the others need a field of its own. */
export const isPersonClaim = (name: StandardClaim): boolean => name in personClaims;

const keysOf = <T extends object>(object: T) => Object.keys(object) as [keyof T & string, ...(keyof T & string)[]];

/**
 * What a token says by itself (RFC 7519 §4.1, RFC 7662 §2.2, OpenID Connect Core §2, §5.6.2), and the standard claims: no field may stand in for those.
 * A claim that a company's field can fill may be mapped as well: an application may want another value.
 */
const ownClaims = new Set([
  ...'iss sub aud exp nbf iat jti nonce acr amr azp auth_time sid at_hash c_hash s_hash cnf client_id scope act may_act'.split(' '),
  ...'active events authorization_details claims_overage _claim_names _claim_sources'.split(' '),
  ...keysOf(personClaims),
  'email_verified',
]);
const claimName = z
  .string()
  .trim()
  .regex(/^[A-Za-z][\w.:/-]{0,199}$/, 'fields.claim_name')
  .refine((name) => !ownClaims.has(name), 'fields.claim_own');

const target = z.enum(claimTargets);

const mapped = z
  .strictObject({
    name: claimName,
    from: sourceField.optional(),
    value: z.string().min(1).max(1000).optional(),
    template: template.optional(),
    scope: z.enum(claimScopes).optional(),
    into: z.array(target).min(1, 'fields.claim_target').optional(),
  })
  .refine(
    ({ from, value, template: made }) => [from, value, made].filter((one) => one !== undefined).length === 1,
    'fields.attribute_source',
  )
  .meta(oneSource);

const groupName = z.string().trim().min(1).max(200).meta(wordsRule);
const groups = z
  .strictObject({
    only: z.enum(['all', 'assigned', 'listed']).optional(),
    /** Of whose names the others do not begin so are left out. */
    prefix: z.string().min(1).max(100).optional(),
    strip_prefix: z.boolean().optional(),
    /** Groups by name, and what the application calls them. */
    names: z
      .array(z.strictObject({ group: groupName, as: groupName.optional() }))
      .max(500)
      .superRefine(noneTwice(({ group }) => group, 'fields.group_twice', 'group'))
      .optional(),
  })
  .refine(({ only, names = [] }) => only !== 'listed' || names.length > 0, { path: ['names'], message: 'fields.groups_listed' })
  .refine(({ strip_prefix, prefix }) => !strip_prefix || prefix !== undefined, { path: ['prefix'], message: 'fields.required' })
  .meta({
    allOf: [
      whereKeysAre({ only: ['listed'] }, { required: ['names'], properties: { names: { minItems: 1 } } }),
      whereKeysAre({ strip_prefix: [true] }, { required: ['prefix'] }),
    ],
  });

/** Values of a list that fit into a token, unless the application is given another number. */
export const defaultMostValues = 200;

/** What an application is told of a person, besides what it is by default. */
export const claimShape = {
  claims: z
    .array(mapped)
    .max(50)
    .superRefine(noneTwice(({ name }) => name, 'fields.claim_twice', 'name'))
    .optional(),
  /** Where a standard claim is told, once its scope is granted: one that is told nowhere is withheld. */
  standard_claims: z.partialRecord(z.enum(keysOf(standardClaims)), z.array(target)).optional(),
  /** `requested`: an ID token has no standard claim but those that the `claims` parameter names (OpenID Connect Core §5.4). */
  id_token_claims: z.enum(['scopes', 'requested']).optional(),
  groups_claim: groups.optional(),
  /** Longer lists are left out of tokens, which say so, and told at userinfo. */
  most_values: z
    .number('fields.most_values')
    .int('fields.most_values')
    .min(1, 'fields.most_values')
    .max(1000, 'fields.most_values')
    .optional(),
};

const schema = z.object(claimShape);
export type ClaimSettings = z.output<typeof schema>;
export type MappedClaim = NonNullable<ClaimSettings['claims']>[number];
export type GroupsClaim = NonNullable<ClaimSettings['groups_claim']>;

/** Every field of a person that the mapping names, alone or in a text. */
export const mappedFields = ({ claims = [] }: Pick<ClaimSettings, 'claims'>): SourceField[] =>
  claims.flatMap(({ from, template: made }) => (from ? [from] : templateFields(made ?? '')));

/** The scope that releases a claim for an application: one that the claims parameter names needs it to be granted or agreed to. @returns undefined for one that it is not told */
export function scopeOfClaim({ claims = [] }: Pick<ClaimSettings, 'claims'>, name: string): ClaimScope | undefined {
  const own = claims.find((one) => one.name === name);
  if (own) return own.scope ?? defaultScope;
  const base = riders[name as keyof typeof riders] ?? name;
  return Object.hasOwn(standardClaims, base) ? standardClaims[base as StandardClaim] : undefined;
}
