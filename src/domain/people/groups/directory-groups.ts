import type { Knex } from 'knex';
import { measureGrown } from '../../../platform/database/index.ts';
import { AppError } from '../../../platform/errors/index.ts';
import { type NewEvent, recordEvents } from '../../records/audit/index.ts';
import type { DirectoryId, GroupId, Scope, Transaction, UserId } from '../../scope.ts';
import { getDirectory } from '../directories/index.ts';
import { findEntriesOfGroups } from '../directory-entries/index.ts';
import { fullName, listUsersByIds } from '../users/index.ts';
import { type Group, listGroupsByIds } from './store.ts';

/** What a directory says of a group is not said here. @throws AppError group_of_directory */
export async function refuseOfDirectory(scope: Scope, { groupId }: Group): Promise<void> {
  const entry = (await findEntriesOfGroups(scope, [groupId])).get(groupId);
  if (!entry) return;
  const { name } = await getDirectory(scope, entry.directoryId);
  throw new AppError('group_of_directory', 409, { params: { directory: name } });
}

type Changes = { group_id: GroupId; added: number; removed: number; some: { user: UserId; isAdded: boolean }[] };

/** Of so many changes at once each has an event of its own; of more each group has one with numbers. */
const mostSingle = 50;

/**
 * Members of groups of a directory become those that `wanted` says.
 * @param concerned all people in these groups; or these people, in all groups of a directory
 * @param wanted a query of group_id and user_id
 */
export async function replaceMembers(
  scope: Transaction,
  concerned: { groupIds: GroupId[] } | { directoryId: DirectoryId; userIds: UserId[] },
  wanted: Knex.Raw,
): Promise<void> {
  const { db, contextId } = scope;
  const own =
    'groupIds' in concerned
      ? 'm.group_id = ANY(:groupIds)'
      : `m.user_id = ANY(:userIds) AND m.group_id IN (SELECT e.group_id FROM directory_entries e WHERE e.context_id = :contextId AND e.directory_id = :directoryId AND e.group_id IS NOT NULL)`;
  const { rows } = await db.raw<{ rows: Changes[] }>(
    `WITH wanted AS MATERIALIZED (:wanted),
     present AS MATERIALIZED (SELECT m.group_id, m.user_id FROM group_members m WHERE m.context_id = :contextId AND ${own}),
     extra AS MATERIALIZED (TABLE present EXCEPT TABLE wanted),
     missing AS MATERIALIZED (TABLE wanted EXCEPT TABLE present),
     gone AS (DELETE FROM group_members m USING extra WHERE m.context_id = :contextId AND m.group_id = extra.group_id AND m.user_id = extra.user_id
       RETURNING m.group_id, m.user_id),
     come AS (INSERT INTO group_members (context_id, group_id, user_id)
       SELECT u.context_id, missing.group_id, u.user_id FROM missing JOIN users u ON u.context_id = :contextId AND u.user_id = missing.user_id AND u.deleting_since IS NULL
       ORDER BY u.user_id, missing.group_id ON CONFLICT (context_id, user_id, group_id) DO NOTHING RETURNING group_id, user_id),
     changed AS (SELECT *, true AS is_added FROM come UNION ALL SELECT *, false FROM gone)
     SELECT group_id, count(*) FILTER (WHERE is_added)::int AS added, count(*) FILTER (WHERE NOT is_added)::int AS removed,
       (array_agg(json_build_object('user', user_id, 'isAdded', is_added)))[1:${mostSingle}] AS some FROM changed GROUP BY group_id`,
    { contextId, wanted, ...concerned } as never,
  );
  await recordEvents(scope, await eventsOf(scope, rows));
  await measureGrown(db, 'group_members', countChanges(rows));
}

const countChanges = (changes: Changes[]): number => changes.reduce((sum, { added, removed }) => sum + added + removed, 0);

async function eventsOf(scope: Transaction, changes: Changes[]): Promise<NewEvent[]> {
  const groups = await listGroupsByIds(
    scope,
    changes.map((one) => one.group_id),
  );
  const isMany = countChanges(changes) > mostSingle;
  const people = new Map(
    isMany
      ? []
      : (
          await listUsersByIds(
            scope,
            changes.flatMap(({ some }) => some.map(({ user }) => user)),
          )
        ).map((user) => [user.userId, user]),
  );
  return changes.flatMap(({ group_id, added, removed, some }): NewEvent[] => {
    const { name } = groups.get(group_id)!;
    if (isMany)
      return [{ type: 'group.members-synchronised', subject: { kind: 'group', id: group_id, name }, details: { added, removed } }];
    return some.map(({ user, isAdded }) => ({
      type: isAdded ? 'group.member-added' : 'group.member-removed',
      subject: { kind: 'user', id: user, name: fullName(people.get(user)!) },
      details: { group: name },
    }));
  });
}
