import { expect } from 'chai';
import pg from 'pg';
import { createReadiness } from '../../../../src/domain/sign-in/readiness/index.ts';
import { systemClock } from '../../../../src/platform/clock/index.ts';
import { type Database, limitsOfRequests, openDatabase } from '../../../../src/platform/database/index.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain/sign-in/readiness', () => {
  const store = useStore();
  const checkWith = (seconds = 0) => createReadiness(store.database, { now: () => new Date(systemClock.now().getTime() + seconds * 1000) });

  it('a store that takes a write, and a clock that is right enough', async () => {
    for (const seconds of [0, 25, -25]) expect(await checkWith(seconds)(), `${seconds} s`).to.deep.equal({ isReady: true });
  });

  it('says what is in the way: clocks that differ, and a table that somebody holds', async () => {
    for (const seconds of [40, -40, 86_400]) {
      const answer = await checkWith(seconds)();
      expect(answer, `${seconds} s`)
        .to.have.property('why')
        .that.matches(/differ by \d+ s/);
    }
    const operator = new pg.Client({ connectionString: store.database.url });
    await operator.connect();
    try {
      for (const table of ['users', 'passwords', 'sessions', 'sign_in_attempts', 'pending_requests', 'store_checks']) {
        await operator.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
        expect(await checkWith()(), table).to.deep.equal({ isReady: false, why: 'the store is locked, or too slow' });
        await operator.query('ROLLBACK');
      }
    } finally {
      await operator.end();
    }
  });

  it('says that the process itself has no connection to spare, whichever of its two kinds is used up', async () => {
    for (const hold of [
      (database: Database) => database.knex.transaction((db) => db.raw('SELECT pg_sleep(3)')),
      (database: Database) => database.run('sleep', 'SELECT pg_sleep(3)', []),
    ]) {
      const database = openDatabase(store.database.url, 2, limitsOfRequests(4));
      const held = hold(database);
      expect(await createReadiness(database, systemClock)()).to.deep.equal({
        isReady: false,
        why: 'this process has no connection to the store to spare',
      });
      await held;
      expect(await createReadiness(database, systemClock)()).to.deep.equal({ isReady: true });
      await database.close();
    }
  });

  it('who asks at once, or soon after, hears the same answer: the store is asked once', async () => {
    const check = checkWith();
    const [one, two] = [check(), check()];
    expect(one).to.equal(two);
    await one;
    expect(check(), 'soon after').to.equal(one);
  });
}).timeout(60_000);
