import { listReaches } from '../../applications/assignments/index.ts';
import { termsSettings } from '../../applications/consents/index.ts';
import { loadSettings } from '../../company/context-settings/index.ts';
import { type DirectoryRules, directoryRules } from '../../people/directories/index.ts';
import type { Scope } from '../../scope.ts';
import { loadPolicy, type PolicyRules, rulesInForce, withoutGroup } from '../../sign-in/sign-in-policy/index.ts';
import type { Change, Moves } from './change.ts';
import { createPolicies, type Policies } from './policies.ts';

type AssumedApplication = { enabled: boolean; navigable: boolean; groupIds: Set<string> };
type AssumedMoves = { joining: Set<string>; leaving: Set<string> };

/** A company as far as the decisions about its people look at it: as it is, or as it would be. */
export type World = {
  rules: PolicyRules;
  policies: Policies;
  /** 0 is none. */
  termsEdition: number;
  directoryRules: DirectoryRules;
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
    policies: createPolicies(rules),
    termsEdition: (await loadSettings(scope, termsSettings)).value.edition,
    directoryRules: (await loadSettings(scope, directoryRules)).value,
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
export function changeWorld(world: World, change: Change): World {
  const { groups = [], applications = [] } = change;
  const { rules, termsEdition, directoryRules } = { ...world, ...change };
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
    policies: createPolicies(after),
    termsEdition,
    directoryRules,
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
