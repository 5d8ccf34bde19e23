import knexModule, { type Knex } from 'knex';
import pg from 'pg';
import { inSpan, traceKnex } from '../tracing/index.ts';
import { type Connection, runHotOn } from './hot-connections.ts';
import { isLocked } from './is-unavailable.ts';
import { beginWithFirst } from './pipeline.ts';
import { type PoolState, statesOf, timeConnections } from './pools.ts';
import { runTogether } from './together.ts';
import { countWaiting } from './waiting.ts';

/** A connection of knex or a transaction on one: what stores are handed. */
export type Db = Knex;
export type TransactionDb = Knex.Transaction;
export type Row = Record<string, unknown>;

export type Database = {
  knex: Db;
  /** Runs a statement prepared once for each connection: the hot paths (12,000/s where knex builds 4,600/s). */
  run<T extends Row>(name: string, text: string, values: unknown[]): Promise<T[]>;
  /** The same for a batch, which waits half as long for a row that is locked: it is sent again in parts (Batcher). */
  runBatch<T extends Row>(name: string, text: string, values: unknown[]): Promise<T[]>;
  readonly url: string;
  /** Its connections now. */
  pools(): PoolState[];
  close(): Promise<void>;
};

// timestamptz as Date (the driver's default), int8 counts as numbers: ours stay far below 2^53
pg.types.setTypeParser(pg.types.builtins.INT8, Number);
// a day has no time zone: it stays the text that it is
pg.types.setTypeParser(pg.types.builtins.DATE, String);

/**
 * Hot statements find rows by key. Their plans are made once for each connection, perhaps while a table is still empty, when the planner would settle for reading it
 * whole, and for ever.
 */
const planForKeys = async (client: { query(sql: string): Promise<unknown> }): Promise<void> => {
  await client.query(
    'SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off; SET plan_cache_mode = force_generic_plan',
  );
};

/** After how many ms a connection, a lock, a statement, a transaction in which nothing happens, and a store that says nothing at all are given up; 0 is never. */
export type TimeLimits = Record<
  'connectionTimeoutMillis' | 'lock_timeout' | 'statement_timeout' | 'idle_in_transaction_session_timeout' | 'query_timeout',
  number
>;

/** PostgreSQL ends a statement itself and says why. Only if it does not, the connection is thrown away. */
const answerWithin = (statementMs: number): number => statementMs + 500;

/** Somebody waits for a page, and should see the error by then. */
export const limitsOfRequests = (seconds: number): TimeLimits => {
  const ms = seconds * 1000;
  return {
    connectionTimeoutMillis: ms,
    lock_timeout: ms,
    statement_timeout: ms,
    idle_in_transaction_session_timeout: Math.max(10_000, 2 * ms),
    query_timeout: answerWithin(ms),
  };
};

const longestWork = 10 * 60_000;

/** Work that nobody waits for may take longer; migrations take what they take. */
export const timeLimits = {
  work: {
    connectionTimeoutMillis: 4000,
    lock_timeout: 30_000,
    statement_timeout: longestWork,
    idle_in_transaction_session_timeout: 5 * 60_000,
    query_timeout: answerWithin(longestWork),
  },
  // it never waits for a lock so long that those queued behind it time out; it tries again
  migration: {
    connectionTimeoutMillis: 4000,
    lock_timeout: 1000,
    statement_timeout: 0,
    idle_in_transaction_session_timeout: 0,
    query_timeout: 0,
  },
} satisfies Record<string, TimeLimits>;

/**
 * @param url postgres:// address
 * @param poolSize connections held, shared between knex and hot statements
 * @param limits of every statement on them
 * @param warn called for connections that could not be opened or were lost
 */
export function openDatabase(
  url: string,
  poolSize: number,
  limits: TimeLimits = timeLimits.work,
  warn: (message: string) => void = () => {},
): Database {
  const hot = Math.max(1, Math.floor(poolSize / 2));
  const pool = new pg.Pool({
    connectionString: url,
    max: hot,
    idleTimeoutMillis: 60_000,
    application_name: 'portaria',
    pipeline: true,
    ...limits,
    // whatever met a locked row is sent again: both together take as long as the limit says
    lock_timeout: limits.lock_timeout / 2,
    onConnect: planForKeys,
  });
  pool.on('error', () => {}); // an idle connection was lost; the next query opens another or reports
  const knex = knexModule({
    client: 'pg',
    // statements that do not wait for each other share a round trip
    connection: { connectionString: url, application_name: 'portaria', pipeline: true, ...limits } as Knex.PgConnectionConfig,
    pool: { min: 0, max: Math.max(1, poolSize - hot) },
    acquireConnectionTimeout: limits.connectionTimeoutMillis,
    // an error that is logged says which statement failed, and not what people had typed
    compileSqlOnError: false,
    // knex writes to the console otherwise
    log: { warn, error: warn, deprecate: warn, debug: () => {} },
  });
  timeConnections(pool, knex);
  beginWithFirst(knex);
  countWaiting(knex, pool, limits.query_timeout);
  const together = runTogether(pool);
  const patient: Connection = {
    query: (statement) =>
      together.query<never>(statement).catch((error) => {
        if (isLocked(error)) return together.query(statement);
        throw error;
      }),
  };
  runHotOn(knex, patient);
  const runOn =
    (connection: Connection) =>
    async <T extends Row>(name: string, text: string, values: unknown[]): Promise<T[]> => {
      const query = () => connection.query<T>({ name, text, values });
      return (await inSpan('client', name, { 'db.system.name': 'postgresql' }, query)).rows;
    };
  traceKnex(knex);
  return {
    knex,
    url,
    pools: () => statesOf(pool, knex),
    run: runOn(patient),
    runBatch: runOn(together),
    async close() {
      await Promise.all([pool.end(), knex.destroy()]);
    },
  };
}
