import { listApplicationsByIds } from '../../applications/applications/index.ts';
import { listGroupsByIds } from '../../people/groups/index.ts';
import type { Role } from '../../people/users/index.ts';
import type { ApplicationId, GroupId, Scope, UserId } from '../../scope.ts';
import { explainPolicy, findPolicySubject, type PolicyOverride, type PolicyRules } from '../../sign-in/sign-in-policy/index.ts';
import type { PolicyPart } from './explain-facts.ts';
import type { RuleSource } from './explanation.ts';

/** The rules in force for somebody, each with whose it is. */
export async function gatherPolicy(
  scope: Scope,
  rules: PolicyRules,
  person: { userId?: UserId; role: Role },
  applicationId: ApplicationId | undefined,
): Promise<PolicyPart[]> {
  const parts = explainPolicy(rules, await findPolicySubject(scope, rules, person, applicationId));
  const overrides = [...new Set(parts.flatMap(({ from }) => from ?? []))];
  const names = await namesOf(scope, overrides);
  return parts.map(({ part, value, from }) => ({ part, value, from: from ? sourceOf(from, names) : { kind: 'company' } }));
}

type Names = Map<string, { name: string; isEveryone?: boolean }>;

async function namesOf(scope: Scope, overrides: PolicyOverride[]): Promise<Names> {
  const groupIds = overrides.flatMap(({ for: one }) => (one.kind === 'group' ? [one.groupId as GroupId] : []));
  const applicationIds = overrides.flatMap(({ for: one }) => (one.kind === 'application' ? [one.applicationId] : []));
  const groups = groupIds.length > 0 ? await listGroupsByIds(scope, groupIds) : new Map();
  const applications = applicationIds.length > 0 ? await listApplicationsByIds(scope, applicationIds) : [];
  return new Map([...groups, ...applications.map((one) => [one.applicationId, one] as const)]);
}

function sourceOf({ overrideId, for: target }: PolicyOverride, names: Names): RuleSource {
  if (target.kind === 'role') return { kind: 'role', role: target.role, overrideId };
  const id = target.kind === 'group' ? target.groupId : target.applicationId;
  const { name, isEveryone } = names.get(id) ?? {};
  return { kind: target.kind, id, overrideId, ...(name !== undefined && { name }), ...(isEveryone && { isEveryone }) };
}
