import type { Database } from '../../../platform/database/index.ts';
import type { DirectoryState } from './store.ts';

/** `overdueSeconds`: how long the one that waits longest should have been read already, of those that can be reached and whose reading is not paused. */
export type DirectoryFigures = { states: Record<DirectoryState, number>; overdueSeconds: number };

/** So many of a state are counted: the counts are of indexes, and read no further. */
const mostCounted = 10_000;

const counted = (state: string): string => `(SELECT count(*) FROM (SELECT 1 FROM directories WHERE ${state} LIMIT ${mostCounted}) AS seen)`;

/** Over all companies. */
export async function measureDirectories(database: Database, now: Date): Promise<DirectoryFigures> {
  const [row] = await database.run<{ unconfigured: number; configured: number; unavailable: number; overdue: number }>(
    'measure directories',
    `SELECT ${counted('configured_at IS NULL')} AS unconfigured,
       ${counted('configured_at IS NOT NULL AND unavailable_since IS NULL')} AS configured,
       ${counted('configured_at IS NOT NULL AND unavailable_since IS NOT NULL')} AS unavailable,
       GREATEST(0, extract(epoch FROM $1 - (SELECT min(next_read_at) FROM directories WHERE configured_at IS NOT NULL AND unavailable_since IS NULL)))::float8 AS overdue`,
    [now],
  );
  const { unconfigured, configured, unavailable, overdue } = row!;
  return { states: { 'not-configured': unconfigured, configured, unavailable }, overdueSeconds: overdue };
}
