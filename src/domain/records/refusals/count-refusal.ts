import { hashToken, newId } from '../../../platform/crypto/index.ts';
import { type Db, jsonText, run } from '../../../platform/database/index.ts';
import { networkOf } from '../../../platform/net/index.ts';
import { inTransaction, isId, type Scope } from '../../scope.ts';
import { type NewEvent, recordAlone, recordEvent } from '../audit/index.ts';
import { Joiner } from './join.ts';
import { mostSources } from './list-refusals.ts';

/** `reason` and `foldBy` are among the things that counts are kept by: each is one of few, and never what a caller chose. */
export type Refused = NewEvent & { reason: string; foldBy?: string };

/** `supportCode`: of the event that stands for it, which may be an earlier one. */
export type Counted = { supportCode?: string };

const hourMs = 3_600_000;
/** What a caller sent may be long; what the audit says of it is not. */
const longestDetail = 500;

type One = { scope: Scope; event: Refused };
const joiners = new WeakMap<Db, Joiner<One, Counted>>();

/**
 * Counts what anybody can have refused as often as they like: the first of its type, application, person and reason in an hour is an event at once, all of them are one
 * more event when the hour is over. Calls at the same moment share a statement.
 */
export function countRefusal(scope: Scope, event: Refused): Promise<Counted> {
  const joiner = joiners.get(scope.db) ?? new Joiner(write);
  joiners.set(scope.db, joiner);
  return joiner.add(`${scope.contextId} ${foldKey(scope, event).toString('base64')}`, { scope, event });
}

/** Whom it is about, or who did it and is signed in. */
function personOf({ actor }: Scope, { subject }: Refused): string | null {
  const id = subject?.kind === 'user' ? subject.id : actor.kind === 'person' ? actor.id : undefined;
  return isId(id) ? id : null;
}

const foldKey = (scope: Scope, event: Refused): Buffer =>
  hashToken(JSON.stringify([event.type, event.reason, event.applicationId ?? null, personOf(scope, event), event.foldBy ?? null]));

// Who comes now has a place, in that of whoever came least: neither decoys before nor a flood from everywhere hides the busiest.
const count = `UPDATE refusal_counts AS r SET n = r.n + $4, last_at = GREATEST(r.last_at, $5), last_source = $6, last_details = $8, closed_at = NULL,
    support_code = COALESCE(r.support_code, $9), sources = (SELECT jsonb_object_agg(source, n) FROM (SELECT source, sum(n) AS n FROM
        (SELECT key AS source, value::bigint AS n, 0 AS late FROM jsonb_each_text(r.sources) UNION ALL SELECT key, value::bigint, 1 FROM jsonb_each_text($7::jsonb)) AS either
      GROUP BY source ORDER BY max(late) DESC, n DESC, source LIMIT ${mostSources}) AS kept)
  WHERE context_id = $1 AND hour = $2 AND fold_key = $3 RETURNING support_code`;

const begin = `INSERT INTO refusal_counts
    (context_id, hour, fold_key, n, first_at, last_at, last_source, sources, last_details, type, reason, application_id, user_id, event_id, support_code)
  VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT (context_id, hour, fold_key) DO NOTHING RETURNING support_code`;

const noSuchRow = '23503';

type Found = { support_code: string | null };

async function write(all: One[]): Promise<Counted> {
  const { scope, event } = all[0]!;
  try {
    return await add(all);
  } catch (error) {
    if ((error as { code?: string }).code !== noSuchRow) throw error;
    // the person was deleted at this moment: nothing is kept of them that a count could hang on
    await recordAlone(scope, { ...event, outcome: 'failure' });
    return { supportCode: event.supportCode };
  }
}

async function add(all: One[]): Promise<Counted> {
  const { scope, event } = all[0]!;
  const now = scope.clock.now();
  const hour = new Date(Math.floor(now.getTime() / hourMs) * hourMs);
  const addresses = all.map((one) => networkOf(one.scope.actor.ip ?? ''));
  const sources = new Map<string, number>();
  for (const one of addresses) if (sources.has(one) || sources.size < mostSources) sources.set(one, (sources.get(one) ?? 0) + 1);
  const counted = [
    scope.contextId,
    hour,
    foldKey(scope, event),
    all.length,
    now,
    addresses.at(-1)!,
    JSON.stringify(Object.fromEntries(sources)),
    // what is said of a person lies under their key, in the event alone
    jsonText(event.subject?.kind === 'user' ? {} : { ...shorten(all.at(-1)!.event.details ?? {}), facts: undefined }),
  ];
  // the first of the hour may have been shown to nobody: whoever is shown a page later gets the code that all of them have from then on
  const supportCode = all.find((one) => one.event.supportCode)?.event.supportCode ?? null;
  const again = async ({ db }: Pick<Scope, 'db'>) => (await run<Found>(db, 'count refusal', count, [...counted, supportCode])).rows[0];
  const found =
    (await again(scope)) ??
    (await inTransaction(scope, async (inside) => {
      const eventId = newId(now.getTime());
      const what = [event.type, event.reason, event.applicationId ?? null, personOf(scope, event), eventId, supportCode];
      const { rows } = await run<Found>(inside.db, 'begin to count refusals', begin, [...counted, ...what]);
      if (!rows[0]) return again(inside); // another process was quicker
      await recordEvent(inside, {
        ...event,
        supportCode: supportCode ?? undefined,
        id: eventId,
        outcome: 'failure',
        details: shorten(event.details ?? {}),
      });
      return rows[0];
    }));
  return { supportCode: found?.support_code ?? undefined };
}

const shorten = (details: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(details).map(([name, value]) => [name, typeof value === 'string' ? value.slice(0, longestDetail) : value]),
  );
