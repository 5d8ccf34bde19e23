import { listGroupIdsOfUsers, listGroupsOfUser } from '../../people/groups/index.ts';
import type { Role } from '../../people/users/index.ts';
import type { Scope, UserId } from '../../scope.ts';
import type { PolicyRules } from './policy.ts';
import { type EffectivePolicy, type PolicySubject, strictest } from './strictest.ts';

/** Without an id: somebody who is not a person here yet, and so in no group. */
type Person = { userId?: UserId; role: Role };

/** The rules for a person and an application. */
export const findPolicyOf = async (scope: Scope, rules: PolicyRules, person: Person, applicationId?: string): Promise<EffectivePolicy> =>
  strictest(rules, await findPolicySubject(scope, rules, person, applicationId));

/** Groups are asked for only if some rule is a group's. */
export async function findPolicySubject(scope: Scope, rules: PolicyRules, person: Person, applicationId?: string): Promise<PolicySubject> {
  const usesGroups = rules.overrides.some((override) => override.for.kind === 'group');
  const groupIds =
    usesGroups && person.userId ? (await listGroupsOfUser(scope, person.userId)).map(({ groupId }) => groupId as string) : [];
  return { role: person.role, groupIds, applicationId };
}

/** Of each of many people, in their order, the policy by each of the rules; their groups are read at once. */
export async function findPoliciesOf(
  scope: Scope,
  rules: PolicyRules[],
  people: { userId: UserId; role: Person['role'] }[],
): Promise<EffectivePolicy[][]> {
  const usesGroups = rules.some(({ overrides }) => overrides.some((override) => override.for.kind === 'group'));
  const groups = usesGroups
    ? await listGroupIdsOfUsers(
        scope,
        people.map(({ userId }) => userId),
      )
    : new Map<UserId, string[]>();
  return people.map(({ userId, role }) => rules.map((one) => strictest(one, { role, groupIds: groups.get(userId) ?? [] })));
}
