import type { Knex } from 'knex';
import type pg from 'pg';

/** However long the wait for a connection was, a statement on it gets as many ms. */
const least = 500;

type Connected = (error: Error | undefined, client: pg.PoolClient | undefined, release: (error?: Error | boolean) => void) => void;

/**
 * Who waited for a connection has the less time left for each statement on it: two waits, one after the other, would be twice the limit. A connection on which time ran
 * out is thrown away, since an answer may still come.
 */
export function countWaiting(knex: Knex, pool: pg.Pool, answerWithinMs: number): void {
  if (answerWithinMs === 0) return;
  const shorten = (connection: pg.ClientBase, begun: number): void => {
    const { connectionParameters } = connection as unknown as { connectionParameters: { query_timeout: number } };
    connectionParameters.query_timeout = Math.max(least, Math.round(answerWithinMs - (performance.now() - begun)));
  };

  const acquire: () => Promise<pg.Client> = knex.client.acquireConnection.bind(knex.client);
  knex.client.acquireConnection = async () => {
    const begun = performance.now();
    const connection = await acquire();
    shorten(connection, begun);
    return connection;
  };

  // by callback alone: so the pool itself asks, for each statement
  const connect = pool.connect.bind(pool) as (done: Connected) => void;
  pool.connect = ((done: Connected) => {
    const begun = performance.now();
    connect((error, client, release) => {
      if (client) shorten(client, begun);
      done(error, client, release);
    });
  }) as typeof pool.connect;
}
