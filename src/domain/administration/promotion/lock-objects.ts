import { findApplicationByCode, lockApplication } from '../../applications/applications/index.ts';
import { lockCustomFields } from '../../company/custom-fields/index.ts';
import { findGroupsByName, lockGroup } from '../../people/groups/index.ts';
import type { Transaction } from '../../scope.ts';
import type { ObjectRef } from '../configuration/index.ts';

/** Nobody writes what is compared until the transaction ends: what was shown is what is changed. Settings and the policy have a version of their own that says so. */
export async function lockObjects(scope: Transaction, objects: ObjectRef[]): Promise<void> {
  const keysOf = (kind: ObjectRef['kind']) => objects.filter((one) => one.kind === kind).map(({ key }) => key);
  if (keysOf('customField').length > 0) await lockCustomFields(scope);
  // in one order, as everybody does who locks several
  const groups = await findGroupsByName(scope, keysOf('group'));
  for (const groupId of [...groups.values()].map((group) => group.groupId).sort()) await lockGroup(scope, groupId, 'change');
  for (const code of keysOf('application').sort()) {
    const found = await findApplicationByCode(scope, code);
    if (found) await lockApplication(scope, found.applicationId);
  }
}
