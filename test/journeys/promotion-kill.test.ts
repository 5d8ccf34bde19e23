import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { compareWithApproval, listPromotions } from '../../src/domain/administration/promotion/index.ts';
import { inTransaction } from '../../src/domain/scope.ts';
import { until } from '../support/patience.ts';
import { onDatabase } from '../support/process.ts';
import { applyApproval, applyProduction, oidcApplication, ownApplication, ownRedirect } from '../support/promotion.ts';
import { useStore } from '../support/use-cases.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const lock = 4711;
// every second write is enough in a day's work; PROMOTION_KILLS=all takes each
const step = process.env.PROMOTION_KILLS === 'all' ? 1 : 2;

describe('kill -9 of a promotion and of its undoing', function () {
  this.timeout(600_000);
  const store = useStore();
  const folder = mkdtempSync(join(tmpdir(), 'portaria-promotion-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** The n-th row that is written from now on waits for a lock that we hold: so a process can be killed between any two writes. */
  async function stopAt(n: number): Promise<void> {
    const { knex } = store.database;
    await knex.raw('DROP SEQUENCE IF EXISTS rows_written; CREATE SEQUENCE rows_written');
    await knex.raw(`CREATE OR REPLACE FUNCTION stop_at() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN IF nextval('rows_written') = ${n} THEN PERFORM pg_advisory_xact_lock(${lock}); END IF; RETURN coalesce(NEW, OLD); END $$`);
    await knex.raw(`DO $$ DECLARE name text; BEGIN
      FOR name IN SELECT format('%I', tablename) FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'knex%' LOOP
        EXECUTE 'CREATE OR REPLACE TRIGGER stop_at BEFORE INSERT OR UPDATE OR DELETE ON ' || name || ' FOR EACH ROW EXECUTE FUNCTION stop_at()';
      END LOOP; END $$`);
  }

  async function start(...args: string[]): Promise<ChildProcess> {
    const { rows } = await store.database.knex.raw<{ rows: { name: string }[] }>('SELECT current_database() AS name');
    const url = process.env.TEST_POSTGRES_URL!.replace('/portaria?', `/${rows[0]!.name}?`);
    const environment = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      ...onDatabase(url),
    };
    const program = ['--disable-warning=ExperimentalWarning', 'src/processes/portaria.ts'];
    return spawn(process.execPath, [...program, ...args], { cwd: root, env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
  }

  const others = async (condition: string): Promise<number> => {
    const { rows } = await store.database.knex.raw(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND ${condition}`,
    );
    return rows[0].n;
  };

  /** @returns whether it was killed before it was done */
  async function killAt(n: number, args: string[]): Promise<boolean> {
    await stopAt(n);
    return inTransaction(store.scope, async ({ db }) => {
      await db.raw(`SELECT pg_advisory_xact_lock(${lock})`);
      const child = await start(...args);
      const ended = once(child, 'exit');
      await until(async () => child.exitCode !== null || (await others(`wait_event = 'advisory'`)) > 0, 'the place to kill at', 60_000);
      if (child.exitCode !== null) {
        expect(child.exitCode).to.equal(0);
        return false;
      }
      child.kill('SIGKILL');
      await ended;
      return true;
    });
  }

  /** Until what the killed process left behind in the store has noticed. */
  async function settle(): Promise<void> {
    await until(async () => (await others(`pid <> pg_backend_pid() AND state <> 'idle'`)) === 0, 'the end of what was left behind', 60_000);
  }

  /** Every table and the queue, each as a hash of its rows; without what a process notes of migrations when it starts. */
  async function picture(): Promise<Record<string, string>> {
    const { knex } = store.database;
    const { rows: tables } = await knex.raw<{ rows: { name: string }[] }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE (schemaname = 'public' AND tablename NOT LIKE 'knex%') OR tablename = '_private_jobs'`,
    );
    const hash = (name: string) => `(SELECT md5(coalesce(string_agg(x::text, '|' ORDER BY x::text), '')) FROM ${name} x) AS "${name}"`;
    const { rows } = await knex.raw<{ rows: Record<string, string>[] }>(`SELECT ${tables.map(({ name }) => hash(name)).join(', ')}`);
    return rows[0]!;
  }

  const countWritten = async (): Promise<number> => {
    const { rows } = await store.database.knex.raw<{ rows: { n: number }[] }>(
      'SELECT CASE WHEN is_called THEN last_value ELSE 0 END::int AS n FROM rows_written',
    );
    return rows[0]!.n;
  };

  /** What is only tried and taken back whatever happens: a kill there shows nothing. A sequence remembers what was taken back. */
  async function countTried(args: string[]): Promise<number> {
    await stopAt(0);
    const [status] = await once(await start(...args, '--dry-run'), 'exit');
    expect(status).to.equal(0);
    return countWritten();
  }

  /** Killed at writes after those that are only tried, nothing is done; at last it is done. @returns how many such writes there are */
  async function killOnTheWay(args: string[], tried = 0): Promise<number> {
    const before = await picture();
    for (let n = tried + 1; ; n += step) {
      const isKilled = await killAt(n, args);
      await settle();
      const after = await picture();
      if (!isKilled) {
        expect(after).not.to.deep.equal(before);
        return (await countWritten()) - tried;
      }
      expect(after, `something is left of the process that was killed at write ${n}`).to.deep.equal(before);
    }
  }

  it('is before or after, wherever it is killed, and never between', async () => {
    const { scope } = store;
    await applyProduction(scope, { applications: [ownApplication('kept', { description: 'old' }), ownApplication('over')] });
    await applyApproval(scope, {
      groups: [{ name: 'Crew' }],
      applications: [oidcApplication('kept', { description: 'new' }), { ...oidcApplication('ship'), assignedTo: { groups: ['Crew'] } }],
      branding: { color: '#1f3a5f' },
    });
    const file = join(folder, 'values.yaml');
    writeFileSync(file, JSON.stringify(ownRedirect('ship')));
    const only = 'group crew, application ship, application kept, application over, branding';
    const picked = only.split(', ').map((id) => (id === 'branding' ? 'branding ' : id));
    const differs = async () => (await compareWithApproval(scope)).differences.map(({ id }) => id).filter((id) => picked.includes(id));
    expect(await differs()).to.have.members(picked);

    const args = ['promote', 'acme-approval', 'acme', '--values', file, '--only', only, '--accept-warnings'];
    const tried = await countTried(args);
    expect(tried).to.be.greaterThan(8);
    const promotions = await killOnTheWay(args, tried);
    expect(promotions).to.be.greaterThan(12);
    expect(await differs()).to.deep.equal([]);
    const [promotion] = (await listPromotions(scope)).items;
    const undone = await killOnTheWay(['promote', '--undo', promotion!.promotionId]);
    expect(undone).to.be.greaterThan(8);
    expect(await differs()).to.have.members(picked);
    expect((await listPromotions(scope)).items[0]).to.have.property('state', 'undone');
    console.log(`      ${promotions} writes of a promotion (${tried} tried before), ${undone} of its undoing`);
  });
});
