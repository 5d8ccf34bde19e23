import type { Database } from '../../../platform/database/index.ts';

const mostCompanies = 200;

/** How old the oldest event is that has no place in its chain yet, of so many companies: one step of the index for each. @returns 0 where all are sealed */
export async function measureUnsealed(database: Database, now: Date): Promise<number> {
  const [row] = await database.run<{ seconds: number }>(
    'measure unsealed',
    `WITH RECURSIVE oldest AS (
       (SELECT context_id, at FROM audit_events WHERE seal_seq IS NULL ORDER BY context_id, event_id LIMIT 1)
       UNION ALL
       SELECT next.context_id, next.at FROM oldest AS o, LATERAL (
         SELECT e.context_id, e.at FROM audit_events AS e WHERE e.seal_seq IS NULL AND e.context_id > o.context_id ORDER BY e.context_id, e.event_id LIMIT 1) AS next)
     SELECT COALESCE(GREATEST(0, extract(epoch FROM $1 - min(at))), 0)::float8 AS seconds FROM (SELECT at FROM oldest LIMIT ${mostCompanies}) AS seen`,
    [now],
  );
  return row!.seconds;
}
