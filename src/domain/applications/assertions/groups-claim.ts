import type { Group } from '../../people/groups/index.ts';
import type { GroupId } from '../../scope.ts';
import type { GroupsClaim } from '../applications/index.ts';

/** What an application calls the groups of a person, without those that it is not told of. @param assigned the groups that the application is assigned to */
export function groupsFor(
  groups: Pick<Group, 'groupId' | 'name'>[],
  settings: GroupsClaim = {},
  assigned?: ReadonlySet<GroupId>,
): string[] {
  const { only = 'all', prefix = '', strip_prefix: isStripped, names = [] } = settings;
  const listed = new Map(names.map(({ group, as }) => [group, as]));
  const isTold: Record<typeof only, (one: Pick<Group, 'groupId' | 'name'>) => boolean> = {
    all: () => true,
    assigned: ({ groupId }) => assigned?.has(groupId) === true,
    listed: ({ name }) => listed.has(name),
  };
  const nameOf = (name: string): string => listed.get(name) ?? (isStripped ? name.slice(prefix.length) : name);
  const told = groups.filter((one) => isTold[only](one) && one.name.startsWith(prefix)).map(({ name }) => nameOf(name));
  return [...new Set(told)].filter((name) => name !== '');
}
