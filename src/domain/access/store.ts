import type { Database } from '../../platform/database/index.ts';
import type { ApplicationId, ContextId, UserId } from '../scope.ts';
import type { Status } from '../users/index.ts';
import type { AccessFacts } from './decide.ts';

export type AccessFinder = (contextId: ContextId, userId: string, applicationId: ApplicationId) => Promise<AccessFacts>;

// One round trip for what lies in four slices' tables: it is read at every authorization, code exchange and refresh.
const facts = `
  SELECT u.status, a.enabled, a.navigable,
    EXISTS (SELECT 1 FROM application_users d WHERE d.context_id = $1 AND d.application_id = $3 AND d.user_id = $2) AS direct,
    EXISTS (SELECT 1 FROM application_groups g JOIN group_members m ON m.context_id = g.context_id AND m.group_id = g.group_id
            WHERE g.context_id = $1 AND g.application_id = $3 AND m.user_id = $2) AS by_group,
    EXISTS (SELECT 1 FROM application_groups g JOIN groups n ON n.context_id = g.context_id AND n.group_id = g.group_id
            WHERE g.context_id = $1 AND g.application_id = $3 AND n.is_everyone) AS by_everyone
  FROM (SELECT 1) AS one
  LEFT JOIN users u ON u.context_id = $1 AND u.user_id = $2
  LEFT JOIN applications a ON a.context_id = $1 AND a.application_id = $3`;

type FactsRow = {
  status: Status | null;
  enabled: boolean | null;
  navigable: boolean;
  direct: boolean;
  by_group: boolean;
  by_everyone: boolean;
};

export function createAccessFinder(database: Database): AccessFinder {
  return async (contextId: ContextId, userId: string, applicationId: ApplicationId) => {
    const [row] = await database.run<FactsRow>('access-facts', facts, [contextId, userId as UserId, applicationId]);
    return {
      person: row?.status ? { status: row.status } : undefined,
      application: row && row.enabled !== null ? { enabled: row.enabled, navigable: row.navigable } : undefined,
      assignment: { direct: row?.direct ?? false, byGroup: row?.by_group ?? false, byEveryone: row?.by_everyone ?? false },
    };
  };
}
