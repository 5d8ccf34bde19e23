import { type Entry, groupsAround, hasAcceptedGroups, membershipsOfPeople, membersOfGroups } from '../../people/directory-entries/index.ts';
import { replaceMembers } from '../../people/groups/index.ts';
import type { Transaction } from '../../scope.ts';
import type { Source } from './source.ts';

const groupsAtOnce = 100;

/** Members of the directory's groups here are the accepted people of them. @param entries people, and groups whose direct members changed */
export async function followMembers(scope: Transaction, { directory }: Source, entries: Entry[]): Promise<void> {
  if (!(await hasAcceptedGroups(scope, directory))) return;
  const people = entries.filter(({ userId }) => userId !== undefined);
  if (people.length > 0) {
    const ids = people.map(({ entryId }) => entryId);
    await replaceMembers(
      scope,
      { directoryId: directory.directoryId, userIds: people.map(({ userId }) => userId!) },
      membershipsOfPeople(scope, directory, ids),
    );
  }
  const changed = entries.filter(({ kind }) => kind === 'group').map(({ entryId }) => entryId);
  if (changed.length === 0) return;
  const groups = await groupsAround(scope, directory, changed);
  for (let done = 0; done < groups.length; done += groupsAtOnce) {
    const some = groups.slice(done, done + groupsAtOnce);
    const wanted = membersOfGroups(
      scope,
      directory,
      some.map(({ entryId }) => entryId),
    );
    await replaceMembers(scope, { groupIds: some.map(({ groupId }) => groupId) }, wanted);
  }
}
