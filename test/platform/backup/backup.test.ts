import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { UserId } from '../../../src/domain/scope.ts';
import { dumpStore, examineTarget, RestoreFault, restoreStore, verifyBackup, writeBackup } from '../../../src/platform/backup/index.ts';
import { SealFault } from '../../../src/platform/crypto/index.ts';
import { type Database, knownMigrations, migrate, openDatabase } from '../../../src/platform/database/index.ts';
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

  /** An empty store; `refused` shows that a backup leaves it as it was. */
  async function withTarget<T>(work: (url: string, to: Database) => Promise<T>, of = 'portaria'): Promise<T> {
    const target = await createTestDatabase({ of });
    const to = target.open(4);
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
      changed[at]! ^= 1;
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
      const refused = await restoreStore(url, file, passphrase, () => Promise.reject(new Error('no'))).catch((error) => error.message);
      expect(refused).to.equal('no');
      expect(await picture(to)).to.deep.equal(before);
      const killed = await restoreStore(url, file, passphrase, async (db) => {
        const { rows } = await db.raw('SELECT pg_backend_pid() AS pid');
        await to.knex.raw('SELECT pg_terminate_backend(?)', [rows[0].pid]);
        await db.raw('SELECT 1');
      }).catch((error) => error);
      expect(killed).to.be.instanceOf(Error);
      expect(await picture(to)).to.deep.equal(before);
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

  it('takes an empty store only, unless told, and none that a server works on', async () => {
    const { head } = await verifyBackup(file, passphrase);
    const why = (url: string, options = {}) =>
      examineTarget(url, head, options).then(
        () => 'taken',
        (error: RestoreFault) => error.why,
      );
    await withTarget(async (url) => expect(await why(url)).to.equal('taken'));
    await withTarget(async (url) => {
      expect(await why(url)).to.equal('not-empty');
      expect(await why(url, { isReplacing: true })).to.equal('taken');
      const server = openDatabase(`${url}&application_name=x`, 1);
      await server.knex.raw("SET application_name = 'portaria listener'");
      expect(await why(url, { isReplacing: true })).to.equal('in-use');
      await server.close();
    }, 'started');
    for (const kind of [undefined, 'started'] as const)
      await withTarget(async (url) => {
        const other = openDatabase(url, 1);
        await other.knex.raw('CREATE TABLE orders (id integer)');
        await other.close();
        for (const isReplacing of [false, true]) expect(await why(url, { isReplacing }), 'of another program').to.equal('foreign');
      }, kind);
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
