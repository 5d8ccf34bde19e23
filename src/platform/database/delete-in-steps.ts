import type { Db } from './database.ts';

const step = 5000;

/** Deletes the rows that match `condition`, a few thousand at a time, so that nobody waits for it. @returns rows deleted */
export async function deleteInSteps(db: Db, table: string, condition: string): Promise<number> {
  for (let total = 0; ; ) {
    const { rowCount } = await db.raw(`DELETE FROM ${table} WHERE ctid IN (SELECT ctid FROM ${table} WHERE ${condition} LIMIT ${step})`);
    total += rowCount ?? 0;
    if ((rowCount ?? 0) < step) return total;
  }
}
