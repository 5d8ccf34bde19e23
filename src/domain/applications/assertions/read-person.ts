import { type CustomValue, customFieldName, customTexts, listCustomFields } from '../../company/custom-fields/index.ts';
import { listGroupsOfUser } from '../../people/groups/index.ts';
import { fullName } from '../../people/users/index.ts';
import type { Scope } from '../../scope.ts';
import type { Profile } from '../access/index.ts';
import type { OidcSettings, PersonField, SourceField } from '../applications/index.ts';

/** Reads what these sources need, once. @returns the values of a source, as they are kept; undefined where the person has none */
async function readSources(scope: Scope, user: Profile, sources: (SourceField | undefined)[]) {
  const usesGroups = sources.some((field) => field === 'groupNames' || field === 'groupIds');
  const groups = usesGroups ? await listGroupsOfUser(scope, user.userId) : [];
  const customFields = sources.some((field) => field && isCustom(field)) ? await listCustomFields(scope) : [];
  return (field: SourceField): CustomValue | undefined => {
    if (isCustom(field)) return user.customValues[customFields.find(({ code }) => customFieldName(code) === field)?.fieldId ?? ''];
    if (field === 'groupNames') return groups.map(({ name }) => name);
    if (field === 'groupIds') return groups.map(({ groupId }) => groupId);
    return single(user, field);
  };
}

/** As texts, the way SAML says them: none, one or several. */
export async function readPerson(
  scope: Scope,
  user: Profile,
  sources: (SourceField | undefined)[],
): Promise<(field: SourceField) => string[]> {
  const kept = await readSources(scope, user, sources);
  return (field) => customTexts(kept(field)).filter((text) => text !== '');
}

/** The claims that an application maps, as JSON says them: numbers and yes/no as such, several as an array; one without a value is left out. */
export async function mappedClaims(
  scope: Scope,
  user: Profile,
  claims: NonNullable<OidcSettings['claims']>,
): Promise<Record<string, CustomValue>> {
  const kept = await readSources(
    scope,
    user,
    claims.map(({ from }) => from),
  );
  const found: Record<string, CustomValue> = {};
  for (const { name, from } of claims) {
    const value = kept(from);
    if (value !== undefined && value !== '') found[name] = value;
  }
  return found;
}

const isCustom = (field: SourceField): field is `custom.${string}` => field.startsWith('custom.');

function single(user: Profile, field: Exclude<PersonField, 'groupNames' | 'groupIds'>): string | undefined {
  if (field === 'login') return user.email ?? user.username;
  if (field === 'fullName') return fullName(user);
  return user[field];
}
