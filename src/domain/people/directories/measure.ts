import type { Database } from '../../../platform/database/index.ts';
import type { DirectoryState } from './store.ts';

/** `overdueSeconds`: how long the one that waits longest should have been read already, of those that can be reached and whose reading is not paused. */
export type DirectoryFigures = { states: Record<DirectoryState, number>; overdueSeconds: number };

/** Over all companies. */
export async function measureDirectories(database: Database, now: Date): Promise<DirectoryFigures> {
  const [row] = await database.run<{ unconfigured: number; configured: number; unavailable: number; overdue: number }>(
    'measure directories',
    `SELECT count(*) FILTER (WHERE configured_at IS NULL) AS unconfigured,
       count(*) FILTER (WHERE configured_at IS NOT NULL AND unavailable_since IS NULL) AS configured,
       count(*) FILTER (WHERE configured_at IS NOT NULL AND unavailable_since IS NOT NULL) AS unavailable,
       GREATEST(0, extract(epoch FROM $1 - min(next_read_at) FILTER (WHERE configured_at IS NOT NULL AND unavailable_since IS NULL)))::float8 AS overdue
     FROM directories`,
    [now],
  );
  const { unconfigured, configured, unavailable, overdue } = row!;
  return { states: { 'not-configured': unconfigured, configured, unavailable }, overdueSeconds: overdue };
}
