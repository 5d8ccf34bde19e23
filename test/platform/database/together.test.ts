import { expect } from 'chai';
import pg from 'pg';
import { isUnavailable } from '../../../src/platform/database/index.ts';
import { runTogether } from '../../../src/platform/database/together.ts';
import { createTestDatabase } from '../../support/postgres.ts';

describe('platform/database: statements of one turn', () => {
  let drop: () => Promise<void>;
  let pool: pg.Pool;
  let messages = 0;
  before(async () => {
    const database = await createTestDatabase();
    drop = database.drop;
    pool = new pg.Pool({ connectionString: database.url, max: 3, pipeline: true, query_timeout: 2000 } as pg.PoolConfig);
    pool.on('error', () => {});
    pool.on('connect', (client) => {
      const { stream } = (client as unknown as { connection: { stream: { _writeGeneric(...args: unknown[]): unknown } } }).connection;
      const write = stream._writeGeneric.bind(stream);
      stream._writeGeneric = (...args) => {
        messages++;
        return write(...args);
      };
    });
  });
  after(async () => {
    await pool.end();
    await drop();
  });

  const statement = (text: string, ...values: unknown[]) => ({ text, values });
  const connection = () => runTogether(pool);

  it('leave in one message on one connection, and each has its own answer', async () => {
    const { query } = connection();
    await query(statement('SELECT 1'));
    messages = 0;
    const ask = (n: number) => query<{ n: number; pid: number }>(statement('SELECT $1::int AS n, pg_backend_pid() AS pid', n));
    const answers = await Promise.all([1, 2, 3, 4].map(ask));
    expect(answers.map(({ rows }) => rows[0]!.n)).to.deep.equal([1, 2, 3, 4]);
    expect(new Set(answers.map(({ rows }) => rows[0]!.pid)).size).to.equal(1);
    expect(messages).to.equal(1);
  });

  it('fail by themselves, and the connection goes on', async () => {
    const { query } = connection();
    const of = (text: string) =>
      query<{ pid: number }>(statement(text)).then(
        ({ rows }) => rows[0]!.pid,
        (error: { code: string }) => error.code,
      );
    const pid = 'SELECT pg_backend_pid() AS pid';
    const [first, refused, last] = await Promise.all([of(pid), of('SELECT 1 / 0'), of(pid)]);
    expect(refused).to.equal('22012');
    expect([first, last]).to.deep.equal([await of(pid), first]);
  });

  it('behind one that could not be prepared are not done at this moment, which is no fault of theirs', async () => {
    const { query } = connection();
    await pool.query('CREATE TABLE shut (n int)');
    const other = await pool.connect();
    await other.query('BEGIN; LOCK TABLE shut IN ACCESS EXCLUSIVE MODE');
    await query(statement("SET lock_timeout = '200ms'"));
    const named = { name: 'of shut', text: 'SELECT n FROM shut', values: [] };
    const ask = () =>
      query(named).then(
        () => 'answered',
        (error) => [error.code, isUnavailable(error)],
      );
    const refused = await Promise.all([ask(), ask()]);
    await other.query('ROLLBACK');
    other.release();
    expect(refused).to.deep.equal([
      ['55P03', true],
      ['26000', true],
    ]);
    expect(await ask()).to.equal('answered');
  });

  it('of another turn do not wait for one that waits', async () => {
    const { query } = connection();
    const slow = query(statement('SELECT pg_sleep(0.5)'));
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    const ended: string[] = [];
    await Promise.all([slow.then(() => ended.push('slow')), query(statement('SELECT 1')).then(() => ended.push('quick'))]);
    expect(ended).to.deep.equal(['quick', 'slow']);
  });

  it('that write or lock have a connection for themselves, so that nobody waits behind them', async () => {
    const { query } = connection();
    const { rows } = await query<{ pid: number }>(statement('SELECT pg_backend_pid() AS pid'));
    expect(rows).to.have.length(1);
    await query(statement('CREATE TABLE held (n int)'));
    await query(statement('INSERT INTO held VALUES (1)'));
    const holder = await pool.connect();
    try {
      await holder.query('BEGIN; UPDATE held SET n = 2');
      for (const waits of [
        'UPDATE held SET n = 3',
        'SELECT n FROM held FOR UPDATE',
        'WITH taken AS (DELETE FROM held RETURNING n) SELECT n FROM taken',
      ]) {
        const failed = query(statement(waits)).catch(() => 'failed');
        expect(await Promise.race([query(statement('SELECT 1')).then(() => 'read'), failed]), waits).to.equal('read');
        await holder.query(
          "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
        );
        await failed;
      }
    } finally {
      await holder.query('ROLLBACK');
      holder.release();
    }
  });

  it('are no more than four in one message', async () => {
    const { query } = connection();
    const pids = await Promise.all(
      Array.from({ length: 5 }, () => query<{ pid: number }>(statement('SELECT pg_backend_pid() AS pid, pg_sleep(0.01)'))),
    );
    const byPid = new Map<number, number>();
    for (const { rows } of pids) byPid.set(rows[0]!.pid, (byPid.get(rows[0]!.pid) ?? 0) + 1);
    expect([...byPid.values()].sort((a, b) => b - a)).to.deep.equal([4, 1]);
  });

  it('that a server refuses as it is now, such as for a plan that fits its tables no longer, end the connection', async () => {
    const { query } = connection();
    await query(statement('CREATE TABLE widened (n int)'));
    const ask = () => query({ name: 'all of widened', ...statement('SELECT * FROM widened') });
    await ask();
    await query(statement('ALTER TABLE widened ADD COLUMN m int'));
    const outcomes: string[] = [];
    // each connection that has the old plan refuses once
    for (let n = 0; n < 4; n++)
      outcomes.push(
        await ask().then(
          () => 'answered',
          ({ code }) => code,
        ),
      );
    expect(outcomes.at(-1)).to.equal('answered');
  });

  it('are all refused where the connection is lost, and the next have another', async () => {
    const { query } = connection();
    const failures = await Promise.all(
      ['SELECT 1', 'SELECT pg_terminate_backend(pg_backend_pid())', 'SELECT 2'].map((text) =>
        query(statement(text)).then(
          () => 'answered',
          () => 'refused',
        ),
      ),
    );
    expect(failures.slice(1)).to.deep.equal(['refused', 'refused']);
    expect((await query<{ two: number }>(statement('SELECT 2 AS two'))).rows).to.deep.equal([{ two: 2 }]);
  });
});
