import { inTransaction, type Scope, type Transaction } from '../../scope.ts';
import { type AuditEvent, findEvents, recordEvent } from '../audit/index.ts';
import { type CountRow, presentCount } from './list-refusals.ts';

const hourMs = 3_600_000;
/** A request that began in an hour may be counted a moment after it. */
const graceMs = 60_000;
const step = 200;

/** The last hour that is over, and all before. */
export const overBy = (now: Date): Date => new Date(now.getTime() - hourMs - graceMs);

/** Writes what each hour that is over came to, where it was more than the one refusal that is an event already. @returns how many counts were closed */
export async function closeHours(scope: Scope): Promise<number> {
  for (let closed = 0; ; ) {
    const some = await inTransaction(scope, closeSome);
    closed += some;
    if (some < step) return closed;
  }
}

async function closeSome(scope: Transaction): Promise<number> {
  const { db, contextId, clock } = scope;
  const now = clock.now();
  const open = () => db('refusal_counts').where('context_id', contextId).whereNull('closed_at');
  const rows = await open().where('hour', '<=', overBy(now)).orderBy('hour').limit(step).forUpdate().select<CountRow[]>('*');
  const events = await findEvents(
    scope,
    rows.map(({ event_id }) => event_id),
  );
  const first = new Map(events.map((event) => [event.id, event]));
  for (const row of rows) {
    await open().where({ hour: row.hour, fold_key: row.fold_key }).update({ closed_at: now });
    if (Number(row.n) > 1) await record(scope, row, first.get(row.event_id));
  }
  return rows.length;
}

/** Whom and which application it is about, the first event says. */
function record(scope: Transaction, row: CountRow, first?: AuditEvent): Promise<void> {
  const { n, firstAt, lastAt, sources, others, applicationId, lastDetails } = presentCount(row);
  const by = first?.actor.kind === 'person' ? { ...scope, actor: first.actor } : scope;
  const isAboutPerson = first?.subjectKind === 'user' && row.user_id !== null;
  return recordEvent(by, {
    type: row.type,
    outcome: 'failure',
    reason: row.reason,
    applicationId,
    supportCode: row.support_code ?? undefined,
    subject: isAboutPerson ? { kind: 'user', id: row.user_id!, name: first.subjectName ?? '' } : undefined,
    details: {
      ...(isAboutPerson ? {} : lastDetails),
      application: first?.details.application,
      times: n,
      firstAt,
      lastAt,
      addresses: sources.map((one) => `${one.address} (${one.n})`),
      ...(others > 0 ? { fromOthers: others } : {}),
    },
  });
}
