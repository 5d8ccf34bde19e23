import { isId, type Page, type Scope, soughtId } from '../../scope.ts';
import { noHash } from './chain.ts';
import { type EventKind, eventKinds } from './event-kinds.ts';
import { type AuditEventType, viewEventTypes } from './events.ts';
import { type AuditEvent, type EventRow, openEvents } from './read-events.ts';
import { findHead } from './seal-events.ts';

export type AuditFilter = {
  type?: string;
  types?: AuditEventType[];
  kind?: EventKind;
  outcome?: string;
  supportCode?: string;
  subjectId?: string;
  actorId?: string;
  /** By or about this person. */
  personId?: string;
  applicationId?: string;
  /** From this instant, and before that one. */
  from?: Date;
  until?: Date;
  cursor?: string;
};

/** The lowest id of a millisecond: ids are ordered by time (UUIDv7, RFC 9562 §5.7). */
export const firstIdAt = (at: Date): string => {
  const hex = Math.max(at.getTime(), 0).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
};

/** Newest first. The cursor is the last event's id. */
export async function listEvents(scope: Scope, filter: AuditFilter, limit = 50): Promise<Page<AuditEvent>> {
  const query = newestFirst(isOfKindAlone(filter) ? eventsOfKind(scope, filter, limit + 1) : filteredEvents(scope, filter), limit + 1);
  if (isId(filter.cursor)) query.where('event_id', '<', filter.cursor);
  const rows = await query.select<EventRow[]>('*');
  const items = await openEvents(scope, rows.slice(0, limit));
  return { items, cursor: rows.length > limit ? items.at(-1)!.id : undefined };
}

type Events = ReturnType<typeof filteredEvents>;
const newestFirst = (events: Events, limit: number): Events => events.orderBy('event_id', 'desc').limit(limit);

/** Nothing else says where to look, and of a kind there may be none for a million others. */
const isOfKindAlone = ({ kind, types, type, outcome, supportCode, subjectId, actorId, personId, applicationId }: AuditFilter): boolean =>
  kind !== undefined &&
  kind !== 'activity' &&
  ![types, type, outcome, supportCode, subjectId, actorId, personId, applicationId].some((one) => one !== undefined);

/** From each type's own end of the index. */
function eventsOfKind(scope: Scope, { kind, ...filter }: AuditFilter, limit: number): Events {
  const ofOne = newestFirst(filteredEvents(scope, filter).whereRaw('audit_events.type = kinds.type'), limit).select('event_id');
  if (isId(filter.cursor)) ofOne.where('event_id', '<', filter.cursor);
  return filteredEvents(scope, {}).whereRaw(
    'event_id IN (SELECT found.event_id FROM unnest(?::text[]) AS kinds (type) CROSS JOIN LATERAL (?) AS found ORDER BY found.event_id DESC LIMIT ?)',
    [eventKinds[kind!], ofOne, limit] as never,
  );
}

function filteredEvents(scope: Scope, filter: AuditFilter) {
  const query = scope.db('audit_events').where('context_id', scope.contextId);
  if (filter.type) query.where('type', filter.type);
  if (filter.types) query.whereIn('type', filter.types);
  // nearly all of them: better told by the few that are not
  if (filter.kind === 'activity') query.whereNotIn('type', viewEventTypes);
  else if (filter.kind) query.whereIn('type', eventKinds[filter.kind]);
  if (filter.outcome) query.where('outcome', filter.outcome);
  if (filter.supportCode) query.where('support_code', filter.supportCode.trim().toUpperCase());
  if (filter.subjectId) query.where('subject_id', soughtId(filter.subjectId));
  if (filter.actorId) query.where('actor_id', soughtId(filter.actorId));
  if (filter.applicationId) query.where('application_id', soughtId(filter.applicationId));
  const personId = filter.personId && soughtId(filter.personId);
  if (personId) query.where((or) => or.where('subject_id', personId).orWhere('actor_id', personId));
  if (filter.from) query.where('event_id', '>=', firstIdAt(filter.from));
  if (filter.until) query.where('event_id', '<', firstIdAt(filter.until));
  return query;
}

/** How many there are, up to `most`. */
export async function countEvents(scope: Scope, filter: AuditFilter, most = 100_000): Promise<{ n: number; isMore: boolean }> {
  const some = filteredEvents(scope, filter)
    .select(scope.db.raw('1'))
    .limit(most + 1);
  const { rows } = await scope.db.raw('SELECT count(*) AS n FROM (?) AS found', [some]);
  return { n: Math.min(Number(rows[0].n), most), isMore: Number(rows[0].n) > most };
}

/**
 * The part of the chain from the first to the last event of a time. `before`: the hash that its first event builds on. What lies before the beginning of a chain that was
 * restarted is no part of it: nothing vouches for that.
 */
export async function findSealedRange(
  scope: Scope,
  time: Pick<AuditFilter, 'from' | 'until'>,
): Promise<{ first: number; last: number; before: Buffer } | undefined> {
  const head = await findHead(scope);
  const row = await filteredEvents(scope, time)
    .where('seal_seq', '>', head?.anchorSeq ?? 0)
    .first(scope.db.raw('min(seal_seq) AS first, max(seal_seq) AS last'));
  const { first, last } = row as unknown as { first: number | null; last: number | null };
  if (first === null || last === null) return undefined;
  if (first - 1 === head?.anchorSeq) return { first, last, before: head.anchorHash };
  const [earlier] = await listSealed(scope, first - 2, first - 1, 1);
  return { first, last, before: earlier?.seal_hash ?? noHash };
}

/** Those of these ids that there are. */
export const findEvents = async (scope: Scope, ids: string[]): Promise<AuditEvent[]> =>
  openEvents(scope, await scope.db('audit_events').where('context_id', scope.contextId).whereIn('event_id', ids).select<EventRow[]>('*'));

/** Events of the chain after one place up to another, in its order. */
export const listSealed = async ({ db, contextId }: Scope, after: number, last: number, limit: number): Promise<EventRow[]> =>
  db('audit_events')
    .where('context_id', contextId)
    .where('seal_seq', '>', after)
    .where('seal_seq', '<=', last)
    .orderBy('seal_seq')
    .limit(limit)
    .select<EventRow[]>('*');
