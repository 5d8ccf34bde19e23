import knexModule, { type Knex } from 'knex';
import pg from 'pg';
import { inSpan, traceKnex } from '../tracing/index.ts';
import { runHotOn } from './hot-connections.ts';
import { beginWithFirst } from './pipeline.ts';
import { type PoolState, statesOf, timeConnections } from './pools.ts';

/** A connection of knex or a transaction on one: what stores are handed. */
export type Db = Knex;
export type TransactionDb = Knex.Transaction;
export type Row = Record<string, unknown>;

export type Database = {
  knex: Db;
  /** Runs a statement prepared once for each connection: the hot paths (12,000/s where knex builds 4,600/s). */
  run<T extends Row>(name: string, text: string, values: unknown[]): Promise<T[]>;
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

/** After how many ms PostgreSQL gives a statement, a wait for a lock, or a transaction in which nothing happens up; 0 is never. */
export type TimeLimits = Record<'statement_timeout' | 'lock_timeout' | 'idle_in_transaction_session_timeout', number>;

/** Somebody waits for a page, and is told within five seconds that it does not work; work that nobody waits for may take longer; migrations take what they take. */
export const timeLimits = {
  request: { statement_timeout: 4000, lock_timeout: 4000, idle_in_transaction_session_timeout: 10_000 },
  work: { statement_timeout: 10 * 60_000, lock_timeout: 30_000, idle_in_transaction_session_timeout: 5 * 60_000 },
  // it waits for no lock so long that whoever stands behind it waits in vain, and tries again
  migration: { statement_timeout: 0, lock_timeout: 1000, idle_in_transaction_session_timeout: 0 },
} satisfies Record<string, TimeLimits>;

/**
 * @param url postgres:// address
 * @param poolSize connections held, shared between knex and hot statements
 * @param limits of every statement on them
 * @param warn is told of connections that could not be opened or were lost
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
    connectionTimeoutMillis: 4000,
    application_name: 'portaria',
    ...limits,
    onConnect: planForKeys,
  });
  pool.on('error', () => {}); // an idle connection was lost; the next query opens another or reports
  const knex = knexModule({
    client: 'pg',
    // statements that do not wait for each other share a round trip
    connection: { connectionString: url, application_name: 'portaria', pipeline: true, ...limits } as Knex.PgConnectionConfig,
    pool: { min: 0, max: Math.max(1, poolSize - hot) },
    acquireConnectionTimeout: 4000,
    // an error that is logged says which statement failed, and not what people had typed
    compileSqlOnError: false,
    // knex writes to the console otherwise
    log: { warn, error: warn, deprecate: warn, debug: () => {} },
  });
  timeConnections(pool, knex);
  beginWithFirst(knex);
  runHotOn(knex, pool);
  traceKnex(knex);
  return {
    knex,
    url,
    pools: () => statesOf(pool, knex),
    async run<T extends Row>(name: string, text: string, values: unknown[]) {
      const result = await inSpan('client', name, { 'db.system.name': 'postgresql' }, () => pool.query<T>({ name, text, values }));
      return result.rows;
    },
    async close() {
      await Promise.all([pool.end(), knex.destroy()]);
    },
  };
}
