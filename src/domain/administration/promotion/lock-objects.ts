import { lockApplicationsByCode } from '../../applications/applications/index.ts';
import { lockCustomFields } from '../../company/custom-fields/index.ts';
import { lockGroupsByName } from '../../people/groups/index.ts';
import type { Transaction } from '../../scope.ts';
import type { ObjectRef } from '../configuration/index.ts';

/** Nobody writes what is about to change until the transaction ends: what was shown is what is changed. Settings and the policy have a version of their own that says so. */
export async function lockObjects(scope: Transaction, objects: ObjectRef[]): Promise<void> {
  const keysOf = (kind: ObjectRef['kind']) => objects.filter((one) => one.kind === kind).map(({ key }) => key);
  if (keysOf('customField').length + keysOf('customFieldOrder').length > 0) await lockCustomFields(scope);
  await lockGroupsByName(scope, keysOf('group'));
  await lockApplicationsByCode(scope, keysOf('application'));
}
