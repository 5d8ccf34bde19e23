import { listGroupsByIds, listOwnGroups } from '../../people/groups/index.ts';
import type { GroupId, Scope } from '../../scope.ts';
import type { Configuration } from './configuration.ts';

/** Those of the company, and those of its directories that carry something. Thousands of others come and go with their directory. */
export async function describeGroups(scope: Scope, carriers: ReadonlySet<GroupId>): Promise<Configuration['groups']> {
  const own = await listOwnGroups(scope);
  const carrying = await listGroupsByIds(scope, [...carriers]);
  const all = new Map([...own, ...carrying.values()].map((group) => [group.groupId, group]));
  return [...all.values()]
    .filter(({ isEveryone }) => !isEveryone)
    .sort((a, b) => inOrder(a.name, b.name))
    .map(({ name, description }) => ({ name, description }));
}

/** The same on every machine, whatever language it speaks. */
export const inOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
