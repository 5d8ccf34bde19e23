import type { Db } from '../../../platform/database/index.ts';
import type { ContextId } from '../../scope.ts';

/** Companies with something to seal. */
export async function listUnsealed(db: Db): Promise<{ contextId: ContextId; timeZone: string }[]> {
  const { rows } = await db.raw(
    `SELECT c.context_id AS "contextId", c.time_zone AS "timeZone" FROM contexts c
     WHERE EXISTS (SELECT 1 FROM audit_events e WHERE e.context_id = c.context_id AND e.seal_seq IS NULL)`,
  );
  return rows;
}
