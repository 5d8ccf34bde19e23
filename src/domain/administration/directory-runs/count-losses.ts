import { addSeconds } from '../../../platform/clock/index.ts';
import type { DirectoryId, RunId, Transaction } from '../../scope.ts';
import type { Losses } from './guard.ts';
import type { Run } from './run.ts';

/**
 * What the guard looks at, of a plan that is written. Whom the directory is about to disable because we asked it to (S23) is no loss, nor who leaves and was disabled before.
 * `isEmpty`: nothing was ever read of the directory.
 */
export async function countLosses(scope: Transaction, { runId, directoryId, isWhole }: Run): Promise<Losses & { isEmpty: boolean }> {
  const { db, contextId } = scope;
  const leaving = (codes: string) =>
    `(SELECT count(*)::int FROM directory_changes c JOIN directory_entries e USING (context_id, directory_id, entry_id)
      WHERE c.context_id = :contextId AND c.run_id = :runId AND c.state = 'planned' AND c.change IN (${codes}) AND e.state = 'accepted' AND NOT e.is_gone AND e.wanted_enabled IS DISTINCT FROM false
        AND (e.is_enabled OR c.change <> 'person-left'))`;
  const of = (kind: string, more = '') =>
    `(SELECT count(*)::int FROM directory_entries e WHERE e.context_id = :contextId AND e.directory_id = :directoryId AND e.kind = '${kind}' AND NOT e.is_gone ${more})`;
  const { rows } = await db.raw(
    `SELECT ${leaving("'person-left', 'person-disabled'")} AS "peopleLeaving", ${of('person', "AND e.state = 'accepted' AND e.is_enabled")} AS people,
       ${leaving("'group-left'")} AS "groupsLeaving", ${of('group', "AND e.state = 'accepted'")} AS groups, ${leaving("'member-removed'")} AS "membersLeaving",
       (SELECT count(*)::int FROM directory_members m JOIN directory_entries e ON (e.context_id, e.directory_id, e.entry_id) = (m.context_id, m.directory_id, m.group_entry_id)
         WHERE m.context_id = :contextId AND m.directory_id = :directoryId AND e.state = 'accepted') AS members,
       ${of('person')} AS before, (SELECT count(*)::int FROM directory_staged WHERE context_id = :contextId AND run_id = :runId AND kind = 'person') AS now,
       NOT EXISTS (SELECT FROM directory_entries WHERE context_id = :contextId AND directory_id = :directoryId) AS "isEmpty"`,
    { contextId, runId, directoryId },
  );
  const [found] = rows;
  const before = await countLately(scope, directoryId, runId);
  // who went before is a loss only where more go, and was there then
  const sum = (leaving: number, of: number, lately: number) =>
    leaving > 0 ? { leaving: leaving + lately, of: of + lately } : { leaving, of };
  return {
    isEmpty: found.isEmpty,
    people: sum(found.peopleLeaving, found.people, before.people),
    groups: sum(found.groupsLeaving, found.groups, before.groups),
    members: sum(found.membersLeaving, found.members, before.members),
    ...(isWhole ? { found: { before: found.before, now: found.now } } : {}),
  };
}

const latelyHours = 24;

/**
 * What runs took away that ended lately and that nobody was asked about, and that is not back, nor comes back by this plan: a directory that loses a little at every reading must not lose everybody
 * without a question. What an administrator approved, and all before, is theirs.
 */
async function countLately(
  { db, contextId, clock }: Transaction,
  directoryId: DirectoryId,
  runId: RunId,
): Promise<Record<'people' | 'groups' | 'members', number>> {
  const { rows } = await db.raw(
    `WITH lately AS (SELECT run_id FROM directory_runs r WHERE r.context_id = :contextId AND r.directory_id = :directoryId AND r.purpose = 'sync'
         AND r.finished_at > :since AND r.done > 0 AND NOT EXISTS (SELECT FROM directory_runs a WHERE a.context_id = r.context_id AND a.directory_id = r.directory_id
           AND a.stop_reason IS NOT NULL AND a.done > 0 AND a.started_at >= r.started_at)),
       gone AS (SELECT DISTINCT c.entry_id, c.member_entry_id FROM lately JOIN directory_changes c USING (run_id)
         WHERE c.context_id = :contextId AND c.change IN ('person-left', 'person-disabled', 'group-left', 'member-removed') AND c.state IN ('done', 'refused')
           AND (c.member_entry_id IS NOT NULL OR NOT EXISTS (SELECT FROM directory_changes p WHERE (p.context_id, p.directory_id, p.entry_id, p.run_id)
             = (c.context_id, c.directory_id, c.entry_id, :runId) AND p.change ~ '^(person|group)-(returned|enabled)$')))
     SELECT count(*) FILTER (WHERE e.kind = 'person' AND (e.is_gone OR NOT e.is_enabled) AND e.wanted_enabled IS DISTINCT FROM false)::int AS people,
       count(*) FILTER (WHERE e.kind = 'group' AND member_entry_id IS NULL AND e.is_gone)::int AS groups,
       count(*) FILTER (WHERE member_entry_id IS NOT NULL AND NOT EXISTS (SELECT FROM directory_members m
         WHERE (m.context_id, m.directory_id, m.group_entry_id, m.member_entry_id) = (e.context_id, e.directory_id, e.entry_id, g.member_entry_id)))::int AS members
     FROM gone g JOIN directory_entries e ON e.context_id = :contextId AND e.directory_id = :directoryId AND e.entry_id = g.entry_id AND e.state = 'accepted'`,
    { contextId, directoryId, runId, since: addSeconds(clock.now(), -latelyHours * 3600) },
  );
  return rows[0];
}
