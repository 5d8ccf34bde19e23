import { newId } from '../../../platform/crypto/index.ts';
import { insertRow, jsonText } from '../../../platform/database/index.ts';
import type { ApplicationId, Scope, Transaction } from '../../scope.ts';
import type { AuditEventType } from './events.ts';
import { type ActorData, ensurePersonKeys, sealData } from './personal.ts';

export type NewEvent = {
  /** `newId` of its time, where the caller has to know it. */
  id?: string;
  type: AuditEventType;
  outcome?: 'success' | 'failure';
  subject?: {
    kind:
      | 'user'
      | 'group'
      | 'application'
      | 'context'
      | 'session'
      | 'signing-key'
      | 'saml-certificate'
      | 'custom-field'
      | 'api'
      | 'directory';
    id?: string;
    name: string;
  };
  applicationId?: ApplicationId;
  /** A code. What somebody wrote belongs in the details: it may name people. */
  reason?: string;
  supportCode?: string;
  /** Before and after, counts, names; never a secret. Of an event about a user all of it counts as that person's data. */
  details?: Record<string, unknown>;
};

/** Appends to the audit in the caller's transaction: the event and the write that it tells of stand or fall together. */
export const recordEvent = (scope: Transaction, event: NewEvent): Promise<void> => append(scope, event);

/** Appends an event that stands for itself, in no transaction: somebody looked, or was refused, or a message was not understood. */
export const recordAlone = (scope: Scope, event: NewEvent): Promise<void> => append(scope, event);

/** What it says of people is written under their own keys: it goes when they are deleted. */
async function append(scope: Scope, event: NewEvent): Promise<void> {
  const { contextId, actor, clock } = scope;
  const now = clock.now();
  const eventId = event.id ?? newId(now.getTime());
  const { subject, details = {} } = event;
  const actorId = actor.kind === 'person' ? actor.id : undefined;
  const personId = subject?.kind === 'user' ? subject.id : undefined;
  const keys = await ensurePersonKeys(scope, [actorId, personId]);
  const [actorKey, personKey] = [keys.get(actorId ?? ''), keys.get(personId ?? '')];
  const { kind, id, ...data } = actor;
  const isStranger = kind === 'anonymous';
  const row = {
    context_id: contextId,
    event_id: eventId,
    at: now,
    type: event.type,
    outcome: event.outcome ?? 'success',
    // of somebody who is gone nothing is written: it could never be forgotten
    actor: jsonText(actorId ? { kind, id } : isStranger && personId ? { kind, name: '' } : actor),
    actor_id: actorId ?? null,
    actor_sealed: actorKey ? sealData(actorKey, eventId, 'actor', data) : null,
    subject_kind: subject?.kind ?? null,
    subject_id: subject?.kind === 'signing-key' ? null : (subject?.id ?? null),
    subject_name: personId ? null : (subject?.name ?? null),
    subject_sealed: personKey
      ? sealData(personKey, eventId, 'subject', { name: subject!.name, details, actor: isStranger ? (data as ActorData) : undefined })
      : null,
    application_id: event.applicationId ?? null,
    reason: event.reason ?? null,
    support_code: event.supportCode ?? null,
    details: jsonText(personId ? {} : details),
  };
  await insertRow(scope.db, 'audit_events', row);
}
