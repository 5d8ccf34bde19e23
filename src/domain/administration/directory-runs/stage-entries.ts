import { jsonText } from '../../../platform/database/index.ts';
import type { EntryRecord } from '../../../smartsync-protocol/index.ts';
import { listCustomFields } from '../../company/custom-fields/index.ts';
import { getDirectory } from '../../people/directories/index.ts';
import { type DirectoryId, type DirectoryRequestId, type RunId, type Transaction, useCase } from '../../scope.ts';
import { readBatch } from './staged-records.ts';
import { runs } from './store.ts';

type Source = { directoryId: DirectoryId; directoryRequestId: DirectoryRequestId };

/**
 * One batch of what an agent reads. The same batch again stages the same, though `done` grows. What belongs to no open reading of that directory is passed over, and so is what a try before
 * had asked for.
 */
export const stageEntries = useCase(async (scope, { directoryId, directoryRequestId }: Source, records: EntryRecord[]): Promise<void> => {
  const open = await runs(scope)
    .where({ directory_id: directoryId, finished_at: null, state: 'reading', directory_request_id: directoryRequestId })
    .forUpdate()
    .first('run_id');
  if (!open) return;
  const batch = readBatch(records, await getDirectory(scope, directoryId), await listCustomFields(scope));
  await insertEntries(scope, open.run_id, batch.entries);
  await insertMembers(scope, open.run_id, batch.members);
  const n = records.filter(({ type }) => type === 'person' || type === 'group' || type === 'unusable').length;
  await runs(scope)
    .where('run_id', open.run_id)
    .update({ done: scope.db.raw('done + ?', [n]), batches: scope.db.raw('batches + 1') });
});

type Batch = ReturnType<typeof readBatch>;

async function insertEntries({ db, contextId }: Transaction, runId: RunId, entries: Batch['entries']): Promise<void> {
  if (entries.length === 0) return;
  await db.raw(
    `INSERT INTO directory_staged (context_id, run_id, entry_id, kind, record, dn_key, content_hash)
     SELECT ?, ?, * FROM jsonb_to_recordset(?::jsonb) AS r (entry_id uuid, kind text, record jsonb, dn_key text, content_hash text)
     ON CONFLICT (context_id, run_id, entry_id)
     DO UPDATE SET kind = excluded.kind, record = excluded.record, dn_key = excluded.dn_key, content_hash = excluded.content_hash`,
    [contextId, runId, jsonText(entries)],
  );
}

async function insertMembers({ db, contextId }: Transaction, runId: RunId, members: Batch['members']): Promise<void> {
  if (members.size === 0) return;
  const again = [...members].flatMap(([id, { isFirst }]) => (isFirst ? [id] : []));
  if (again.length > 0)
    await db.raw('DELETE FROM directory_staged_members WHERE context_id = ? AND run_id = ? AND group_entry_id = ANY(?::uuid[])', [
      contextId,
      runId,
      again,
    ]);
  const rows = [...members].flatMap(([id, { keys }]) => [...keys].map((key) => [id, key] as const));
  await db.raw(
    `INSERT INTO directory_staged_members (context_id, run_id, group_entry_id, member_key) SELECT ?, ?, * FROM unnest(?::uuid[], ?::text[])
     ON CONFLICT DO NOTHING`,
    [contextId, runId, rows.map(([id]) => id), rows.map(([, key]) => key)] as never,
  );
}
