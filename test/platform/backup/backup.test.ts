import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Knex } from 'knex';
import type { UserId } from '../../../src/domain/scope.ts';
import {
  dumpStore,
  examineTarget,
  RestoreFault,
  restoreStore,
  UnknownEnd,
  verifyBackup,
  writeBackup,
} from '../../../src/platform/backup/index.ts';
import { SealFault } from '../../../src/platform/crypto/index.ts';
import { type Database, knownMigrations, migrate, openDatabase } from '../../../src/platform/database/index.ts';
import { eventually } from '../../support/patience.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { testMasterKeys } from '../../support/server.ts';

const passphrase = 'a passphrase of this test';
const about = { software: '0.0.0', masterKeys: [testMasterKeys] };
const nothing = async () => {};

/** Every table of ours and of the queue, each as a hash of its rows. */
async function picture(database: Database): Promise<Record<string, string>> {
  const { rows: tables } = await database.knex.raw<{ rows: { name: string }[] }>(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
     WHERE (table_schema = 'public' AND table_name NOT LIKE 'knex%' OR table_schema = 'graphile_worker' AND table_name LIKE '\\_private%') ORDER BY 1`,
  );
  const hashes: Record<string, string> = {};
  for (const { name } of tables) {
    const { rows } = await database.knex.raw(
      `SELECT count(*) || ' ' || md5(coalesce(string_agg(x::text, '|' ORDER BY x::text), '')) AS hash FROM ${name} x`,
    );
    hashes[name] = rows[0].hash;
  }
  return hashes;
}

describe('platform/backup', function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'portaria-backup-'));
  const file = join(folder, 'whole');
  let source: Awaited<ReturnType<typeof createTestDatabase>>;
  let from: Database;
  before(async () => {
    source = await createTestDatabase({ of: 'started' });
    from = source.open(4);
    await from.knex.raw(
      "SELECT graphile_worker.add_job('nobody-does-this', '{\"a\": \"\\u00e9\\\\n\"}', run_at => now() + interval '1 year')",
    );
    // several parts of the file
    const long = Array.from({ length: 200 }, (_, n) => createHash('sha512').update(String(n)).digest('hex').repeat(8)).join();
    await from.knex.raw("SELECT graphile_worker.add_job('nobody-does-this', ?::json)", [JSON.stringify({ long })]);
    // what COPY has to write in a way of its own
    await from
      .knex('audit_events')
      .first('context_id', 'event_id')
      .then((row) =>
        from
          .knex('audit_events')
          .where({ context_id: row!.context_id, event_id: row!.event_id })
          .update({ subject_name: 'tab\t new\nline \\. \\N é “ 😀', reason: '' }),
      );
    await writeBackup(file, passphrase, dumpStore(source.url, about));
  });
  after(async () => {
    await from.close();
    await source.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  const replacing = { isReplacing: true };

  /** An empty store, unless told, and an onlooker who is none of its users. */
  async function withTarget<T>(work: (url: string, to: Database) => Promise<T>, of = 'portaria'): Promise<T> {
    const target = await createTestDatabase({ of });
    const to = openDatabase(`${target.url}&application_name=test`, 4);
    try {
      return await work(target.url, to);
    } finally {
      await to.close();
      await target.drop();
    }
  }

  it('brings every table back as it was, with the queue and its counters, and nothing of it can be read in the file', async () => {
    await withTarget(async (url, to) => {
      const { foot, migrated } = await restoreStore(url, file, passphrase, nothing);
      expect(migrated).to.deep.equal([]);
      expect(foot.rows).to.be.greaterThan(50);
      const [before, after] = [await picture(from), await picture(to)];
      expect(Object.keys(before).length).to.be.greaterThan(60);
      expect(after).to.deep.equal(before);
      // what is added from now on does not meet what was restored
      await to.knex.raw("SELECT graphile_worker.add_job('nobody-does-this', '{}')");
      const count = async (db: Database) => Number((await db.knex('user_counts').sum({ n: 'n' }))[0]!.n);
      const counted = await count(to);
      const row = (await to.knex('users').first())!;
      await to.knex('users').insert({
        ...row,
        user_id: '00000000-0000-7000-8000-000000000009' as UserId,
        email: 'x@acme.example',
        email_key: 'x@acme.example',
        username: null,
        custom_values: '{}',
        username_key: null,
      });
      expect(await count(to), 'triggers are as before').to.equal(counted + 1);
      expect(await migrate(to)).to.deep.equal([]);
    });
    const sealed = readFileSync(file);
    for (const secret of ['acme', 'COPY', 'users', testMasterKeys.slice(5)]) expect(sealed.includes(secret), secret).to.equal(false);
    expect(statSync(file).mode & 0o777).to.equal(0o600);
  });

  it('is of one moment, whatever is written meanwhile', async () => {
    const during = join(folder, 'during');
    async function* slowly() {
      let frames = 0;
      for await (const frame of dumpStore(source.url, about)) {
        if (++frames === 2) await from.knex('contexts').update({ name: 'Changed meanwhile' });
        yield frame;
      }
    }
    await writeBackup(during, passphrase, slowly());
    await withTarget(async (url, to) => {
      await restoreStore(url, during, passphrase, nothing);
      expect(await to.knex('contexts').where('name', 'Changed meanwhile')).to.deep.equal([]);
    });
  });

  it('refuses a wrong passphrase, and a file that was cut or changed anywhere, before it writes', async () => {
    const whole = readFileSync(file);
    const faults: [string, Buffer, string?][] = [
      ['passphrase', whole, 'another passphrase'],
      ['not-sealed', Buffer.from('-- a dump of something else\n'.repeat(9))],
      ['not-sealed', Buffer.alloc(0)],
      ['changed', Buffer.concat([whole, Buffer.from('x')])],
    ];
    const chunk = 64 * 1024 + 16;
    for (const at of [30, 41, 57, 60, chunk, whole.length - 1, whole.length - 17, 58 + chunk, 58 + 16])
      faults.push([at < 41 ? 'not-sealed' : 'changed', whole.subarray(0, at)]);
    for (const at of [25, 45, 65, 70, Math.floor(whole.length / 2), whole.length - 1]) {
      const changed = Buffer.from(whole);
      // the salt is text: another letter of base64url
      if (at < 40) changed.write(whole[at] === 65 ? 'B' : 'A', at);
      else changed[at]! ^= 1;
      faults.push([at < 57 ? 'passphrase' : 'changed', changed]);
    }
    // two parts that change places
    const start = whole.indexOf('\n') + 1 + 16;
    expect(whole.length).to.be.greaterThan(start + 2 * chunk);
    const part = (n: number) => whole.subarray(start + n * chunk, start + (n + 1) * chunk);
    faults.push(['changed', Buffer.concat([whole.subarray(0, start), part(1), part(0), whole.subarray(start + 2 * chunk)])]);
    const bad = join(folder, 'bad');
    await withTarget(async (url, to) => {
      const before = await picture(to);
      for (const [why, content, typed = passphrase] of faults) {
        writeFileSync(bad, content);
        const verified = await verifyBackup(bad, typed).catch((error) => error);
        expect(verified, `${why} ${content.length}`).to.be.instanceOf(SealFault).and.include({ why });
        // what a restore meets last takes it longest: two of them will do
        if (why === 'changed' && content.length < whole.length - 1) continue;
        const restored = await restoreStore(url, bad, typed, nothing).catch((error) => error);
        expect(restored, `${why} ${content.length}`).to.be.instanceOf(SealFault);
      }
      expect(await picture(to)).to.deep.equal(before);
    });
  });

  it('leaves the store as it was where its last check fails, or PostgreSQL gives up in the middle', async () => {
    await withTarget(async (url, to) => {
      const before = await picture(to);
      const refused = await restoreStore(url, file, passphrase, () => Promise.reject(new Error('no')), replacing).catch(
        (error) => error.message,
      );
      expect(refused).to.equal('no');
      expect(await picture(to)).to.deep.equal(before);
      const kill = async (db: Knex.Transaction) => {
        const { rows } = await db.raw('SELECT pg_backend_pid() AS pid');
        await to.knex.raw('SELECT pg_terminate_backend(?)', [rows[0].pid]);
        await db.raw('SELECT 1');
      };
      const killed = await restoreStore(url, file, passphrase, kill, replacing).catch((error) => error);
      expect(killed).to.be.instanceOf(Error).and.not.instanceOf(UnknownEnd);
      expect(await picture(to)).to.deep.equal(before);
      // at its very end: whoever asked cannot know
      const atEnd = (statement: string) => (db: Knex.Transaction) =>
        db.raw(`CREATE FUNCTION end_badly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${statement}; RETURN NULL; END $$;
          CREATE CONSTRAINT TRIGGER t AFTER INSERT ON master_keys DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION end_badly();
          INSERT INTO master_keys VALUES ('x', 'x', now())`);
      const broken = await restoreStore(url, file, passphrase, atEnd('PERFORM pg_terminate_backend(pg_backend_pid())'), replacing).catch(
        (error) => error,
      );
      expect(broken).to.be.instanceOf(UnknownEnd);
      expect(await picture(to)).to.deep.equal(before);
      const refusedAtEnd = await restoreStore(url, file, passphrase, atEnd("RAISE 'no'"), replacing).catch((error) => error);
      expect(refusedAtEnd).to.be.instanceOf(Error).and.not.instanceOf(UnknownEnd);
    }, 'started');
  });

  it('a backup of an older version is brought up to date; one of a newer version is refused', async () => {
    const older = join(folder, 'older');
    const last = knownMigrations().at(-1)!;
    const old = await createTestDatabase({ of: 'started' });
    const oldStore = old.open(4);
    await (await import(new URL(`../../../migrations/${last}.ts`, import.meta.url).href)).down(oldStore.knex);
    await oldStore.knex('knex_migrations').where('name', last).delete();
    await oldStore.close();
    await writeBackup(older, passphrase, dumpStore(old.url, about));
    await old.drop();
    await withTarget(async (url, to) => {
      const { migrated } = await restoreStore(url, older, passphrase, nothing);
      expect(migrated).to.deep.equal([last]);
      expect(await to.knex('users').count()).to.deep.equal(await from.knex('users').count());
    });
    const { head } = await verifyBackup(file, passphrase);
    const newer = { ...head, migrations: [...head.migrations, '29991231235959_of_the_future'] };
    await withTarget(async (url) => {
      expect(await examineTarget(url, newer).catch((error) => error))
        .to.be.instanceOf(RestoreFault)
        .and.include({ why: 'newer' });
    });
  });

  it('takes an empty store only, unless told, and none that a server or a command works on', async () => {
    const { head } = await verifyBackup(file, passphrase);
    const whyOf = (asked: Promise<unknown>) =>
      asked.then(
        () => 'taken',
        (error: RestoreFault) => error.why,
      );
    const why = (url: string, options = {}) => whyOf(examineTarget(url, head, options));
    await withTarget(async (url) => expect(await why(url)).to.equal('taken'));
    await withTarget(async (url, to) => {
      expect(await why(url)).to.equal('not-empty');
      expect(await why(url, replacing)).to.equal('taken');
      const before = await picture(to);
      for (const name of ['portaria', 'portaria listener', 'portaria jobs', 'portaria workers', 'portaria backup', 'portaria restore']) {
        const user = openDatabase(`${url}&application_name=${encodeURIComponent(name)}`, 1);
        await user.knex.raw('SELECT 1');
        expect(await why(url, replacing), name).to.equal('in-use');
        // it came after the question was asked
        if (name === 'portaria') expect(await whyOf(restoreStore(url, file, passphrase, nothing, replacing)), name).to.equal('in-use');
        await user.close();
        await gone(to, name);
      }
      // a company was made meanwhile
      expect(await whyOf(restoreStore(url, file, passphrase, nothing))).to.equal('not-empty');
      expect(await picture(to)).to.deep.equal(before);
    }, 'started');
  });

  /** PostgreSQL knows of a connection for a moment longer than who closed it. */
  const gone = (to: Database, name: string) =>
    eventually(async () => {
      const { rows } = await to.knex.raw(
        'SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND application_name = ?',
        [name],
      );
      expect(rows[0].n).to.equal(0);
    });

  it('drops nothing that is not ours: whatever others made beside or on our tables is named, and refused', async () => {
    const { head } = await verifyBackup(file, passphrase);
    const attached: Record<string, string> = {
      'view people': 'CREATE VIEW people AS SELECT user_id FROM users',
      'materialized view kept': 'CREATE MATERIALIZED VIEW kept AS SELECT user_id FROM users',
      'view reports.people': 'CREATE SCHEMA reports; CREATE VIEW reports.people AS SELECT user_id FROM public.users',
      'function f(integer)': "CREATE FUNCTION f(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'",
      'function p()': "CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1'",
      'trigger users noticed': 'CREATE TRIGGER noticed AFTER INSERT ON users FOR EACH STATEMENT EXECUTE FUNCTION count_users()',
      'table orders': 'CREATE TABLE orders (id integer)',
    };
    await withTarget(async (url, to) => {
      const faults = () =>
        Promise.all([false, true].map((isReplacing) => examineTarget(url, head, { isReplacing }).catch((error) => error)));
      for (const [name, statement] of Object.entries(attached)) {
        await to.knex.raw(statement);
        for (const fault of await faults()) expect(fault, name).to.include({ why: 'foreign', what: name });
        await to.knex.raw(`DROP ${name.replace(/^function p/, 'procedure p').replace(/^trigger (\w+) (\w+)/, 'trigger $2 ON $1')}`);
      }
      // by no list: what hangs on our tables keeps them
      await to.knex.raw('CREATE TABLE reports.seen (context_id uuid REFERENCES public.contexts (context_id))');
      const kept = await restoreStore(url, file, passphrase, nothing, replacing).catch((error) => error);
      expect(kept).to.include({ why: 'foreign' });
      expect(kept.what).to.match(/constraint .* on table reports\.seen/);
      await to.knex.raw('DROP TABLE reports.seen');
      // what a newer version made
      await to.knex.raw(
        "CREATE TABLE of_the_future (id integer); INSERT INTO knex_migrations (name, batch) VALUES ('29991231235959_of_the_future', 1)",
      );
      for (const fault of await faults()) expect(fault).to.include({ why: 'newer-store', what: '29991231235959_of_the_future' });
    }, 'started');
    await withTarget(async (url, to) => {
      await to.knex.raw('DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE orders (id integer)');
      expect(await examineTarget(url, head).catch((error) => error), 'of another program').to.include({
        why: 'foreign',
        what: 'table orders',
      });
    });
  });

  it('a file appears whole or not at all', async () => {
    const again = await writeBackup(file, passphrase, dumpStore(source.url, about)).catch((error) => error);
    expect(again.code).to.equal('EEXIST');
    async function* failing() {
      for await (const frame of dumpStore(source.url, about)) {
        yield frame;
        throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      }
    }
    const name = join(folder, 'failing');
    expect((await writeBackup(name, passphrase, failing()).catch((error) => error)).code).to.equal('ENOSPC');
    expect([existsSync(name), existsSync(`${name}.part`)]).to.deep.equal([false, false]);
    // what a killed one leaves is never taken for a backup
    writeFileSync(`${name}.part`, readFileSync(file));
    truncateSync(`${name}.part`, 1000);
    expect(await writeBackup(name, passphrase, dumpStore(source.url, about)).catch((error) => error)).to.include({
      code: 'EEXIST',
      path: `${name}.part`,
    });
    expect(existsSync(name)).to.equal(false);
  });
});
