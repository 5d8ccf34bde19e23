import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import pg from 'pg';
import { isUnavailable, limitsOfRequests, openDatabase } from '../../../src/platform/database/index.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { freePort } from '../../support/server.ts';

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => expect.fail('it went through'),
    (error) => error,
  );

describe('platform/database: what is a fault of the store', () => {
  let store: Awaited<ReturnType<typeof createTestDatabase>>;
  let holder: pg.Client;
  before(async () => {
    store = await createTestDatabase();
    holder = new pg.Client({ connectionString: store.url });
    await holder.connect();
    await holder.query('CREATE TABLE notes (n int PRIMARY KEY); INSERT INTO notes VALUES (1)');
  });
  after(async () => {
    await holder.end();
    await store.drop();
  });

  /** What PostgreSQL or a driver really throws. */
  async function errorOf(sql: string, { url = store.url, lock = '', limits = {} } = {}): Promise<unknown[]> {
    const database = openDatabase(url, 2, { ...limitsOfRequests(4), ...limits });
    if (lock) await holder.query(`BEGIN; ${lock}`);
    try {
      const inTransaction = database.knex.transaction(async (db) => {
        await db.raw('SELECT 1');
        await db.raw(sql);
      });
      return await Promise.all([database.knex.raw(sql), database.run('test', sql, []), inTransaction].map(failureOf));
    } finally {
      if (lock) await holder.query('ROLLBACK');
      await database.close();
    }
  }

  it('a time-out, a lock, a store that takes no writes, and one that cannot be reached: by every kind of connection', async () => {
    const closed = await freePort();
    const faults: Record<string, Promise<unknown[]> | (() => Promise<unknown[]>)> = {
      'a statement that takes too long': () => errorOf('SELECT pg_sleep(5)', { limits: { statement_timeout: 50 } }),
      'a lock': () => errorOf('SELECT * FROM notes', { lock: 'LOCK TABLE notes', limits: { lock_timeout: 50 } }),
      'no writes': () => errorOf('SET TRANSACTION READ ONLY; INSERT INTO notes VALUES (2)').then(([, , error]) => [error]),
      'ended by an operator': () => errorOf('SELECT pg_terminate_backend(pg_backend_pid())'),
      'nobody listens': () => errorOf('SELECT 1', { url: `postgres://postgres@127.0.0.1:${closed}/portaria` }),
      'no socket': () => errorOf('SELECT 1', { url: 'postgres://postgres@/portaria?host=%2Ftmp%2Fthere-is-none' }),
    };
    for (const [name, make] of Object.entries(faults))
      for (const error of await (typeof make === 'function' ? make() : make))
        expect(isUnavailable(error), `${name}: ${error}`).to.equal(true);
  });

  it('a fault of ours is none, and stays a 500', async () => {
    const faults = [
      ...(await errorOf('SELEC 1')),
      ...(await errorOf('INSERT INTO notes VALUES (1)')),
      ...(await errorOf('SELECT * FROM not_there')),
      ...(await errorOf('SELECT 1/0')),
      await failureOf(readFile('/there/is/no/such/file')),
      new TypeError('of undefined'),
      'no error',
    ];
    for (const error of faults) expect(isUnavailable(error), String(error)).to.equal(false);
  });
});
