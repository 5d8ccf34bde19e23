import { expect } from 'chai';
import { type Command, exitCodes, withStore } from '../../src/command-line/command.ts';
import { commands } from '../../src/command-line/run.ts';
import { loadConfig } from '../../src/config/index.ts';
import { portaria } from '../support/command-line.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { onDatabase } from '../support/process.ts';

const sql = 'select "secret_value" from "contexts" where "code" = $1 - ';
const coded = (code: string, message: string) => Object.assign(new Error(message), { code, severity: 'ERROR' });
/** What the store throws, and whether its transaction was surely taken back. */
const faults: [error: Error, isSure: boolean][] = [
  [coded('55P03', `${sql}canceling statement due to lock timeout`), true],
  [coded('57014', `${sql}canceling statement due to statement timeout`), true],
  [coded('25006', `${sql}cannot execute UPDATE in a read-only transaction`), true],
  [coded('53100', `${sql}could not extend file`), true],
  [coded('57P01', 'terminating connection due to administrator command'), false],
  [coded('08006', `COMMIT; - connection failure`), false],
  [new Error(`COMMIT; - Connection terminated unexpectedly`), false],
  [Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' }), false],
  [Object.assign(new Error('read ETIMEDOUT'), { code: 'ETIMEDOUT', syscall: 'read' }), false],
];

/** Runs the command while `work` is what it does. */
async function replaced(command: Command, work: Command['run'], env: Record<string, string> = {}) {
  const own = command.run;
  command.run = work;
  try {
    return await portaria(command.words.split(' '), env);
  } finally {
    command.run = own;
  }
}

describe('command-line: where the store fails under a command', () => {
  for (const command of commands)
    it(`${command.words} says only where it is known that nothing was changed, and else what to look at; never SQL`, async () => {
      for (const [error, isSure] of faults) {
        const { status, err } = await replaced(command, () => Promise.reject(error));
        const { writes } = command;
        expect(status, error.message).to.equal(exitCodes.unavailable);
        expect(err).not.to.match(/secret_value|COMMIT|\$1/);
        expect(err.includes('Nothing was changed'), err).to.equal(Boolean(writes && !writes.inSteps && isSure));
        expect(err.includes(writes?.look ?? 'nothing to look at'), err).to.equal(Boolean(writes && (writes.inSteps || !isSure)));
      }
    });

  it('of a store that cannot be opened nothing is said of changes', async () => {
    const env = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', PORTARIA_MASTER_KEYS: `one:${'A'.repeat(43)}=` };
    for (const words of ['keys rotate', 'context create'] as const) {
      const command = commands.find((one) => one.words === words)!;
      const open: Command['run'] = ({ note }) => withStore({ config: loadConfig(), note }, () => Promise.reject(new Error('opened')));
      const { status, err } = await replaced(command, open, env);
      expect([status, err.includes('The database cannot be reached')], err).to.deep.equal([exitCodes.unavailable, true]);
      expect(err).not.to.match(/Nothing was|may be done|may have been/);
    }
  });

  it('other faults tell what the database says, without the statement', async () => {
    const command = commands.find(({ words }) => words === 'context list')!;
    const { status, err } = await replaced(command, () => Promise.reject(coded('23514', `${sql}new row violates check constraint`)));
    expect([status, err]).to.deep.equal([exitCodes.failed, 'new row violates check constraint']);
  });
});

describe('command-line: a command of several steps that stops half way', function () {
  this.timeout(120_000);
  let test: Awaited<ReturnType<typeof createTestDatabase>>;
  before(async () => {
    test = await createTestDatabase();
    for (const code of ['a-first', 'b-second', 'c-held', 'd-last'])
      expect((await portaria(['context', 'create', code, '--name', code], onDatabase(test.url))).status).to.equal(0);
  });
  after(() => test.drop());

  it('names what is done and stays done, also as JSON', async () => {
    const database = test.open(1);
    await database.knex.raw(`
      CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN IF NEW.type = 'signing-key.rotated' AND NEW.context_id = (SELECT context_id FROM contexts WHERE code = 'c-held')
        THEN RAISE EXCEPTION 'canceling statement due to lock timeout' USING ERRCODE = '55P03'; END IF; RETURN NEW; END $$;
      CREATE TRIGGER hold BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION hold()`);
    await database.close();
    for (const json of [[], ['--json']]) {
      const { status, out, err } = await portaria(['keys', 'rotate', '--all', ...json], onDatabase(test.url));
      expect(status).to.equal(exitCodes.unavailable);
      const { error, done } = json.length > 0 ? JSON.parse(out) : { error: err, done: err.split('\n').slice(2) };
      expect(error)
        .to.contain('Part of it may be done')
        .and.not.to.match(/Nothing was changed|insert into/i);
      expect(done.map((line: string) => line.trim())).to.deep.equal(['a-first: rotated', 'b-second: rotated']);
    }
  });
});
