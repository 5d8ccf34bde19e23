import type { KeyRing, SealedColumn } from '../../../platform/crypto/index.ts';
import { listContexts } from '../../company/contexts/index.ts';
import { recordEvent, renewMac } from '../../records/audit/index.ts';
import { inTransaction, type ServerScope } from '../../scope.ts';
import { keepFingerprintKeys } from './fingerprint-keys.ts';
import { forgetOtherKeys } from './note-keys.ts';
import { sealedColumns } from './sealed-columns.ts';
import { assign, keyIdOf, nameOf, purposeColumns, sealedRows, sealedValue } from './sql.ts';
import { type KeyUse, listKeyUses } from './uses.ts';

/** `left`: what needs another key than the current one still. `unreadable`: values that no key of the ring opens. */
export type ReEncryption = { changed: number; unreadable: string[]; left: KeyUse[]; retired: string[] };

/** As many pages of a table as are read at once: at 8 KB, some thousand rows. */
const pages = 200;
/** What is written meanwhile may move a row to where we were already. */
const mostPasses = 5;

/**
 * Seals again, under the current master key, whatever another one sealed; servers go on meanwhile. Each step stands by itself: whoever is interrupted begins again, and
 * what is done is passed over.
 */
export async function reEncrypt(scope: ServerScope, tell: (line: string) => void = () => {}): Promise<ReEncryption> {
  const { db, keyRing } = scope;
  await keepFingerprintKeys(scope);
  let changed = 0;
  const unreadable = new Map<string, number>();
  for (const column of sealedColumns) {
    let all = 0;
    for (let pass = 0; pass < mostPasses; pass++) {
      const done = await sealAgain(scope, column);
      all += done.changed;
      if (done.unreadable > 0) unreadable.set(nameOf(column), done.unreadable);
      else unreadable.delete(nameOf(column));
      if (done.changed === 0) break;
    }
    if (all > 0) tell(`${nameOf(column)}: ${all}`);
    changed += all;
  }
  for (const { contextId } of await listContexts(db)) if (await renewMac({ ...scope, contextId })) changed++;
  const left = (await listKeyUses(scope)).filter(({ keyId }) => keyId !== keyRing.currentId);
  const retired = left.length === 0 ? keyRing.ids.slice(1) : [];
  await conclude(scope, changed, left.length === 0 ? retired : undefined);
  return { changed, unreadable: [...unreadable].map(([what, n]) => `${what}: ${n}`), left, retired };
}

/** The keys are of the server, and each company has secrets under them: each of them has the event. A run that finds nothing to do is no event. */
async function conclude(scope: ServerScope, changed: number, retired?: string[]): Promise<void> {
  await inTransaction(scope, async (inside) => {
    const forgotten = retired ? await forgetOtherKeys(inside.db, inside.keyRing) : 0;
    if (changed + forgotten === 0) return;
    const details = { masterKey: inside.keyRing.currentId, ...(retired?.length ? { retired } : {}) };
    for (const { contextId } of await listContexts(inside.db))
      await recordEvent({ ...inside, contextId }, { type: 'secrets.re-encrypted', details });
  });
}

async function sealAgain({ db, keyRing }: ServerScope, column: SealedColumn): Promise<{ changed: number; unreadable: number }> {
  const { table } = column;
  const { rows } = await db.raw<{ rows: { pages: number }[] }>(
    "SELECT (pg_relation_size(?::regclass) / current_setting('block_size')::int)::int AS pages",
    [table],
  );
  let changed = 0;
  let unreadable = 0;
  // by place, not by key: every table is read alike, and none needs an index for it
  for (let from = 0; from < rows[0]!.pages; from += pages) {
    const { rows: found } = await db.raw<{ rows: (Record<string, string> & { place: string; value: string })[] }>(
      `SELECT ctid::text AS place, ${sealedValue(column)} AS value, ${purposeColumns(column)} FROM ${table}
       WHERE ctid >= ?::tid AND ctid < ?::tid AND ${sealedRows(column)} AND ${keyIdOf(column)} <> ?`,
      [`(${from},0)`, `(${from + pages},0)`, keyRing.currentId],
    );
    const sealed = found.flatMap((row) => resealed(keyRing, column, row));
    unreadable += found.length - sealed.length;
    if (sealed.length === 0) continue;
    // one that somebody changed meanwhile is another value, and was sealed under the current key
    const { rows: done } = await db.raw(
      `UPDATE ${table} SET ${assign(column, 'v.after')} FROM unnest(?::tid[], ?::text[], ?::text[]) AS v (place, before, after)
       WHERE ${table}.ctid = v.place AND ${column.field ? `${table}.${column.column} ->> '${column.field}'` : `${table}.${column.column}`} = v.before RETURNING 1`,
      [sealed.map(({ place }) => place), sealed.map(({ before }) => before), sealed.map(({ after }) => after)],
    );
    changed += done.length;
  }
  return { changed, unreadable };
}

function resealed(keyRing: KeyRing, column: SealedColumn, row: Record<string, string>): { place: string; before: string; after: string }[] {
  const purpose = column.purposeOf(row);
  try {
    return [{ place: row.place!, before: row.value!, after: keyRing.encrypt(keyRing.decrypt(row.value!, purpose), purpose) }];
  } catch {
    return []; // counted
  }
}
