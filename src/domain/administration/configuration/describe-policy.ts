import { listGroupsByIds } from '../../people/groups/index.ts';
import { nameKey } from '../../people/users/index.ts';
import type { ApplicationId, GroupId, Scope } from '../../scope.ts';
import { loadPolicy, type PolicyOverride, rulesInForce, trialAt } from '../../sign-in/sign-in-policy/index.ts';
import type { OverrideTarget } from './configuration.ts';
import type { DescribedApplications } from './describe-applications.ts';
import { inOrder } from './describe-groups.ts';

/** Names an override: what it is about. Two may be about the same; the second has another name by its place. */
export const overrideKey = (target: OverrideTarget, nth = 0): string => {
  const [[kind, name]] = Object.entries(target) as [[string, string]];
  return `${kind}:${kind === 'group' ? nameKey(name) : name}${nth > 0 ? ` #${nth + 1}` : ''}`;
};

/** Each with its key, in the order that is given. */
export function withKeys<T extends { for: OverrideTarget }>(overrides: T[]): (T & { key: string })[] {
  const seen = new Map<string, number>();
  return overrides.map((override) => {
    const first = overrideKey(override.for);
    const nth = seen.get(first) ?? 0;
    seen.set(first, nth + 1);
    return { ...override, key: overrideKey(override.for, nth) };
  });
}

export type NamedOverride = { override: PolicyOverride; for: OverrideTarget };

/** In the names that people see; one whose group or application is gone says nothing to anybody, and has none. */
export async function nameOverrides(
  scope: Scope,
  overrides: PolicyOverride[],
  codes: ReadonlyMap<ApplicationId, string>,
): Promise<NamedOverride[]> {
  const ids = overrides.flatMap(({ for: target }) => (target.kind === 'group' ? [target.groupId as GroupId] : []));
  const groups = ids.length > 0 ? await listGroupsByIds(scope, ids) : new Map<GroupId, { name: string }>();
  return overrides.flatMap((override): NamedOverride[] => {
    const { for: target } = override;
    if (target.kind === 'role') return [{ override, for: { role: target.role } }];
    const group = target.kind === 'group' ? groups.get(target.groupId as GroupId)?.name : undefined;
    if (group !== undefined) return [{ override, for: { group } }];
    const application = target.kind === 'application' ? codes.get(target.applicationId as ApplicationId) : undefined;
    return application === undefined ? [] : [{ override, for: { application } }];
  });
}

export type WhichRules = { confirmed?: boolean };

/** The rules in force, those on trial too unless only `confirmed` ones are asked for: then those before the trial. */
export async function describePolicy(
  scope: Scope,
  { codes }: DescribedApplications,
  { confirmed }: WhichRules = {},
): Promise<{ described: unknown; groups: GroupId[] }> {
  const stored = await loadPolicy(scope);
  const now = scope.clock.now();
  const { base, overrides } = (confirmed && trialAt(stored, now)?.before) || rulesInForce(stored, now);
  const named = await nameOverrides(scope, overrides, codes);
  const described = named
    .map(({ override: { overrideId: _, for: _target, networks, ...parts }, for: target }) => ({
      for: target,
      ...parts,
      networks: networks.length > 0 ? networks : undefined,
    }))
    .toSorted((a, b) => inOrder(overrideKey(a.for), overrideKey(b.for)));
  const groups = named.flatMap(({ override: { for: target } }) => (target.kind === 'group' ? [target.groupId as GroupId] : []));
  return { described: { ...base, overrides: described }, groups };
}
