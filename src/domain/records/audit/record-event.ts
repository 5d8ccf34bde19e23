import { newId } from '../../../platform/crypto/index.ts';
import { insertRow, insertRows, jsonText } from '../../../platform/database/index.ts';
import { currentWork } from '../../../platform/log/index.ts';
import type { ApplicationId, Scope, Transaction, UserId } from '../../scope.ts';
import type { AuditEventType } from './events.ts';
import { type ActorData, ensurePersonKeys, type PersonKeys, sealData } from './personal.ts';

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

/**
 * Appends to the audit in the caller's transaction: the event and the write that it tells of stand or fall together.
 * @param keys of all people whom it names, where they were read before (readPersonKeys)
 */
export const recordEvent = (scope: Transaction, event: NewEvent, keys?: PersonKeys): Promise<void> => append(scope, event, keys);

/** Appends an event that stands for itself, in no transaction: somebody looked, or was refused, or a message was not understood. */
export const recordAlone = (scope: Scope, event: NewEvent): Promise<void> => append(scope, event);

/** Appends many at once, in their order, at a fraction of what they cost one by one. */
export async function recordEvents(scope: Transaction, events: NewEvent[]): Promise<void> {
  for (let from = 0; from < events.length; from += step) {
    const some = events.slice(from, from + step);
    const keys = await keysOf(scope, some);
    await insertRows(
      scope.db,
      'audit_events',
      some.map((event) => rowOf(scope, event, keys)),
    );
  }
}

const step = 1000;

/** Under which an event about these people will be written, for who reads other things in the same moment. */
export const readPersonKeys = (scope: Transaction, userIds: UserId[]): Promise<PersonKeys> => ensurePersonKeys(scope, userIds);

async function append(scope: Scope, event: NewEvent, keys?: PersonKeys): Promise<void> {
  await insertRow(scope.db, 'audit_events', rowOf(scope, event, keys ?? (await keysOf(scope, [event]))));
}

const personOf = ({ subject }: NewEvent): string | undefined => (subject?.kind === 'user' ? subject.id : undefined);

const keysOf = (scope: Scope, events: NewEvent[]): Promise<PersonKeys> =>
  ensurePersonKeys(scope, [scope.actor.kind === 'person' ? scope.actor.id : undefined, ...events.map(personOf)]);

/** What it says of people is written under their own keys: it goes when they are deleted. */
function rowOf({ contextId, actor: who, clock }: Scope, event: NewEvent, keys: PersonKeys) {
  const requestId = currentWork()?.requestId;
  const actor = requestId ? { ...who, requestId } : who;
  const now = clock.now();
  const eventId = event.id ?? newId(now.getTime());
  const { subject, details = {} } = event;
  const actorId = actor.kind === 'person' ? actor.id : undefined;
  const personId = personOf(event);
  const [actorKey, personKey] = [keys.get(actorId ?? ''), keys.get(personId ?? '')];
  const { kind, id, ...data } = actor;
  const isStranger = kind === 'anonymous';
  return {
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
}
