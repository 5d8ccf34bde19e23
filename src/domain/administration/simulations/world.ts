import { listReaches } from '../../applications/assignments/index.ts';
import type { Scope } from '../../scope.ts';
import {
  type EffectivePolicy,
  loadPolicy,
  type PolicyRules,
  type PolicySubject,
  rulesInForce,
  strictest,
  withoutGroup,
} from '../../sign-in/sign-in-policy/index.ts';
import type { Change, Moves } from './change.ts';

type AssumedApplication = { enabled: boolean; navigable: boolean; groupIds: Set<string> };
type AssumedMoves = { joining: Set<string>; leaving: Set<string> };

/** A company as far as the decisions about its people look at it: as it is, or as it would be. */
export type World = {
  rules: PolicyRules;
  policyOf(subject: PolicySubject): EffectivePolicy;
  applications: Map<string, AssumedApplication>;
  everyoneId?: string;
  removedGroups: Set<string>;
  /** Of a group, and of an application: who is in it, or has it by name, other than the store says. */
  members: Map<string, AssumedMoves>;
  people: Map<string, AssumedMoves>;
};

export async function loadWorld(scope: Scope): Promise<World> {
  const rules = rulesInForce(await loadPolicy(scope), scope.clock.now());
  const reaches = await listReaches(scope);
  const everyone = reaches.flatMap(({ groups }) => groups).find(({ isEveryone }) => isEveryone);
  return {
    rules,
    policyOf: createPolicies(rules),
    applications: new Map(
      reaches.map(({ applicationId, enabled, navigable, groups }) => [
        applicationId,
        { enabled, navigable, groupIds: new Set(groups.map(({ groupId }) => groupId as string)) },
      ]),
    ),
    everyoneId: everyone?.groupId,
    removedGroups: new Set(),
    members: new Map(),
    people: new Map(),
  };
}

/** The same company after the change. */
export function changeWorld(world: World, { rules = world.rules, groups = [], applications = [] }: Change): World {
  const removedGroups = new Set(groups.filter(({ isRemoved }) => isRemoved).map(({ groupId }) => groupId));
  const after = [...removedGroups].reduce(withoutGroup, rules);
  const changed = new Map(world.applications);
  for (const { applicationId, isRemoved, enabled, navigable, groups: moves = {} } of applications) {
    const before = changed.get(applicationId);
    if (!before) continue;
    if (isRemoved) changed.delete(applicationId);
    else
      changed.set(applicationId, {
        enabled: enabled ?? before.enabled,
        navigable: navigable ?? before.navigable,
        groupIds: moved(before.groupIds, toSets(moves)),
      });
  }
  return {
    ...world,
    rules: after,
    policyOf: createPolicies(after),
    applications: changed,
    removedGroups,
    members: new Map(groups.map(({ groupId, members = {} }) => [groupId, toSets(members)])),
    people: new Map(applications.map(({ applicationId, people = {} }) => [applicationId, toSets(people)])),
  };
}

const toSets = ({ joining = [], leaving = [] }: Moves): AssumedMoves => ({ joining: new Set(joining), leaving: new Set(leaving) });

const moved = (before: Set<string>, { joining, leaving }: AssumedMoves): Set<string> =>
  new Set([...[...before].filter((id) => !leaving.has(id)), ...joining]);

/** The groups that somebody is in there. @param groupIds as they are in the store, with Everyone */
export function groupsIn({ removedGroups, members }: World, userId: string, groupIds: string[]): string[] {
  if (removedGroups.size === 0 && members.size === 0) return groupIds;
  const kept = groupIds.filter((id) => !removedGroups.has(id) && !members.get(id)?.leaving.has(userId));
  const joined = [...members].filter(([id, { joining }]) => joining.has(userId) && !removedGroups.has(id)).map(([id]) => id);
  return [...new Set([...kept, ...joined])];
}

/** Whether somebody has the application by their own name there. */
export function hasByName({ people }: World, userId: string, applicationId: string, isDirect: boolean): boolean {
  const moves = people.get(applicationId);
  return (isDirect && !moves?.leaving.has(userId)) || moves?.joining.has(userId) === true;
}

/** The rules for whoever the same overrides concern are worked out once; what they hold is one object, which `admits` knows again. */
function createPolicies(rules: PolicyRules): World['policyOf'] {
  const concerned = { group: new Set<string>(), application: new Set<string>() };
  for (const { for: target } of rules.overrides) {
    if (target.kind === 'group') concerned.group.add(target.groupId);
    if (target.kind === 'application') concerned.application.add(target.applicationId);
  }
  const known = new Map<string, EffectivePolicy>();
  return ({ role, groupIds, applicationId }) => {
    const subject: PolicySubject = {
      role,
      groupIds: groupIds.filter((id) => concerned.group.has(id)),
      applicationId: applicationId && concerned.application.has(applicationId) ? applicationId : undefined,
    };
    const key = JSON.stringify([role, subject.groupIds.toSorted(), subject.applicationId]);
    const policy = known.get(key) ?? strictest(rules, subject);
    known.set(key, policy);
    return policy;
  };
}
