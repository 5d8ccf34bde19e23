import { type Directory, getDirectory, listDirectories } from '../../domain/people/directories/index.ts';
import { type Entry, findEntriesOfGroups, findEntriesOfUsers } from '../../domain/people/directory-entries/index.ts';
import type { GroupId, Scope, UserId } from '../../domain/scope.ts';

/** The directories of a company, and from which of them each of some people or groups comes. */
export type Origins = { directories: Directory[]; directoryOf: Map<string, Directory> };

/** Where a group comes from, as long as its directory has it: its name and members are said there. */
export async function findOriginOfGroup(scope: Scope, groupId: GroupId): Promise<{ directory: Directory; entry: Entry } | undefined> {
  const entry = (await findEntriesOfGroups(scope, [groupId])).get(groupId);
  return entry && { entry, directory: await getDirectory(scope, entry.directoryId) };
}

async function load(scope: Scope, find: () => Promise<Map<string, Entry>>): Promise<Origins> {
  const directories = await listDirectories(scope);
  // most companies have none: nothing is looked up for them
  const entries = directories.length > 0 ? await find() : new Map<string, Entry>();
  const byId = new Map(directories.map((one) => [one.directoryId, one]));
  return { directories, directoryOf: new Map([...entries].map(([id, { directoryId }]) => [id, byId.get(directoryId)!])) };
}

export const originsOfUsers = (scope: Scope, userIds: UserId[]): Promise<Origins> => load(scope, () => findEntriesOfUsers(scope, userIds));

export const originsOfGroups = (scope: Scope, groupIds: GroupId[]): Promise<Origins> =>
  load(scope, () => findEntriesOfGroups(scope, groupIds));
