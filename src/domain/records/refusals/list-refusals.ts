import { type Db, deleteInSteps } from '../../../platform/database/index.ts';
import type { Row } from '../../rows.ts';
import type { ApplicationId, Scope } from '../../scope.ts';
import type { AuditEventType } from '../audit/index.ts';

/** Of so many addresses it is kept how often each came. */
export const mostSources = 10;

/** What was refused in one hour. `sources`: addresses or IPv6 networks, the busiest first; `others`: how often it came from further ones. */
export type CountedRefusal = {
  type: AuditEventType;
  reason: string;
  applicationId?: ApplicationId;
  eventId: string;
  n: number;
  firstAt: Date;
  lastAt: Date;
  lastSource: string;
  lastDetails: Record<string, unknown>;
  sources: { address: string; n: number }[];
  others: number;
};

export type CountRow = Row<
  'refusal_counts',
  { type: AuditEventType; sources: Record<string, number>; last_details: Record<string, unknown> }
>;

export function presentCount(row: CountRow): CountedRefusal {
  const sources = Object.entries(row.sources).map(([address, n]) => ({ address, n: Number(n) }));
  const total = Number(row.n);
  return {
    type: row.type,
    reason: row.reason,
    applicationId: (row.application_id as ApplicationId | null) ?? undefined,
    eventId: row.event_id,
    n: total,
    firstAt: row.first_at,
    lastAt: row.last_at,
    lastSource: row.last_source,
    lastDetails: row.last_details,
    sources: sources.sort((a, b) => b.n - a.n),
    others: total - sources.reduce((sum, { n }) => sum + n, 0),
  };
}

const all = ({ db, contextId }: Scope) => db('refusal_counts').where('context_id', contextId);

/** The counts that began with these events. */
export async function findRefusals(scope: Scope, eventIds: string[]): Promise<Map<string, CountedRefusal>> {
  if (eventIds.length === 0) return new Map();
  const rows = await all(scope).whereIn('event_id', eventIds).select<CountRow[]>('*');
  return new Map(rows.map((row) => [row.event_id, presentCount(row)]));
}

/** The event under which a person was shown this code, though its own event was written before anybody was. */
export const findCountedEvent = async (scope: Scope, supportCode: string): Promise<string | undefined> =>
  (await all(scope).where('support_code', supportCode).orderBy('hour').first('event_id'))?.event_id;

const hourMs = 3_600_000;

/** What the protocols refused since then, the latest first; of each reason (or of each application) its latest hour. @param applicationId of one application */
export async function listRefusals(
  scope: Scope,
  since: Date,
  { applicationId, limit = 20 }: { applicationId?: ApplicationId; limit?: number } = {},
): Promise<CountedRefusal[]> {
  const types: AuditEventType[] = ['authorization.failed', 'saml-message.refused'];
  const query = all(scope)
    .whereIn('type', types)
    .where('last_at', '>=', since)
    .where('hour', '>=', new Date(since.getTime() - hourMs));
  const latest = applicationId
    ? query.where('application_id', applicationId).distinctOn('type', 'reason').orderBy(['type', 'reason'])
    : query.distinctOn('application_id').orderBy('application_id');
  const rows = await latest.orderBy('last_at', 'desc').select<CountRow[]>('*');
  return rows
    .map(presentCount)
    .sort((a, b) => b.lastAt.getTime() - a.lastAt.getTime())
    .slice(0, limit);
}

/** Addresses that used up what they may try (address-limits) since then, the latest first. */
export const listHeldBack = async (scope: Scope, since: Date, limit = 10): Promise<CountedRefusal[]> =>
  (
    await all(scope)
      .where('type', 'address.held-back' satisfies AuditEventType)
      .where('last_at', '>=', since)
      .where('hour', '>=', new Date(since.getTime() - hourMs))
      .orderBy('last_at', 'desc')
      .limit(limit)
      .select<CountRow[]>('*')
  ).map(presentCount);

/** A week is enough to see what an application was told last; the events stay as long as the audit does. */
export const sweepRefusals = (db: Db): Promise<number> =>
  deleteInSteps(db, 'refusal_counts', "closed_at IS NOT NULL AND hour < now() - interval '7 days'");
