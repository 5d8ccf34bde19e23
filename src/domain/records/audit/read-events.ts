import type { Row } from '../../rows.ts';
import type { Actor, Scope } from '../../scope.ts';
import type { AuditEventType } from './events.ts';
import { type ActorData, findPersonKeys, openData, type PersonKeys, type SubjectData } from './personal.ts';

export type AuditEvent = {
  id: string;
  at: Date;
  type: AuditEventType;
  outcome: 'success' | 'failure';
  actor: Actor;
  /** Whose key is gone with their account: nothing is left of them but the id. */
  erased: { actor: boolean; subject: boolean };
  subjectKind?: string;
  subjectId?: string;
  subjectName?: string;
  applicationId?: string;
  reason?: string;
  supportCode?: string;
  details: Record<string, unknown>;
  /** Its place in the chain, once it is sealed. */
  seq?: number;
};

/** As it lies in the store. */
export type EventRow = Row<'audit_events', { type: AuditEventType; actor: Actor; details: Record<string, unknown> }>;

/** Opens what is sealed under the keys of people who exist. */
export async function openEvents(scope: Scope, rows: EventRow[]): Promise<AuditEvent[]> {
  const ids = rows.flatMap((row) => [row.actor_sealed && row.actor_id, row.subject_sealed && row.subject_id]);
  const keys = await findPersonKeys(scope, [...new Set(ids.filter((id) => id !== null))]);
  return rows.map((row) => openEvent(row, keys));
}

function openEvent(row: EventRow, keys: PersonKeys): AuditEvent {
  const open = <T extends ActorData | SubjectData>(part: 'actor' | 'subject', sealed: Buffer | null, id: string | null): T | undefined => {
    const key = sealed && keys.get(id ?? '');
    return key ? openData<T>(key, row.event_id, part, sealed) : undefined;
  };
  const actor = open<ActorData>('actor', row.actor_sealed, row.actor_id);
  const subject = open<SubjectData>('subject', row.subject_sealed, row.subject_id);
  return {
    id: row.event_id,
    at: row.at,
    type: row.type,
    outcome: row.outcome,
    actor: { ...row.actor, name: row.actor.name ?? '', ...subject?.actor, ...actor },
    erased: { actor: row.actor_id !== null && !actor, subject: row.subject_kind === 'user' && row.subject_id !== null && !subject },
    subjectKind: row.subject_kind ?? undefined,
    subjectId: row.subject_id ?? undefined,
    subjectName: subject?.name ?? row.subject_name ?? undefined,
    applicationId: row.application_id ?? undefined,
    reason: row.reason ?? undefined,
    supportCode: row.support_code ?? undefined,
    details: subject?.details ?? row.details,
    seq: row.seal_seq ?? undefined,
  };
}
