import type { Db } from '../../platform/database/index.ts';

const graceHours = 24; // a code that was used twice is still told from one that never was

/** Deletes what has been over for a day, in small steps so that nobody waits. @returns rows deleted */
export async function sweepExpired(db: Db): Promise<number> {
  let total = 0;
  for (const table of ['oidc_artifacts', 'pending_requests']) {
    for (;;) {
      const { rowCount } = await db.raw(
        `DELETE FROM ${table} WHERE ctid IN (SELECT ctid FROM ${table} WHERE expires_at < now() - interval '${graceHours} hours' LIMIT 5000)`,
      );
      total += rowCount ?? 0;
      if (!rowCount || rowCount < 5000) break;
    }
  }
  return total;
}
