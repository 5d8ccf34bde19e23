import { type CustomField, type CustomValue, customFieldName, customTexts, listCustomFields } from '../../company/custom-fields/index.ts';
import { type Group, listGroupsOfUser } from '../../people/groups/index.ts';
import { fullName } from '../../people/users/index.ts';
import type { Scope } from '../../scope.ts';
import type { Profile } from '../access/index.ts';
import type { PersonField, SourceField } from '../applications/index.ts';

/** What was read already, by whoever needed it for something else. */
export type Known = { groups?: Group[]; customFields?: CustomField[] };

/** Reads what these sources need, once. @returns the values of a source, as they are kept; undefined where the person has none */
export async function readSources(scope: Scope, user: Profile, sources: SourceField[], known: Known = {}) {
  const usesGroups = sources.some((field) => field === 'groupNames' || field === 'groupIds');
  const groups = known.groups ?? (usesGroups ? await listGroupsOfUser(scope, user.userId) : []);
  const customFields = known.customFields ?? (sources.some(isCustom) ? await listCustomFields(scope) : []);
  return (field: SourceField): CustomValue | undefined => {
    if (isCustom(field)) return user.customValues[customFields.find(({ code }) => customFieldName(code) === field)?.fieldId ?? ''];
    if (field === 'groupNames') return groups.map(({ name }) => name);
    if (field === 'groupIds') return groups.map(({ groupId }) => groupId);
    return single(user, field);
  };
}

/** As texts, the way SAML says them: none, one or several. */
export async function readPerson(scope: Scope, user: Profile, sources: SourceField[]): Promise<(field: SourceField) => string[]> {
  const kept = await readSources(scope, user, sources);
  return (field) => textsOf(kept(field));
}

export const textsOf = (value: CustomValue | undefined): string[] => customTexts(value).filter((text) => text !== '');

const isCustom = (field: SourceField): field is `custom.${string}` => field.startsWith('custom.');

function single(user: Profile, field: Exclude<PersonField, 'groupNames' | 'groupIds'>): string | undefined {
  if (field === 'login') return user.email ?? user.username;
  if (field === 'fullName') return fullName(user);
  return user[field];
}
