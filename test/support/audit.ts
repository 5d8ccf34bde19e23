import { type AuditEvent, type AuditEventType, type AuditFilter, listEvents } from '../../src/domain/records/audit/index.ts';
import type { Scope } from '../../src/domain/scope.ts';

/** What was recorded, the oldest first, with what it says of people who exist. */
export const eventsOf = async (scope: Scope, filter: AuditFilter = {}): Promise<AuditEvent[]> =>
  (await listEvents(scope, filter, 1000)).items.toReversed();

/** Refusals that were counted, by reason and whatever else they are counted by. */
const countsOf = async ({ db, contextId }: Scope, type: AuditEventType) =>
  db('refusal_counts').where({ context_id: contextId, type }).orderBy('last_at');

/** @returns what was refused from now on: each time its reason, however it stands in the audit */
export async function watchRefusals(scope: Scope, type: AuditEventType): Promise<() => Promise<string[]>> {
  const before = new Map((await countsOf(scope, type)).map((row) => [`${row.hour} ${row.fold_key.toString('hex')}`, Number(row.n)]));
  return async () =>
    (await countsOf(scope, type)).flatMap((row) =>
      Array<string>(Number(row.n) - (before.get(`${row.hour} ${row.fold_key.toString('hex')}`) ?? 0)).fill(row.reason),
    );
}

/** What was refused last, and what was said of it. */
export async function lastRefusal(scope: Scope, type: AuditEventType): Promise<{ reason: string; details: Record<string, unknown> }> {
  const { reason, last_details: details } = (await countsOf(scope, type)).at(-1)!;
  return { reason, details: details as Record<string, unknown> };
}
