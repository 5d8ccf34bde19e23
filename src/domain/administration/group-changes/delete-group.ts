import { removeGroupRecord } from '../../people/groups/index.ts';
import { type Scope, useCase } from '../../scope.ts';
import { forgetGroupRules } from '../../sign-in/authentication/index.ts';
import { loadPolicy, rulesInForce, withoutGroup } from '../../sign-in/sign-in-policy/index.ts';

/** The group and what the policy says of it. @throws AppError not_found, everyone_is_fixed */
export const deleteGroup = useCase(async (scope, groupId: string): Promise<void> => {
  await removeGroupRecord(scope, groupId);
  await forgetGroupRules(scope, groupId);
});

/** Whether the policy says anything of this group. */
export async function hasGroupRules(scope: Scope, groupId: string): Promise<boolean> {
  const rules = rulesInForce(await loadPolicy(scope), scope.clock.now());
  return withoutGroup(rules, groupId).overrides.length < rules.overrides.length;
}
