import { type AuditEvent, type AuditFilter, listEvents } from '../../src/domain/records/audit/index.ts';
import type { Scope } from '../../src/domain/scope.ts';

/** What was recorded, the oldest first, with what it says of people who exist. */
export const eventsOf = async (scope: Scope, filter: AuditFilter = {}): Promise<AuditEvent[]> =>
  (await listEvents(scope, filter, 1000)).items.toReversed();
