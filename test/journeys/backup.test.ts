import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { openDatabase } from '../../src/platform/database/index.ts';
import { type Env, portaria } from '../support/command-line.ts';
import { Jar } from '../support/jar.ts';
import { basic, json, signInWithTokens, token } from '../support/oidc.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { eventually, onDatabase, startServerProcess } from '../support/process.ts';
import { clientSecret, fillSignIn, passwords, startTestServer, type TestServer, testMasterKeys } from '../support/server.ts';
import { answerPasskey, createSoftwarePasskey } from '../support/software-passkey.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const passphrase = { PORTARIA_BACKUP_PASSPHRASE: 'a passphrase of this journey' };
/** In a process of its own, to be killed. */
const portariaProcess = (args: string[], env: Env): ChildProcess =>
  spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/processes/portaria.ts', ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, ...env },
    stdio: 'ignore',
  });

describe('portaria backup and restore', function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'portaria-restore-'));
  const file = join(folder, 'tonight');
  const own: Env = { PORTARIA_DATA_DIR: join(folder, 'data'), PORTARIA_DEMO: 'false' };
  let source: TestServer;
  let from: Env;
  before(async () => {
    source = await startTestServer({ host: 'localhost' }); // a name: passkeys need one
    from = { ...onDatabase(source.databaseUrl), ...passphrase };
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('a company lives on elsewhere: the same keys, passwords, passkeys, tokens, sessions and secrets', async () => {
    const { jar, tokens } = await signInWithTokens(source, 'jsilva', passwords.joao, { scope: 'openid offline_access', prompt: 'consent' });
    const passkey = createSoftwarePasskey(source.baseUrl);
    await answerPasskey(jar, await jar.follow(`${source.issuer}/account/second-factors/new/passkey`), passkey);
    const keysOf = async () => json(await new Jar().get(`${source.issuer}/oidc/jwks`));
    const keys = await keysOf();
    expect(keys.keys.length).to.be.greaterThan(1);

    const backup = await portaria(['backup', file], from);
    expect(backup.status, backup.err).to.equal(0);
    expect(backup.out).to.contain('read back and is whole');
    const { baseUrl, port } = source;
    await source.close();
    const restored = await portaria(['restore', file, '--json'], { ...own, ...passphrase });
    expect(restored.status, restored.err).to.equal(0);
    const { companies, migrated } = JSON.parse(restored.out);
    expect(migrated).to.deep.equal([]);
    expect(companies.map(({ context, isWhole }: { context: string; isWhole: boolean }) => [context, isWhole])).to.deep.equal([
      ['acme', true],
      ['other', true],
    ]);
    expect(readFileSync(join(own.PORTARIA_DATA_DIR!, 'master.key'), 'utf8')).to.equal(`${testMasterKeys}\n`);

    const server = await startServerProcess(port, { ...own, PORTARIA_BASE_URL: baseUrl, PORTARIA_HOST: 'localhost' }).catch((error) => {
      throw new Error(error.message);
    });
    try {
      expect(await keysOf()).to.deep.equal(keys);
      expect((await jar.get(`${source.issuer}/launchpad`)).status, 'a session goes on').to.equal(200);
      const refreshed = await token(
        source.issuer,
        { grant_type: 'refresh_token', refresh_token: tokens.refresh_token },
        basic('payroll', clientSecret),
      );
      expect(refreshed.status, JSON.stringify(refreshed.body)).to.equal(200);
      const browser = new Jar();
      const page = await fillSignIn(browser, await browser.follow(`${source.issuer}/launchpad`), 'jsilva', passwords.joao);
      const done = page.text.includes('data-passkey') ? await answerPasskey(browser, page, passkey) : page;
      expect(done.url).to.equal(`${source.issuer}/launchpad`);
      expect(page.text, 'the passkey was asked for').to.contain('data-passkey');

      const busy = await portaria(['restore', file, '--replace'], { ...own, ...passphrase });
      expect([busy.status, busy.err]).to.deep.equal([65, 'Nothing was changed. A server or a command works on this store. Stop it first.']);
      const again = await portaria(['backup', join(folder, 'embedded')], { ...own, ...passphrase });
      expect(again.status, again.err).to.equal(0);
    } finally {
      await server.kill('SIGTERM');
    }
    const full = await portaria(['restore', file], { ...own, ...passphrase });
    expect(full.status).to.equal(65);
    expect(full.err).to.contain('not empty: it has acme, other').and.contain('--replace');
    const replaced = await portaria(['restore', join(folder, 'embedded'), '--replace'], { ...own, ...passphrase });
    expect(replaced.status, replaced.err).to.equal(0);

    const key = join(own.PORTARIA_DATA_DIR!, 'master.key');
    renameSync(key, `${key}.lost`);
    for (const args of [
      ['backup', join(folder, 'keyless')],
      ['context', 'list'],
    ]) {
      const lost = await portaria(args, { ...own, ...passphrase });
      expect([lost.status, lost.err], args.join(' ')).to.satisfy(
        () => lost.status === 78 && /master\.key is not there, and the store needs it/.test(lost.err),
      );
    }
    expect([existsSync(key), existsSync(join(folder, 'keyless'))], 'none is made').to.deep.equal([false, false]);
    const back = await portaria(['restore', join(folder, 'embedded'), '--replace'], { ...own, ...passphrase });
    expect(back.status, back.err).to.equal(0);
    expect(readFileSync(key)).to.deep.equal(readFileSync(`${key}.lost`));
  });

  it('says in words why it does nothing', async () => {
    const cut = join(folder, 'cut');
    writeFileSync(cut, readFileSync(file).subarray(0, 5000));
    const nobody = { PORTARIA_DATA_DIR: join(folder, 'nobody') };
    const faults: [string[], Env, number, RegExp][] = [
      [['backup'], own, 64, /Give one file/],
      [['backup', join(folder, 'x')], own, 64, /PORTARIA_BACKUP_PASSPHRASE/],
      [['backup', join(folder, 'x')], { ...own, PORTARIA_BACKUP_PASSPHRASE: 'short' }, 78, /at least 12 characters/],
      [['backup', file], { ...own, ...passphrase }, 64, /tonight exists already/],
      [['backup', join(folder, 'no/where')], { ...own, ...passphrase }, 1, /Nothing was written: .*does not exist/],
      [['restore', join(folder, 'no-such')], { ...nobody, ...passphrase }, 65, /no-such does not exist/],
      [['restore', file], { ...nobody, PORTARIA_BACKUP_PASSPHRASE: 'another passphrase' }, 65, /The passphrase is not the one of/],
      [['restore', cut], { ...nobody, ...passphrase }, 65, /cut was cut or changed/],
      [['restore', fileURLToPath(import.meta.url)], { ...nobody, ...passphrase }, 65, /is no backup/],
    ];
    for (const [args, env, status, words] of faults) {
      const result = await portaria(args, env);
      expect([result.status, result.err], `${args.join(' ')}: ${result.err}`).to.satisfy(
        () => result.status === status && words.test(result.err),
      );
    }
    expect(existsSync(nobody.PORTARIA_DATA_DIR), 'before anything was made').to.equal(false);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).to.deep.equal([]);
  });

  it('into a database with keys of its own: the backup’s have to be there, and can be had from it', async () => {
    const target = await createTestDatabase();
    const other = { DATABASE_URL: target.url, PORTARIA_MASTER_KEYS: `own:${Buffer.alloc(32, 3).toString('base64')}`, ...passphrase };
    const refused = await portaria(['restore', file], other);
    expect(refused.status).to.equal(65);
    expect(refused.err).to.contain('master keys "test"').and.contain('--keys-to');
    const keys = join(folder, 'keys');
    expect((await portaria(['restore', file, '--keys-to', keys], other)).status).to.equal(0);
    expect([readFileSync(keys, 'utf8'), statSync(keys).mode & 0o777]).to.deep.equal([`${testMasterKeys}\n`, 0o600]);
    const { PORTARIA_MASTER_KEYS: _, ...rest } = other;
    const done = await portaria(['restore', file], { ...rest, PORTARIA_MASTER_KEYS_FILE: keys });
    expect(done.status, done.err).to.equal(0);
    // a server with another key says so instead of starting
    const wrong = await portaria(['context', 'list'], other);
    expect([wrong.status, wrong.err]).to.satisfy(() => wrong.status === 78 && wrong.err.includes('needs the master key "test"'));
    const doctor = await portaria(['doctor', '--json'], other);
    expect(doctor.out).to.contain('the store needs the master key \\"test\\"');
    await target.drop();
  });

  it('killed in the middle, neither leaves anything that passes for whole', async () => {
    const target = await createTestDatabase({ of: 'started' });
    const held = openDatabase(`${target.url}&application_name=test`, 8);
    const env = { ...onDatabase(target.url), ...passphrase };
    const before = await held.knex('users').count();
    const interrupted = join(folder, 'interrupted');
    /** Holds what `args` needs, and kills it where it waits. */
    const kill = (args: string[], lock: string, application: string) =>
      held.knex.transaction(async (trx) => {
        await trx.raw(lock);
        const child = portariaProcess(args, env);
        await eventually(async () => {
          const { rows } = await held.knex.raw(
            "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = ? AND wait_event_type = 'Lock'",
            [application],
          );
          expect(rows[0].n).to.equal(1);
        }, 60_000);
        child.kill('SIGKILL');
        await once(child, 'exit');
      });
    await kill(['backup', interrupted], 'LOCK TABLE users IN ACCESS EXCLUSIVE MODE', 'portaria backup');
    expect(existsSync(interrupted)).to.equal(false);
    const left = await portaria(['backup', interrupted], env);
    expect([left.status, left.err]).to.satisfy(() => left.status === 1 && /interrupted\.part is there: .* remove it/.test(left.err));
    const taken = await portaria(['restore', `${interrupted}.part`, '--replace'], env);
    expect(taken.err).to.match(/was cut or changed/);

    await kill(['restore', file, '--replace'], 'LOCK TABLE users IN ACCESS SHARE MODE', 'portaria restore');
    await eventually(async () => {
      const { rows } = await held.knex.raw("SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'portaria restore'");
      expect(rows[0].n).to.equal(0);
    });
    expect(await held.knex('users').count()).to.deep.equal(before);
    const whole = await portaria(['doctor', '--json'], env);
    expect(JSON.parse(whole.out).findings.filter(({ check, level }: Env) => check === 'schema' && level === 'ok')).to.have.length(1);
    await held.close();
    await target.drop();
  });

  // a small disk: where we are root and may mount one; that a fault of any disk leaves nothing, test/platform/backup shows
  const small = join(folder, 'small');
  mkdirSync(small);
  const isMounted = process.getuid?.() === 0 && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=20k', 'tmpfs', small]).status === 0;
  const fullDisk = async () => {
    const target = await createTestDatabase({ of: 'started' });
    try {
      const full = await portaria(['backup', join(small, 'tonight')], { ...onDatabase(target.url), ...passphrase });
      expect(full.status).to.equal(1);
      expect(full.err).to.match(/^Nothing was written: the disk of .* is full\.$/);
      expect(readdirSync(small)).to.deep.equal([]);
      writeFileSync(join(small, 'fills'), Buffer.alloc(16 * 1024));
      const server = await portaria(['migrate'], { PORTARIA_DATA_DIR: join(small, 'data') });
      expect([server.status, server.err.split('\n').at(-1)]).to.satisfy(
        () => server.status === 1 && /disk .*is full/.test(server.err),
        server.err,
      );
    } finally {
      spawnSync('umount', ['-l', small]);
      await target.drop();
    }
  };
  if (isMounted) it('a full disk is said, and leaves nothing', fullDisk);

  it('a data folder that cannot be used is named, with what to do', async () => {
    writeFileSync(join(folder, 'no-folder'), '');
    for (const [dataDir, words] of [
      [join(folder, 'no-folder'), /no folder/],
      [join(folder, 'no-folder/below'), /no folder/],
      ['/proc/portaria', /does not exist|closed|no writes/],
    ] as const) {
      const { status, err } = await portaria(['migrate'], { PORTARIA_DATA_DIR: dataDir });
      expect([status, err]).to.satisfy(() => status === 78 && words.test(err) && err.includes('PORTARIA_DATA_DIR'), err);
    }
  });
});
