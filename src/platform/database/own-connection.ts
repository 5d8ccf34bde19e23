import pg from 'pg';
import type { Row, TimeLimits } from './database.ts';

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
