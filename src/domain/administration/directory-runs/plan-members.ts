import type { DirectoryId, RunId, Transaction } from '../../scope.ts';
import type { Run } from './run.ts';

// entries as they will be after the run: what was read, and of the rest what there is
const now = `
  SELECT s.entry_id, s.kind, s.dn_key, lower(s.record -> 'attributes' -> 'uid' ->> 0) AS uid, s.record ->> 'sid' AS sid, s.record ->> 'primaryGroup' AS primary_group,
    s.record ->> 'name' AS name, 1 AS rank
  FROM directory_staged s WHERE s.context_id = :contextId AND s.run_id = :runId AND s.kind IN ('person', 'group')
  UNION ALL
  SELECT e.entry_id, e.kind, e.dn_key, lower(e.attributes -> 'uid' ->> 0), e.sid, e.primary_group, e.name, CASE WHEN e.is_gone THEN 3 ELSE 2 END
  FROM directory_entries e WHERE e.context_id = :contextId AND e.directory_id = :directoryId
    AND NOT EXISTS (SELECT FROM directory_staged s WHERE s.context_id = e.context_id AND s.run_id = :runId AND s.entry_id = e.entry_id AND s.kind IN ('person', 'group'))`;

/**
 * Direct members of the groups whose members were read, against those there are. Members are found by id, DN or uid, where two answer by the one that was read now; whoever is not
 * found is left out until a reading says so again. People of a primary group (AD) are its members, of which `member` says nothing. People who are gone stay members: they come back as
 * they went.
 */
export async function planMembers(scope: Transaction, { runId, directoryId }: Run): Promise<void> {
  const { db, contextId } = scope;
  if (!(await saysMembers(scope, runId, directoryId))) return;
  await db.raw(
    `WITH said AS MATERIALIZED (
       SELECT group_entry_id, member_key FROM directory_staged_members WHERE context_id = :contextId AND run_id = :runId
     ), entries AS MATERIALIZED (${now}),
     found AS (
       SELECT DISTINCT ON (group_entry_id, member_key) group_entry_id, entry_id FROM (
         SELECT s.group_entry_id, s.member_key, e.entry_id, e.rank FROM said s JOIN entries e ON 'id:' || e.entry_id = s.member_key
         UNION ALL SELECT s.group_entry_id, s.member_key, e.entry_id, e.rank FROM said s JOIN entries e ON 'dn:' || e.dn_key = s.member_key
         UNION ALL SELECT s.group_entry_id, s.member_key, e.entry_id, e.rank FROM said s JOIN entries e ON 'uid:' || e.uid = s.member_key AND e.kind = 'person'
       ) AS answers ORDER BY group_entry_id, member_key, rank, entry_id
     ), primary_now AS (
       SELECT g.entry_id AS group_entry_id, p.entry_id FROM entries p JOIN entries g ON g.kind = 'group' AND g.sid = p.primary_group WHERE p.kind = 'person'
     ), primary_before AS (
       SELECT g.entry_id AS group_entry_id, p.entry_id FROM directory_entries p
       JOIN directory_entries g ON g.context_id = p.context_id AND g.directory_id = p.directory_id AND g.kind = 'group' AND g.sid = p.primary_group
       WHERE p.context_id = :contextId AND p.directory_id = :directoryId AND p.primary_group IS NOT NULL
     ), whole AS (SELECT DISTINCT group_entry_id FROM said),
     partly AS (
       SELECT group_entry_id FROM ((SELECT * FROM primary_now EXCEPT SELECT * FROM primary_before) UNION (SELECT * FROM primary_before EXCEPT SELECT * FROM primary_now)) AS moved
       EXCEPT SELECT group_entry_id FROM whole
     ), present AS (
       SELECT m.group_entry_id, m.member_entry_id AS entry_id, w.group_entry_id IS NOT NULL AS is_whole FROM directory_members m
       LEFT JOIN whole w ON w.group_entry_id = m.group_entry_id
       LEFT JOIN partly p ON p.group_entry_id = m.group_entry_id
       WHERE m.context_id = :contextId AND m.directory_id = :directoryId AND (w.group_entry_id IS NOT NULL OR p.group_entry_id IS NOT NULL)
     ), wanted AS (
       SELECT * FROM found
       UNION SELECT n.* FROM primary_now n JOIN (SELECT * FROM whole UNION SELECT * FROM partly) AS touched ON touched.group_entry_id = n.group_entry_id
       UNION (SELECT group_entry_id, entry_id FROM present WHERE NOT is_whole EXCEPT SELECT * FROM primary_before)
     ), planned AS (
       SELECT 'member-added' AS change, * FROM (SELECT * FROM wanted EXCEPT SELECT group_entry_id, entry_id FROM present) AS more
       UNION ALL SELECT 'member-removed', * FROM (SELECT group_entry_id, entry_id FROM present EXCEPT SELECT * FROM wanted) AS less
     )
     INSERT INTO directory_changes (context_id, run_id, directory_id, position, change, entry_id, name, member_entry_id, member_name, state)
     SELECT :contextId, :runId, :directoryId,
       (SELECT COALESCE(max(position), 0) FROM directory_changes WHERE context_id = :contextId AND run_id = :runId) + row_number() OVER (ORDER BY p.change DESC, g.name, p.group_entry_id, m.name, p.entry_id),
       p.change, p.group_entry_id, g.name, p.entry_id, m.name, 'planned'
     FROM planned p JOIN entries g ON g.entry_id = p.group_entry_id JOIN entries m ON m.entry_id = p.entry_id`,
    { contextId, directoryId, runId },
  );
}

/** Comparing all members takes a second where there are many, and few changes of people concern any. */
async function saysMembers({ db, contextId }: Transaction, runId: RunId, directoryId: DirectoryId): Promise<boolean> {
  const { rows } = await db.raw<{ rows: [{ says: boolean }] }>(
    `SELECT EXISTS (SELECT FROM directory_staged_members WHERE context_id = :contextId AND run_id = :runId) OR EXISTS (
       SELECT FROM directory_staged s LEFT JOIN directory_entries e ON e.context_id = s.context_id AND e.directory_id = :directoryId AND e.entry_id = s.entry_id
       WHERE s.context_id = :contextId AND s.run_id = :runId AND s.kind IN ('person', 'group')
         AND (s.record ->> 'primaryGroup' IS DISTINCT FROM e.primary_group OR s.record ->> 'sid' IS DISTINCT FROM e.sid)) AS says`,
    { contextId, runId, directoryId },
  );
  return rows[0].says;
}
