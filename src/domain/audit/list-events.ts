import { type Actor, isId, type Page, type Scope } from '../scope.ts';
import type { AuditEventType } from './events.ts';

export type AuditEvent = {
  id: string;
  at: Date;
  type: AuditEventType;
  outcome: 'success' | 'failure';
  actor: Actor;
  subjectKind?: string;
  subjectId?: string;
  subjectName?: string;
  applicationId?: string;
  reason?: string;
  supportCode?: string;
  details: Record<string, unknown>;
};

export type AuditFilter = { type?: string; outcome?: string; supportCode?: string; subjectId?: string; actorId?: string; cursor?: string };

/** Newest first. The cursor is the last event's id: ids are ordered by time (UUIDv7). */
export async function listEvents(scope: Scope, filter: AuditFilter, limit = 50): Promise<Page<AuditEvent>> {
  const query = scope
    .db('audit_events')
    .where('context_id', scope.contextId)
    .orderBy('event_id', 'desc')
    .limit(limit + 1);
  if (filter.type) query.where('type', filter.type);
  if (filter.outcome) query.where('outcome', filter.outcome);
  if (filter.supportCode) query.where('support_code', filter.supportCode.trim().toUpperCase());
  if (isId(filter.subjectId)) query.where('subject_id', filter.subjectId);
  if (isId(filter.actorId)) query.where('actor_id', filter.actorId);
  if (isId(filter.cursor)) query.where('event_id', '<', filter.cursor);
  const rows = await query;
  const items = rows.slice(0, limit).map(
    (row): AuditEvent => ({
      id: row.event_id,
      at: row.at,
      type: row.type,
      outcome: row.outcome,
      actor: row.actor,
      subjectKind: row.subject_kind ?? undefined,
      subjectId: row.subject_id ?? undefined,
      subjectName: row.subject_name ?? undefined,
      applicationId: row.application_id ?? undefined,
      reason: row.reason ?? undefined,
      supportCode: row.support_code ?? undefined,
      details: row.details,
    }),
  );
  return { items, cursor: rows.length > limit ? items.at(-1)!.id : undefined };
}
