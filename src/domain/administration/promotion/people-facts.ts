import { listCodesWithPeople } from '../../applications/assignments/index.ts';
import { listCustomFields } from '../../company/custom-fields/index.ts';
import { listKeysWithMembers } from '../../people/groups/index.ts';
import { listFieldsWithValues } from '../../people/users/index.ts';
import type { Scope } from '../../scope.ts';
import type { ObjectRef } from '../configuration/index.ts';

/** What production's configuration does not say: which applications (by code), groups (by key) and fields (by code) people have. */
export type PeopleFacts = Record<'application' | 'group' | 'customField', ReadonlySet<string>>;

export const hasPeople = (facts: PeopleFacts, { kind, key }: ObjectRef): boolean =>
  kind in facts && facts[kind as keyof PeopleFacts].has(key);

/** Whether there is anybody, and never who. @param goes what may go: only for a field everybody is looked at */
export async function gatherPeopleFacts(scope: Scope, goes: ObjectRef[]): Promise<PeopleFacts> {
  const filled = new Set(goes.some(({ kind }) => kind === 'customField') ? await listFieldsWithValues(scope) : []);
  const fields = filled.size > 0 ? await listCustomFields(scope) : [];
  return {
    application: new Set(await listCodesWithPeople(scope)),
    group: new Set(await listKeysWithMembers(scope)),
    customField: new Set(fields.filter(({ fieldId }) => filled.has(fieldId)).map(({ code }) => code)),
  };
}
