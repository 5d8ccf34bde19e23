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

/** What of a group and of a person counts: who is gone from the directory is in nothing, and nothing is in what is gone. */
const isHere = (entry: string) => `${entry}.context_id = :contextId AND ${entry}.directory_id = :directoryId AND NOT ${entry}.is_gone`;

/** A query of group_id and user_id: all who should be members of these accepted groups. */
export const membersOfGroups = (scope: Scope, directory: Directory, groupEntryIds: string[]): Knex.Raw =>
  scope.db.raw(
    `WITH RECURSIVE inside (top, entry_id, sid) AS (
       SELECT g.entry_id, g.entry_id, g.sid FROM directory_entries g WHERE ${isHere('g')} AND g.entry_id = ANY(:ids)
       UNION
       SELECT inside.top, g.entry_id, g.sid FROM inside JOIN directory_members d ON d.context_id = :contextId AND d.directory_id = :directoryId AND d.group_entry_id = inside.entry_id
         JOIN directory_entries g ON g.entry_id = d.member_entry_id AND ${isHere('g')} AND g.kind = 'group'
       WHERE :isFlat)
     SELECT top.group_id, p.user_id FROM inside JOIN directory_members d ON d.context_id = :contextId AND d.directory_id = :directoryId AND d.group_entry_id = inside.entry_id
       JOIN directory_entries p ON p.entry_id = d.member_entry_id AND ${isHere('p')} AND p.state = 'accepted' AND p.user_id IS NOT NULL
       JOIN directory_entries top ON top.entry_id = inside.top AND ${isHere('top')} AND top.state = 'accepted' AND top.group_id IS NOT NULL
     UNION
     SELECT top.group_id, p.user_id FROM inside JOIN directory_entries p ON p.primary_group = inside.sid AND ${isHere('p')} AND p.state = 'accepted' AND p.user_id IS NOT NULL
       JOIN directory_entries top ON top.entry_id = inside.top AND ${isHere('top')} AND top.state = 'accepted' AND top.group_id IS NOT NULL`,
    { ...of(scope, directory), ids: groupEntryIds },
  );

/** A query of group_id and user_id: all accepted groups of the directory in which these people should be. */
export const membershipsOfPeople = (scope: Scope, directory: Directory, personEntryIds: string[]): Knex.Raw =>
  scope.db.raw(
    `WITH RECURSIVE above (person, entry_id) AS (
       (SELECT d.member_entry_id, d.group_entry_id FROM directory_members d WHERE d.context_id = :contextId AND d.directory_id = :directoryId AND d.member_entry_id = ANY(:ids)
        UNION
        SELECT p.entry_id, g.entry_id FROM directory_entries p JOIN directory_entries g ON g.sid = p.primary_group AND ${isHere('g')} AND g.kind = 'group'
        WHERE ${isHere('p')} AND p.entry_id = ANY(:ids))
       UNION
       SELECT above.person, d.group_entry_id FROM above JOIN directory_entries g ON g.entry_id = above.entry_id AND ${isHere('g')}
         JOIN directory_members d ON d.context_id = :contextId AND d.directory_id = :directoryId AND d.member_entry_id = above.entry_id
       WHERE :isFlat)
     SELECT g.group_id, p.user_id FROM above JOIN directory_entries g ON g.entry_id = above.entry_id AND ${isHere('g')} AND g.state = 'accepted' AND g.group_id IS NOT NULL
       JOIN directory_entries p ON p.entry_id = above.person AND ${isHere('p')} AND p.state = 'accepted' AND p.user_id IS NOT NULL`,
    { ...of(scope, directory), ids: personEntryIds },
  );
