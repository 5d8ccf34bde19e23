import type { Clock } from '../../../platform/clock/index.ts';
import { type Database, findMissingInSchema, limitsOfRequests, withOwnConnection } from '../../../platform/database/index.ts';

/** `why` is a sentence for operators. */
export type Readiness = { isReady: true } | { isReady: false; why: string };

/** How old an answer may be, in ms: balancers of many processes ask often. */
const lastsMs = 2000;
/** Signatures and codes are of no use with a clock that is further off, in ms. */
const mostSkewMs = 30_000;
/** How often the schema is looked at, in ms: it changes with a backup that is brought back, and that is seldom. */
const schemaLastsMs = 60_000;
const waitsSeconds = 2;

const write = `INSERT INTO store_checks (id, checked_at) VALUES (1, now())
  ON CONFLICT (id) DO UPDATE SET checked_at = now() RETURNING clock_timestamp() AS at`;
// nothing is found: whoever holds one of them for themselves keeps this waiting, as it would a sign-in
const read = `SELECT FROM (SELECT FROM users LIMIT 0) u, (SELECT FROM passwords LIMIT 0) p, (SELECT FROM sessions LIMIT 0) s,
  (SELECT FROM sign_in_attempts LIMIT 0) n, (SELECT FROM pending_requests LIMIT 0) r`;

/** A row that changes finds room where it was. A megabyte that does not fit into memory, and is gone at once, finds out whether the disk has some. */
const writeMore = `BEGIN; SET LOCAL work_mem = '64kB';
  WITH large AS MATERIALIZED (SELECT repeat('x', 1000) || n AS x FROM generate_series(1, 1000) AS n) SELECT max(octet_length(x)) FROM large; COMMIT`;

/** Asks the store at most every two seconds, whoever asks; several who ask at once wait for one answer. */
export function createReadiness(database: Database, clock: Clock): () => Promise<Readiness> {
  const seen: SeenSchema = { at: Number.NEGATIVE_INFINITY, missing: undefined };
  let latest: { at: number; answer: Promise<Readiness> } | undefined;
  return () => {
    const now = performance.now();
    if (!latest || now - latest.at > lastsMs) latest = { at: now, answer: check(database, clock, seen) };
    return latest.answer;
  };
}

/** `missing`: the first thing that is. */
type SeenSchema = { at: number; missing: string | undefined };

async function check(database: Database, clock: Clock, seen: SeenSchema): Promise<Readiness> {
  try {
    // on a connection of its own: those of the pools are open already, and say nothing of the next one
    const skewMs = await withOwnConnection(database.url, limitsOfRequests(waitsSeconds), async (query) => {
      // looked at again at once while something is missing
      if (seen.missing !== undefined || performance.now() - seen.at > schemaLastsMs) {
        seen.missing = (await findMissingInSchema(query))?.[0];
        seen.at = performance.now();
      }
      if (seen.missing !== undefined) return 0;
      await query(read);
      const [row] = await query<{ at: Date }>(write);
      const skew = Math.abs(row!.at.getTime() - clock.now().getTime());
      await query(writeMore);
      return skew;
    });
    if (seen.missing !== undefined) return { isReady: false, why: `the schema of the store is not whole: ${seen.missing}` };
    if (skewMs > mostSkewMs)
      return { isReady: false, why: `the clock of this machine and that of the store differ by ${Math.round(skewMs / 1000)} s` };
    if (await hasFreeConnections(database)) return { isReady: true };
    return { isReady: false, why: 'this process has no connection to the store to spare' };
  } catch (error) {
    return { isReady: false, why: describe(error as Error & { code?: string }) };
  }
}

/** One of each pool: what a request would wait for. */
async function hasFreeConnections({ knex, run }: Database): Promise<boolean> {
  const asked = Promise.all([run('pool check', 'SELECT 1', []), knex.raw('SELECT 1')]).then(
    () => true,
    () => false,
  );
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), waitsSeconds * 1000);
  });
  return Promise.race([asked, tooLate]).finally(() => clearTimeout(timer));
}

/** By SQLSTATE. */
const reasons: Record<string, string> = {
  '53100': 'the disk of the store is full',
  '53200': 'the store is out of memory',
  '53300': 'all connections of the store are in use',
  '25006': 'the store takes no writes',
  '55P03': 'the store is locked, or too slow',
  '57014': 'the store is locked, or too slow',
};

const describe = ({ code = '' }: { code?: string }): string => reasons[code] ?? 'the store does not answer';
