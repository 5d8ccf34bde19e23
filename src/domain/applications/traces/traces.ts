import { Cache } from '../../../platform/cache/index.ts';
import { newId } from '../../../platform/crypto/index.ts';
import { type Db, deleteInSteps, notifyChange } from '../../../platform/database/index.ts';
import { networkOf } from '../../../platform/net/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { type ApplicationId, type Scope, type Transaction, useCase } from '../../scope.ts';
import { type Application, getApplication, setTraceUntil } from '../applications/index.ts';

/**
 * `unprovenFrom`: the address it came from, where nobody has proven that it is from the application. `reason`: why it was refused, as the audit writes it. `claimedIssuer`: nobody verified that it is from the application; it says so, in these words.
 * `content` is decoded and redacted: made only while somebody watches.
 */
export type Exchange = {
  protocol: 'oidc' | 'saml';
  direction: 'received' | 'sent';
  name: string;
  reason?: string;
  unprovenFrom?: string;
  claimedIssuer?: string;
  content(): string;
};
export type TracedExchange = Omit<Exchange, 'content' | 'unprovenFrom'> & { exchangeId: string; at: Date; content: string };

const traceMs = 15 * 60 * 1000;
const longestContent = 20_000;
/** Requests come from anybody: what a trace may cost is bounded. */
const mostExchanges = 500;
/** Whoever only claims to be the application hides nothing that it said itself, and one address of them not what others sent. */
const mostUnproven = 50;
const mostPerMinute = 10;
const counted = new Cache<number>({ name: 'traced_minutes', max: 20_000, ttlMs: 60_000, keepsFirstEnd: true });

function isTooMany(key: string): boolean {
  const count = (counted.get(key) ?? 0) + 1;
  counted.set(key, count);
  return count > mostPerMinute;
}

export const isTraced = (application: Pick<Application, 'traceUntil'>, now: Date): boolean =>
  application.traceUntil !== undefined && application.traceUntil > now;

/** Switches the trace on for a quarter of an hour, and forgets what was kept before. @throws AppError not_found */
export const startTrace = useCase(async (scope, applicationId: string): Promise<void> => {
  const application = await setTrace(scope, applicationId, new Date(scope.clock.now().getTime() + traceMs), 'application.trace-started');
  await scope.db('traced_exchanges').where({ context_id: scope.contextId, application_id: application.applicationId }).delete();
});

/** @throws AppError not_found */
export const stopTrace = useCase(async (scope, applicationId: string): Promise<void> => {
  await setTrace(scope, applicationId, null, 'application.trace-stopped');
});

async function setTrace(
  scope: Transaction,
  applicationId: string,
  until: Date | null,
  type: 'application.trace-started' | 'application.trace-stopped',
): Promise<Application> {
  const application = await getApplication(scope, applicationId);
  await setTraceUntil(scope, application.applicationId, until);
  await recordEvent(scope, {
    type,
    subject: { kind: 'application', id: application.applicationId, name: application.name },
    applicationId: application.applicationId,
    details: {},
  });
  await notifyChange(scope.db, scope.contextId);
  return application;
}

/** Keeps an exchange if the application is being traced. */
export async function recordExchange(
  { db, contextId, clock }: Scope,
  application: Pick<Application, 'applicationId' | 'traceUntil'>,
  exchange: Exchange,
): Promise<void> {
  const now = clock.now();
  if (!isTraced(application, now)) return;
  const { unprovenFrom } = exchange;
  const isProven = unprovenFrom === undefined;
  if (!isProven && isTooMany(`${contextId} ${application.applicationId} ${networkOf(unprovenFrom)}`)) return;
  await db('traced_exchanges').insert({
    context_id: contextId,
    exchange_id: newId(now.getTime()),
    application_id: application.applicationId,
    at: now,
    protocol: exchange.protocol,
    direction: exchange.direction,
    name: exchange.name,
    reason: exchange.reason ?? null,
    claimed_issuer: exchange.claimedIssuer ?? null,
    is_proven: isProven,
    content: exchange.content().replaceAll('\0', '').toWellFormed().slice(0, longestContent),
  });
  // the latest stay: whoever floods a trace cannot hide what comes after
  const own = () => db('traced_exchanges').where({ context_id: contextId, application_id: application.applicationId, is_proven: isProven });
  const most = isProven ? mostExchanges : mostUnproven;
  await own().whereIn('exchange_id', own().orderBy('exchange_id', 'desc').offset(most).select('exchange_id')).delete();
}

/** Newest first. */
export async function listExchanges({ db, contextId }: Scope, applicationId: ApplicationId, limit = 100): Promise<TracedExchange[]> {
  const rows = await db('traced_exchanges')
    .where({ context_id: contextId, application_id: applicationId })
    .orderBy('exchange_id', 'desc')
    .limit(limit);
  return rows.map((row) => ({
    exchangeId: row.exchange_id,
    at: row.at,
    protocol: row.protocol,
    direction: row.direction,
    name: row.name,
    reason: row.reason ?? undefined,
    claimedIssuer: row.claimed_issuer ?? undefined,
    content: row.content,
  }));
}

/** A day is enough to read them. */
export const sweepExchanges = (db: Db): Promise<number> => deleteInSteps(db, 'traced_exchanges', "at < now() - interval '1 day'");
