import { jsonText } from '../../../platform/database/index.ts';
import type { DirectoryId, RunId, Transaction } from '../../scope.ts';

/** What a run last changed of an entry. `change`: its code, such as `person-changed`. `fields`: `dn`, `name`, `login`, `isEnabled`, and attributes of the directory. */
export type LastChange = { runId: RunId; at: Date; change: string; fields: string[] };

type Noted = Pick<LastChange, 'change' | 'fields'> & { entryId: string };

export async function noteLastChanges(scope: Transaction, directoryId: DirectoryId, runId: RunId, noted: Noted[]): Promise<void> {
  const at = scope.clock.now();
  const rows = noted.map(({ entryId, change, fields }) => ({ entry_id: entryId, last_change: { runId, at, change, fields } }));
  await scope.db.raw(
    `UPDATE directory_entries e SET last_change = r.last_change FROM jsonb_to_recordset(?::jsonb) AS r (entry_id uuid, last_change jsonb)
     WHERE (e.context_id, e.directory_id, e.entry_id) = (?, ?, r.entry_id)`,
    [jsonText(rows), scope.contextId, directoryId],
  );
}
