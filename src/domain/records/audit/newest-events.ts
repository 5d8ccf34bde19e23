import { run } from '../../../platform/database/index.ts';
import type { Scope } from '../../scope.ts';
import { firstIdAt } from './list-events.ts';
import type { AuditEvent, EventRow } from './read-events.ts';
import { openEvents } from './read-events.ts';

// each person's own end of the index: who has years of events costs no more than who has a few
const newest = `SELECT e.* FROM unnest($2::uuid[]) AS k (id) JOIN LATERAL (
  SELECT context_id, event_id, at, type, outcome, actor, actor_id, actor_sealed, subject_kind, subject_id, subject_name, subject_sealed, application_id, reason, support_code, details, seal_seq
  FROM audit_events WHERE context_id = $1 AND subject_id = k.id AND event_id >= $3 AND type = $4 ORDER BY event_id DESC LIMIT $5) e ON true`;

/** Of each of these people the newest events of one type about them, no more than `most`. */
export async function listNewestOf(
  scope: Scope,
  { type, subjectIds, from, most }: { type: AuditEvent['type']; subjectIds: string[]; from: Date; most: number },
): Promise<AuditEvent[]> {
  const { rows } = await run<EventRow>(scope.db, 'newest events', newest, [scope.contextId, subjectIds, firstIdAt(from), type, most]);
  return openEvents(scope, rows);
}

const applications = `SELECT DISTINCT subject_id AS "subjectId", application_id AS "applicationId" FROM audit_events
  WHERE context_id = $1 AND subject_id = ANY($2) AND event_id >= $3 AND type = $4`;

/** At which applications there were events of one type about these people; what they say besides stays sealed. */
export async function listApplicationsOf(
  { db, contextId }: Scope,
  { type, subjectIds, from }: { type: AuditEvent['type']; subjectIds: string[]; from: Date },
): Promise<{ subjectId: string; applicationId: string | null }[]> {
  return (
    await run<{ subjectId: string; applicationId: string | null }>(db, 'applications of events', applications, [
      contextId,
      subjectIds,
      firstIdAt(from),
      type,
    ])
  ).rows;
}
