import type { Knex } from 'knex';
import type pg from 'pg';
import { observe } from '../metrics/index.ts';

export type PoolState = { name: 'statements' | 'transactions'; busy: number; idle: number; waiting: number };

type Tarn = { numUsed(): number; numFree(): number; numPendingAcquires(): number };

export function statesOf({ totalCount, idleCount, waitingCount }: pg.Pool, knex: Knex): PoolState[] {
  const tarn = knex.client.pool as Tarn | undefined;
  return [
    { name: 'statements', busy: totalCount - idleCount, idle: idleCount, waiting: waitingCount },
    {
      name: 'transactions',
      busy: tarn?.numUsed() ?? 0,
      idle: tarn?.numFree() ?? 0,
      waiting: tarn?.numPendingAcquires() ?? 0,
    },
  ];
}

type Connected = (error: Error | undefined, client: pg.PoolClient | undefined, done: (release?: unknown) => void) => void;

/** Records in the figures how long it takes to get a connection, also if that fails. */
export function timeConnections(pool: pg.Pool, knex: Knex): void {
  const since = (name: PoolState['name'], start: number) =>
    observe('portaria_database_wait_seconds', { pool: name }, (performance.now() - start) / 1000);
  const connect = pool.connect.bind(pool) as (callback: Connected) => void;
  // by callback alone: so the pool itself asks, for each statement
  pool.connect = ((callback: Connected) => {
    const start = performance.now();
    connect((...answer) => {
      since('statements', start);
      callback(...answer);
    });
  }) as pg.Pool['connect'];
  const { client } = knex;
  const acquire = client.acquireConnection.bind(client);
  client.acquireConnection = async (): Promise<unknown> => {
    const start = performance.now();
    try {
      return await acquire();
    } finally {
      since('transactions', start);
    }
  };
}
