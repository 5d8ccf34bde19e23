import { epochSeconds } from '../../../platform/clock/index.ts';
import {
  type CustomField,
  type CustomValue,
  customFieldName,
  type FieldClaim,
  listCustomFields,
} from '../../company/custom-fields/index.ts';
import { type Group, listGroupsOfUser } from '../../people/groups/index.ts';
import { fullName } from '../../people/users/index.ts';
import type { ApplicationId, Scope } from '../../scope.ts';
import type { Profile } from '../access/index.ts';
import {
  type ClaimSettings,
  type ClaimTarget,
  defaultMostValues,
  defaultScope,
  defaultTargets,
  fillTemplate,
  type MappedClaim,
  riders,
  type SourceField,
  type StandardClaim,
  standardClaims,
  templateFields,
} from '../applications/index.ts';
import { listAssignedGroupIds } from '../assignments/index.ts';
import { groupsFor } from './groups-claim.ts';
import { readSources, textsOf } from './read-person.ts';

export type ClaimRequest = {
  into: ClaimTarget;
  /** Those that were granted. */
  scopes: ReadonlySet<string>;
  /** Claims that were asked for by name and granted (OpenID Connect Core §5.5). */
  asked?: ReadonlySet<string>;
};
export type ClaimValue = CustomValue | Record<string, string>;
/** A person in more groups than this is a mistake. */
const mostAtUserinfo = 10_000;

type Told = { applicationId: ApplicationId; oidc: ClaimSettings };
type Wanted = { standard: string[]; mapped: MappedClaim[] };

/** The claims of this request that the application may be told there, whether or not the person has a value. */
function wantedClaims(oidc: ClaimSettings, { into, scopes, asked = new Set() }: ClaimRequest): Wanted {
  const mapped = (oidc.claims ?? []).filter(
    ({ name, scope = defaultScope, into: targets = defaultTargets }) => targets.includes(into) && (asked.has(name) || scopes.has(scope)),
  );
  const byScope = into !== 'id_token' || oidc.id_token_claims !== 'requested';
  const standard = [...Object.keys(standardClaims), ...Object.keys(riders)].filter((name) => {
    const base = (riders[name as keyof typeof riders] ?? name) as StandardClaim;
    if (!(oidc.standard_claims?.[base] ?? defaultTargets).includes(into)) return false;
    return asked.has(name) || (byScope && scopes.has(standardClaims[base]));
  });
  return { standard, mapped };
}

/** Whether a person has to be read at all to answer the request. */
export const wantsClaims = (oidc: ClaimSettings, request: ClaimRequest): boolean => {
  const { standard, mapped } = wantedClaims(oidc, request);
  return standard.length + mapped.length > 0;
};

/**
 * What an application is told of a person besides the subject, by its settings: the one place that decides, for tokens, userinfo, introspection and previews.
 * A claim without a value is left out. A list too long for a token is told at userinfo only, and `claims_overage` names it.
 * @param customFields the company's, where they are known already
 */
export async function releasedClaims(
  scope: Scope,
  { applicationId, oidc }: Told,
  user: Profile,
  request: ClaimRequest,
  customFields?: CustomField[],
): Promise<Record<string, ClaimValue>> {
  const wanted = wantedClaims(oidc, request);
  if (wanted.standard.length + wanted.mapped.length === 0) return {};
  const fields = customFields ?? (await listCustomFields(scope));
  const sources = wanted.mapped.flatMap(({ from, template }) => (from ? [from] : templateFields(template ?? '')));
  const usesGroups = wanted.standard.includes('groups') || sources.some(isGroups);
  const groups = usesGroups ? await listGroupsOfUser(scope, user.userId) : [];
  const standard: Record<string, ClaimValue | undefined> = { ...personClaims(user), ...fieldClaimsOf(user, fields) };
  if (wanted.standard.includes('groups')) standard.groups = await groupsClaim(scope, applicationId, oidc, groups);
  const kept = await readSources(scope, user, sources, { groups, customFields: fields });
  const mapped = wanted.mapped.map((claim) => [claim.name, mappedValue(claim, kept, fields)] as const);
  const told = [...wanted.standard.map((name) => [name, standard[name]] as const), ...mapped];
  return withoutOverage(told, request.into === 'userinfo' ? Number.POSITIVE_INFINITY : (oidc.most_values ?? defaultMostValues));
}

const isGroups = (field: SourceField): boolean => field === 'groupNames' || field === 'groupIds';

function personClaims(user: Profile): Record<string, CustomValue | undefined> {
  return {
    name: fullName(user),
    given_name: user.firstName,
    family_name: user.lastName,
    preferred_username: user.username ?? user.email,
    locale: user.locale,
    updated_at: epochSeconds(user.updatedAt),
    email: user.email,
    email_verified: user.email ? user.emailVerified : undefined,
  };
}

/** What the company's own fields say of standard claims; nobody has verified a telephone number. */
function fieldClaimsOf(user: Profile, fields: CustomField[]): Record<string, ClaimValue | undefined> {
  const claims: Record<string, ClaimValue | undefined> = {};
  const address: Record<string, string> = {};
  for (const { claim, fieldId } of fields) {
    const [value] = textsOf(user.customValues[fieldId]);
    if (!claim || value === undefined) continue;
    const part = partOfAddress(claim);
    if (part) address[part] = value;
    else claims[claim] = value;
  }
  if (Object.keys(address).length > 0) claims.address = address;
  if (claims.phone_number) claims.phone_number_verified = false;
  return claims;
}

const partOfAddress = (claim: FieldClaim): string | undefined =>
  claim.startsWith('address.') ? claim.slice('address.'.length) : undefined;

async function groupsClaim(
  scope: Scope,
  applicationId: ApplicationId,
  { groups_claim: settings }: ClaimSettings,
  groups: Group[],
): Promise<string[]> {
  const assigned = settings?.only === 'assigned' ? new Set(await listAssignedGroupIds(scope, applicationId)) : undefined;
  return groupsFor(groups, settings, assigned);
}

/** Numbers and yes/no as such, several as an array. A text that is put together is one, or, of a field that is a list, an array. */
function mappedValue(
  { from, value, template }: MappedClaim,
  kept: (field: SourceField) => CustomValue | undefined,
  fields: CustomField[],
): CustomValue | undefined {
  if (from) return kept(from);
  if (value !== undefined) return value;
  const made = fillTemplate(template!, (field) => textsOf(kept(field)), mostAtUserinfo);
  const isList = templateFields(template!).some(
    (field) => isGroups(field) || fields.some(({ code, type }) => customFieldName(code) === field && type === 'choices'),
  );
  return isList && made.length > 0 ? made : made[0];
}

function withoutOverage(told: (readonly [string, ClaimValue | undefined])[], most: number): Record<string, ClaimValue> {
  const claims: Record<string, ClaimValue> = {};
  const overage: string[] = [];
  for (const [name, value] of told) {
    if (value === undefined || value === '') continue;
    if (Array.isArray(value) && value.length > most) overage.push(name);
    else claims[name] = value;
  }
  // a mapped claim stands in for a standard one of its name
  const left = overage.filter((name) => !Object.hasOwn(claims, name));
  return left.length > 0 ? { ...claims, claims_overage: left } : claims;
}
