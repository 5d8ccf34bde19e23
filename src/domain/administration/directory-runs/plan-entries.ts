import type { Transaction } from '../../scope.ts';
import type { Run } from './run.ts';

/** What of one side of a change differs from the other. */
const differing = (side: string, other: string): string =>
  `(SELECT COALESCE(jsonb_object_agg(d.key, d.value), '{}') FROM jsonb_each(${side}) d WHERE d.value IS DISTINCT FROM ${other} -> d.key)`;

const sideOf = (own: string, other: string): string =>
  `${differing(`(${own} - 'attributes')`, other)} || COALESCE(NULLIF(jsonb_build_object('attributes', ${differing(`${own} -> 'attributes'`, `(${other} -> 'attributes')`)}), '{"attributes": {}}'), '{}')`;

const kept = `jsonb_strip_nulls(jsonb_build_object('dn', e.dn, 'attributes', e.attributes, 'isEnabled', e.is_enabled, 'sid', e.sid, 'primaryGroup', e.primary_group, 'name', e.name, 'login', e.login))`;
const shown = (record: string): string =>
  `jsonb_strip_nulls(jsonb_build_object('dn', ${record} -> 'dn', 'name', ${record} -> 'name', 'login', ${record} -> 'login', 'isEnabled', ${record} -> 'isEnabled'))`;

/**
 * Compares what was read with what there is, all at once. Of an entry there is one change, by the most that happened to it. `kept` is what undo needs: the entry as it was, and what
 * tells whether it is still as the run left it. Access that ends comes first; of who is new, people before groups. Whom the directory has from here and who was read never yet
 * (content_hash '') does not leave: the base or the filter may not reach where they were made.
 */
export async function planEntries({ db, contextId }: Transaction, { runId, directoryId, isWhole }: Run): Promise<void> {
  await db.raw(
    `WITH planned AS (
       SELECT s.entry_id, s.kind, s.record ->> 'name' AS name,
         CASE
           WHEN e.entry_id IS NULL THEN 'added'
           WHEN e.is_gone THEN 'returned'
           WHEN e.is_enabled AND NOT (s.record ->> 'isEnabled')::boolean THEN 'disabled'
           WHEN NOT e.is_enabled AND (s.record ->> 'isEnabled')::boolean THEN 'enabled'
           WHEN e.dn <> s.record ->> 'dn' AND e.name = s.record ->> 'name' AND e.attributes = s.record -> 'attributes' THEN 'moved'
           ELSE 'changed'
         END AS change,
         CASE WHEN e.entry_id IS NOT NULL THEN ${sideOf('k.kept', 's.record')} END AS before,
         CASE WHEN e.entry_id IS NULL THEN ${shown('s.record')} ELSE ${sideOf('s.record', 'k.kept')} END AS after,
         jsonb_build_object('hash', s.content_hash, 'was', k.kept, 'wasGone', e.is_gone, 'dnKey', e.dn_key, 'wasHash', e.content_hash) AS kept
       FROM directory_staged s
       LEFT JOIN directory_entries e ON e.context_id = s.context_id AND e.directory_id = :directoryId AND e.entry_id = s.entry_id
       LEFT JOIN LATERAL (SELECT ${kept} AS kept WHERE e.entry_id IS NOT NULL) k ON true
       WHERE s.context_id = :contextId AND s.run_id = :runId AND s.kind IN ('person', 'group')
         AND (e.entry_id IS NULL OR (e.kind = s.kind AND (e.is_gone OR e.content_hash <> s.content_hash)))
       UNION ALL
       SELECT e.entry_id, e.kind, e.name, 'left', ${shown(kept)}, NULL,
         jsonb_build_object('hash', '', 'was', ${kept}, 'wasGone', false, 'dnKey', e.dn_key, 'wasHash', e.content_hash)
       FROM directory_entries e LEFT JOIN directory_staged s ON s.context_id = e.context_id AND s.run_id = :runId AND s.entry_id = e.entry_id
       WHERE e.context_id = :contextId AND e.directory_id = :directoryId AND NOT e.is_gone AND e.content_hash <> '' AND (s.kind = 'gone' OR (:isWhole AND s.entry_id IS NULL))
     )
     INSERT INTO directory_changes (context_id, run_id, directory_id, position, change, entry_id, name, before, after, kept, state)
     SELECT :contextId, :runId, :directoryId,
       row_number() OVER (ORDER BY CASE WHEN change IN ('left', 'disabled') THEN 0 WHEN change <> 'added' THEN 1 WHEN kind = 'person' THEN 2 ELSE 3 END, kind, change, name, entry_id),
       kind || '-' || change, entry_id, name, before, after, kept, 'planned'
     FROM planned`,
    { contextId, directoryId, runId, isWhole },
  );
}

/** Entries that cannot be used are named, and nothing is done about them. */
export async function planUnusable({ db, contextId }: Transaction, { runId, directoryId }: Run): Promise<void> {
  await db.raw(
    `INSERT INTO directory_changes (context_id, run_id, directory_id, position, change, entry_id, name, after, state, fault)
     SELECT :contextId, :runId, :directoryId, (SELECT COALESCE(max(position), 0) FROM directory_changes WHERE context_id = :contextId AND run_id = :runId) + row_number() OVER (ORDER BY entry_id),
       'unusable', entry_id, record ->> 'dn', jsonb_build_object('dn', record -> 'dn'), 'passed-over', record ->> 'reason'
     FROM directory_staged WHERE context_id = :contextId AND run_id = :runId AND kind = 'unusable'`,
    { contextId, directoryId, runId },
  );
}
