import knexModule, { type Knex } from 'knex';
import pg from 'pg';
import { type Row, type TimeLimits, timeLimits } from './database.ts';

type Query = <T extends Row>(text: string) => Promise<T[]>;

/** Opens a connection for this piece of work alone, and closes it. @throws whatever PostgreSQL or the network says */
export async function withOwnConnection<T>(url: string, limits: TimeLimits, work: (query: Query) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'portaria', ...limits });
  client.on('error', () => {}); // what is under way is told
  try {
    await client.connect();
    return await work(async <R extends Row>(text: string) => (await client.query<R>(text)).rows);
  } finally {
    client.end().catch(() => {});
  }
}

/**
 * One transaction on a connection of its own, on which statements take what they take.
 * @param work is handed the connection, too: what knex has no word for is asked there, one after the other
 */
export async function onOneConnection<T>(url: string, work: (db: Knex.Transaction, client: pg.Client) => Promise<T>): Promise<T> {
  const knex = knexModule({
    client: 'pg',
    connection: { connectionString: url, application_name: 'portaria restore', ...timeLimits.migration } as Knex.PgConnectionConfig,
    pool: { min: 0, max: 1 },
  });
  try {
    return await knex.transaction(async (db) => work(db, (await db.client.acquireConnection()) as pg.Client));
  } finally {
    await knex.destroy();
  }
}
