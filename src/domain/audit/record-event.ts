import { newId } from '../../platform/crypto/index.ts';
import { jsonText, prepared } from '../../platform/database/index.ts';
import type { ApplicationId, Scope } from '../scope.ts';
import type { AuditEventType } from './events.ts';

export type NewEvent = {
  type: AuditEventType;
  outcome?: 'success' | 'failure';
  subject?: {
    kind: 'user' | 'group' | 'application' | 'context' | 'session' | 'signing-key' | 'saml-certificate' | 'custom-field';
    id?: string;
    name: string;
  };
  applicationId?: ApplicationId;
  reason?: string;
  supportCode?: string;
  /** Before and after, counts, names; never a secret. */
  details?: Record<string, unknown>;
};

/** Appends to the audit in the caller's transaction. */
export async function recordEvent(scope: Scope, event: NewEvent): Promise<void> {
  const now = scope.clock.now();
  const row = {
    context_id: scope.contextId,
    event_id: newId(now.getTime()),
    at: now,
    type: event.type,
    outcome: event.outcome ?? 'success',
    actor: jsonText(scope.actor),
    actor_id: scope.actor.kind === 'person' ? scope.actor.id : null,
    subject_kind: event.subject?.kind ?? null,
    subject_id: event.subject?.kind === 'signing-key' ? null : (event.subject?.id ?? null),
    subject_name: event.subject?.name ?? null,
    application_id: event.applicationId ?? null,
    reason: event.reason ?? null,
    support_code: event.supportCode ?? null,
    details: jsonText(event.details ?? {}),
  };
  await scope.db('audit_events').insert(row).options(prepared('audit-event'));
}
