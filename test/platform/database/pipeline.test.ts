import { expect } from 'chai';
import { type Database, run } from '../../../src/platform/database/index.ts';
import { createTestDatabase } from '../../support/postgres.ts';

const failureOf = (work: Promise<unknown>): Promise<{ code?: string } | undefined> =>
  work.then(
    () => undefined,
    (error) => error,
  );

describe('platform/database: what is sent together', () => {
  let database: Database;
  let drop: () => Promise<void>;
  before(async () => {
    const test = await createTestDatabase();
    // one connection of each kind: what one piece of work leaves behind, the next one meets
    database = test.open(2);
    drop = test.drop;
    await database.knex.raw('CREATE TABLE notes (n int PRIMARY KEY)');
  });
  after(async () => {
    await database.close();
    await drop();
  });
  beforeEach(() => database.knex.raw('TRUNCATE notes'));
  const notes = async () => (await database.knex('notes').orderBy('n').pluck('n')) as number[];
  const insert = 'INSERT INTO notes VALUES ($1)';

  it('is done in the order in which `run` was called, however many', async () => {
    const seen = await database.knex.transaction(async (db) => {
      const count = () => run<{ n: number }>(db, 'count notes', 'SELECT count(*) AS n FROM notes', []);
      const all = Array.from({ length: 50 }, (_, n) => [run(db, n % 2 ? 'insert note' : undefined, insert, [n]), count()] as const);
      return Promise.all(all.map(async ([, counted]) => (await counted).rows[0]!.n));
    });
    expect(seen).to.deep.equal(Array.from({ length: 50 }, (_, n) => n + 1));
    expect(await notes()).to.have.length(50);
  });

  it('is never sent once the transaction is over, by whoever goes on beside the one that failed', async () => {
    // at which turn the end falls between question and answer is the machine's to say
    for (let round = 0; round < 200; round++) {
      let goingOn: Promise<unknown> | undefined;
      await failureOf(
        database.knex.transaction(async (db) => {
          const goOn = async () => {
            await run(db, 'select one', 'SELECT 1', []);
            for (let turn = 0; turn < round % 10; turn++) await undefined;
            await run(db, undefined, insert, [round]);
          };
          goingOn = failureOf(goOn());
          await Promise.all([goingOn, run(db, undefined, 'SELECT 1/0', [])]);
        }),
      );
      await goingOn;
    }
    expect(await notes()).to.deep.equal([]);
  });

  it('may be sent by builders, too, which come a little later', async () => {
    await database.knex.transaction((db) =>
      Promise.all([db('notes').insert({ n: 2 }), run(db, 'insert note', insert, [1]), db.raw('INSERT INTO notes VALUES (3)')]),
    );
    expect(await notes()).to.deep.equal([1, 2, 3]);
  });

  it('stands or falls together, wherever one fails, and the connection goes on', async () => {
    for (const wrong of [0, 1, 2]) {
      const statements = [1, 2, 3].map((n, at) => (at === wrong ? 'no number' : n));
      const error = await failureOf(
        database.knex.transaction((db) => Promise.all(statements.map((value) => run(db, 'insert note', insert, [value])))),
      );
      expect(error?.code, `statement ${wrong}`).to.be.oneOf(['22P02', '25P02']);
      expect(await notes()).to.deep.equal([]);
    }
    // one that PostgreSQL cannot even read is not taken for prepared
    const unreadable = (db: typeof database.knex) => run(db, 'unreadable', 'SELECT FROM WHERE', []);
    for (let n = 0; n < 2; n++)
      expect((await failureOf(database.knex.transaction((db) => Promise.all([unreadable(db), unreadable(db)]))))?.code).to.equal('42601');
    await database.knex.transaction((db) => run(db, 'insert note', insert, [7]));
    expect(await notes()).to.deep.equal([7]);
  });

  it('is rolled back where the work throws, also before it said anything', async () => {
    for (const work of [
      async () => {
        throw new Error('ours');
      },
      async (db: typeof database.knex) => {
        await run(db, 'insert note', insert, [1]);
        throw new Error('ours');
      },
    ])
      expect(await failureOf(database.knex.transaction(work)))
        .to.be.an('error')
        .with.property('message', 'ours');
    expect(await notes()).to.deep.equal([]);
  });

  it('fails where a statement had failed and whoever ran it went on: nothing of it stands', async () => {
    const swallowing: ((db: typeof database.knex) => Promise<unknown>)[] = [
      (db) => run(db, undefined, 'SELECT 1/0', []),
      (db) => db.raw('SELECT 1/0'),
      (db) => db('notes').insert({ n: 1 }),
    ];
    for (const fail of swallowing) {
      const error = await failureOf(
        database.knex.transaction(async (db) => {
          await run(db, 'insert note', insert, [1]);
          await failureOf(fail(db));
          return 'done';
        }),
      );
      expect(error).to.be.an('error').with.property('message').that.contains('rolled back');
      expect(await notes()).to.deep.equal([]);
    }
    // inside a savepoint it is nobody else's matter
    await database.knex.transaction(async (db) => {
      await run(db, 'insert note', insert, [1]);
      await failureOf(db.transaction((inner) => run(inner, 'insert note', insert, [1])));
    });
    expect(await notes()).to.deep.equal([1]);
  });

  it('fails where the connection is lost, and the next transaction has another', async () => {
    for (const at of ['before', 'within']) {
      const [{ pid }] = (await database.knex.raw('SELECT pg_backend_pid() AS pid')).rows;
      const end = () => database.run('end', 'SELECT pg_terminate_backend($1)', [pid]);
      const error = await failureOf(
        database.knex.transaction(async (db) => {
          if (at === 'within') await run(db, 'insert note', insert, [1]);
          await end();
          await Promise.all([run(db, 'insert note', insert, [2]), db('notes').insert({ n: 3 })]);
        }),
      );
      expect(error, at).to.be.an('error');
      await database.knex.transaction((db) => run(db, 'insert note', insert, [4]));
      expect(await notes(), at).to.deep.equal([4]);
      await database.knex.raw('TRUNCATE notes');
    }
  });

  it('savepoints and read-only transactions are what they were', async () => {
    await database.knex.transaction(async (db) => {
      await run(db, 'insert note', insert, [1]);
      expect(await failureOf(db.transaction((inner) => run(inner, 'insert note', insert, [1])))).to.have.property('code', '23505');
      await db.transaction((inner) => run(inner, 'insert note', insert, [2]));
    });
    expect(await notes()).to.deep.equal([1, 2]);
    const reading = database.knex.transaction((db) => run(db, 'insert note', insert, [3]), {
      isolationLevel: 'repeatable read',
      readOnly: true,
    });
    expect(await failureOf(reading)).to.have.property('code', '25006');
    expect(await notes()).to.deep.equal([1, 2]);
  });

  it('a statement with a name has a plan for keys outside of transactions, and others are planned as they come', async () => {
    const settings = (name: string | undefined, db = database.knex) =>
      run<{ scan: string }>(db, name, "SELECT current_setting('enable_seqscan') AS scan", []).then(({ rows }) => rows[0]!.scan);
    expect(await settings('settings')).to.equal('off');
    expect(await settings(undefined)).to.equal('on');
    expect(await database.knex.transaction((db) => settings('settings', db))).to.equal('on');
  });
});
