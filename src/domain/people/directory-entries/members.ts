import type { Knex } from 'knex';
import type { GroupId, Scope } from '../../scope.ts';
import type { Directory } from '../directories/index.ts';
import { entries } from './store.ts';

/** Whether any group of this directory is one of ours: else nobody is a member of anything by it. */
export const hasAcceptedGroups = async (scope: Scope, { directoryId }: Directory): Promise<boolean> =>
  (await entries(scope).where({ directory_id: directoryId, state: 'accepted' }).whereNotNull('group_id').first('entry_id')) !== undefined;

/** Groups of ours whose members are others when the direct members of these change: themselves and, where groups count through groups, those that they are in. Cycles end. */
export async function groupsAround(
  scope: Scope,
  directory: Directory,
  groupEntryIds: string[],
): Promise<{ entryId: string; groupId: GroupId }[]> {
  const { rows } = await scope.db.raw<{ rows: { entry_id: string; group_id: GroupId }[] }>(
    `WITH RECURSIVE around (entry_id) AS (
       SELECT unnest(CAST(:ids AS uuid[]))
       UNION
       SELECT d.group_entry_id FROM around JOIN directory_members d ON d.context_id = :contextId AND d.directory_id = :directoryId AND d.member_entry_id = around.entry_id
       WHERE :isFlat)
     SELECT e.entry_id, e.group_id FROM around JOIN directory_entries e ON e.context_id = :contextId AND e.directory_id = :directoryId AND e.entry_id = around.entry_id
     WHERE e.state = 'accepted' AND e.group_id IS NOT NULL`,
    { ...of(scope, directory), ids: groupEntryIds },
  );
  return rows.map(({ entry_id, group_id }) => ({ entryId: entry_id, groupId: group_id }));
}

const of = ({ contextId }: Scope, { directoryId, settings }: Directory) => ({
  contextId,
  directoryId,
  isFlat: settings.nestedGroups === 'flattened',
});

// Each entry is looked up by its key, whatever the planner of PostgreSQL believes: in a table that filled a moment ago it takes accepted people for none, and would walk through all pairs.
const found = (name: string, columns: string, where: string): string =>
  `CROSS JOIN LATERAL (SELECT ${columns} FROM directory_entries e WHERE e.context_id = :contextId AND e.directory_id = :directoryId AND ${where}
     AND NOT e.is_gone OFFSET 0) ${name}`;
const byKey = (name: string, id: string) => found(name, 'e.*', `e.entry_id = ${id}`);
const isNested = `g.kind = 'group'`;
const areOurs = `g.state = 'accepted' AND g.group_id IS NOT NULL AND p.state = 'accepted' AND p.user_id IS NOT NULL`;
// by the index, and not by all people for each group: one group is the primary one of nearly everybody
const isPrimary = (sid: string) =>
  `(SELECT min(e.primary_group) FROM directory_entries e WHERE e.context_id = :contextId AND e.directory_id = :directoryId AND e.primary_group >= ${sid}) = ${sid}`;
const directMembers = 'directory_members d WHERE d.context_id = :contextId AND d.directory_id = :directoryId';

/** A query of group_id and user_id: all who should be members of these accepted groups. Who is gone from the directory is in nothing, and nothing is in what is gone. */
export const membersOfGroups = (scope: Scope, directory: Directory, groupEntryIds: string[]): Knex.Raw =>
  scope.db.raw(
    `WITH RECURSIVE inside (top, entry_id, sid) AS (
       SELECT g.entry_id, g.entry_id, g.sid FROM unnest(CAST(:ids AS uuid[])) AS top (id) ${byKey('g', 'top.id')} WHERE ${isNested}
       UNION
       SELECT inside.top, g.entry_id, g.sid FROM inside CROSS JOIN LATERAL (SELECT d.member_entry_id AS id FROM ${directMembers} AND d.group_entry_id = inside.entry_id OFFSET 0) m
         ${byKey('g', 'm.id')} WHERE :isFlat AND ${isNested}),
     people (top, id) AS MATERIALIZED (
       SELECT inside.top, m.id FROM inside CROSS JOIN LATERAL (SELECT d.member_entry_id AS id FROM ${directMembers} AND d.group_entry_id = inside.entry_id OFFSET 0) m
       UNION
       SELECT primarily.top, m.entry_id FROM (SELECT top, sid FROM inside WHERE ${isPrimary('inside.sid')} OFFSET 0) AS primarily
         ${found('m', 'e.entry_id', 'e.primary_group = primarily.sid')})
     SELECT g.group_id, p.user_id FROM people ${byKey('p', 'people.id')} ${byKey('g', 'people.top')} WHERE ${areOurs}`,
    { ...of(scope, directory), ids: groupEntryIds },
  );

/** A query of group_id and user_id: all accepted groups of the directory in which these people should be. */
export const membershipsOfPeople = (scope: Scope, directory: Directory, personEntryIds: string[]): Knex.Raw =>
  scope.db.raw(
    `WITH RECURSIVE above (person, entry_id) AS (
       (SELECT d.member_entry_id, d.group_entry_id FROM ${directMembers} AND d.member_entry_id = ANY(:ids)
        UNION
        SELECT person.id, g.entry_id FROM unnest(CAST(:ids AS uuid[])) AS person (id) ${found('p', 'e.primary_group', 'e.entry_id = person.id')}
          ${found('g', 'e.entry_id', `e.sid = p.primary_group AND e.kind = 'group'`)})
       UNION
       SELECT above.person, m.id FROM above ${byKey('g', 'above.entry_id')}
         CROSS JOIN LATERAL (SELECT d.group_entry_id AS id FROM ${directMembers} AND d.member_entry_id = g.entry_id OFFSET 0) m WHERE :isFlat)
     SELECT g.group_id, p.user_id FROM above ${byKey('g', 'above.entry_id')} ${byKey('p', 'above.person')} WHERE ${areOurs}`,
    { ...of(scope, directory), ids: personEntryIds },
  );
