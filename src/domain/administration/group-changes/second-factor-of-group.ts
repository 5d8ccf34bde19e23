import { getGroup } from '../../people/groups/index.ts';
import { type Scope, useCase } from '../../scope.ts';
import { changePolicy, type PolicyChange } from '../../sign-in/authentication/index.ts';
import type { FactorKind } from '../../sign-in/credentials/factors/index.ts';
import { demandOfGroup, loadPolicy, rulesInForce, trialAt, withDemandOfGroup } from '../../sign-in/sign-in-policy/index.ts';

/** S36: whether the people of this group need a second factor because they are in it, and until when the policy is on trial. */
export async function findSecondFactorOfGroup(scope: Scope, groupId: string): Promise<{ isRequired: boolean; revertsAt?: Date }> {
  const stored = await loadPolicy(scope);
  const now = scope.clock.now();
  return { revertsAt: trialAt(stored, now)?.revertsAt, isRequired: demandOfGroup(rulesInForce(stored, now), groupId) === 'required' };
}

/**
 * A rule of the policy like any other: checked against the administrators who are signed in, on trial where it may keep people out.
 * @param usableFactors those that browsers can use at the company's address
 * @throws AppError not_found, policy_locks_out
 */
export const changeSecondFactorOfGroup = useCase(
  async (scope, groupId: string, isRequired: boolean, usableFactors: FactorKind[]): Promise<PolicyChange> => {
    const group = await getGroup(scope, groupId);
    const stored = await loadPolicy(scope);
    const rules = withDemandOfGroup(rulesInForce(stored, scope.clock.now()), group.groupId, isRequired);
    return changePolicy(scope, rules, stored.version, usableFactors);
  },
);
