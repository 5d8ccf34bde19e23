import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Jar, send } from '../support/jar.ts';
import { pause, scaleLimit, until } from '../support/patience.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { eventually, linesOf, onDatabase, portaria, startServerProcess } from '../support/process.ts';
import { followSaml } from '../support/saml.ts';
import { fillSignIn, freePort, passwords, signedIn } from '../support/server.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The demo takes the two ports behind its own for the sample applications. */
async function freePortOfDemo(): Promise<number> {
  const isTaken = (port: number) =>
    send(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    );
  for (;;) {
    const port = await freePort();
    const samples = await Promise.all([1, 2, 3].map((n) => isTaken(port + n)));
    if (port < 65_000 && !samples.includes(true)) return port;
  }
}

describe('the server process', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), 'portaria-server-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('npm start on an empty store: prints addresses and passwords once, and they work through to the sample application', async () => {
    const port = await freePortOfDemo();
    const start = async (at: number) => {
      const env = { PATH: process.env.PATH, PORT: String(at), PORTARIA_DATA_DIR: join(folder, 'demo'), PORTARIA_DRAIN_SECONDS: '0' };
      const child = spawn(process.execPath, ['scripts/start.mjs', 'server'], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
      let output = '';
      child.stdout.on('data', (chunk) => {
        output += chunk;
      });
      child.stderr.on('data', (chunk) => {
        output += chunk;
      });
      await until(
        () => output.includes('is at http'),
        () => output,
        20_000,
      );
      await pause(300); // what it says once more, if it does
      return { child, output: () => output };
    };
    const first = await start(port);
    const [, admin] = /admin@demo\.example\s+([^\s"]+)/.exec(first.output()) ?? [];
    const [, regular] = /jsilva\s+([^\s"]+)/.exec(first.output()) ?? [];
    expect([admin, regular], first.output()).to.not.include(undefined);
    const jar = new Jar();
    const signIn = await jar.follow(`http://localhost:${port}/`);
    expect(signIn.url, 'the first address leads to the only company').to.contain('/demo/sign-in/');
    const launchpad = await fillSignIn(jar, signIn, 'jsilva', regular!);
    const [tile, samlTile] = [...launchpad.text.matchAll(/href="([^"]*launchpad\/open\/[^"]*)"/g)].map(([, address]) => address!);
    const sample = await jar.follow(new URL(tile!, launchpad.url).href);
    expect(sample.url).to.equal(`http://localhost:${port + 1}/`);
    expect(sample.text).to.contain('João da Silva');
    // what the sample API says to the sample application, for somebody of Finance
    expect((await jar.get(`http://localhost:${port + 1}/notes`, { method: 'POST' })).text).to.contain('200 ');
    const { headers } = await jar.get(`http://localhost:${port + 3}/notes`);
    const [, metadata] = /resource_metadata="([^"]+)"/.exec(headers['www-authenticate'] ?? '') ?? [];
    expect((await jar.get(metadata!)).text).to.contain('https://notes.demo.example/');
    const samlSample = await followSaml(jar, await jar.get(new URL(samlTile!, launchpad.url).href));
    expect(samlSample.url).to.equal(`http://localhost:${port + 2}/`);
    expect(samlSample.text).to.contain('Signed in by SAML as').and.contain('jsilva');
    // without a mail server the demo keeps its mails, for this machine alone
    expect(first.output()).to.contain('/demo/mails');
    const demo = `http://localhost:${port}/demo`;
    const asking = new Jar();
    await asking.submit(asking.form(await asking.get(`${demo}/recovery`), /recovery$/), { login: 'admin@demo.example' });
    let link: string | undefined;
    await eventually(async () => {
      link = /href="([^"]*\/recovery\/[\w-]{43})"/.exec((await asking.get(`${demo}/mails`)).text)?.[1];
      expect(link).to.not.equal(undefined);
    });
    expect((await asking.get(link!)).text).to.contain('Choose a new password');
    expect((await asking.get(`${demo}/mails`, { headers: { 'x-forwarded-for': '192.0.2.1' } })).status, 'through a proxy').to.equal(404);
    // whose code the other one begins with
    const { status, stderr } = portaria(['context', 'create', 'dem', '--name', 'Dem'], { PORTARIA_DATA_DIR: join(folder, 'demo') });
    expect(status, stderr).to.equal(0);
    const neighbour = await asking.get(`http://localhost:${port}/dem/mails`);
    expect(neighbour.status).to.equal(200);
    expect(neighbour.text, 'the mails of another company').to.not.contain('/demo/');
    const beside = await start(await freePortOfDemo());
    expect(beside.output()).to.contain('shares its store, and leaves its sample applications alone').and.not.contain(regular!);
    beside.child.kill('SIGTERM');
    await once(beside.child, 'exit');
    expect((await jar.follow(new URL(tile!, launchpad.url).href)).url, 'the store runs on, and the samples are where they were').to.equal(
      `http://localhost:${port + 1}/`,
    );
    first.child.kill('SIGINT');
    const [code] = await once(first.child, 'exit');
    expect(code).to.equal(0);
    const told = linesOf(first.output());
    expect(told.map(({ msg }) => msg).join('\n')).to.contain('Stopping (SIGINT)');
    expect(told.filter(({ msg }) => msg === 'request').length, 'what was done meanwhile').to.be.greaterThan(10);
    const otherPort = await freePortOfDemo();
    const second = await start(otherPort);
    expect(second.output()).to.contain('/demo/launchpad').and.not.contain(regular!);
    const again = new Jar();
    const home = await fillSignIn(again, await again.follow(`http://localhost:${otherPort}/demo/launchpad`), 'jsilva', regular!);
    const [moved, samlMoved] = [...home.text.matchAll(/href="([^"]*launchpad\/open\/[^"]*)"/g)].map(([, address]) => address!);
    expect((await again.follow(new URL(moved!, home.url).href)).url, 'the samples follow the port').to.equal(
      `http://localhost:${otherPort + 1}/`,
    );
    expect((await again.get(`http://localhost:${otherPort + 1}/notes`)).text, 'and the API is as before').to.contain('200 ');
    expect((await followSaml(again, await again.get(new URL(samlMoved!, home.url).href))).url).to.equal(
      `http://localhost:${otherPort + 2}/`,
    );
    second.child.kill('SIGTERM');
    await once(second.child, 'exit');
  });

  it('says every fault of its settings at once, and what to do when its port is taken', async () => {
    const run = async (env: Record<string, string>) => {
      const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/processes/server.ts'], {
        cwd: root,
        env: { PATH: process.env.PATH, PORTARIA_DATA_DIR: join(folder, 'faults'), PORTARIA_DEMO: 'false', ...env },
      });
      let output = '';
      child.stderr.on('data', (chunk) => {
        output += chunk;
      });
      const [code] = await once(child, 'close');
      return { code, output };
    };
    const faults = await run({ PORT: 'x', PORTARIA_LOG_LEVEL: 'loud', PORTARIA_TYPO: '1' });
    expect(faults.code).to.equal(78);
    for (const name of ['PORT', 'PORTARIA_LOG_LEVEL', 'PORTARIA_TYPO']) expect(faults.output).to.contain(name);
    expect(faults.output).not.to.contain('    at ');
    const [fault] = linesOf(faults.output);
    expect(fault).to.include({ level: 'fatal' });
    expect(fault!.faults).to.have.length(3);
    const noKey = await run({ DATABASE_URL: 'postgres://x@127.0.0.1:1/y' });
    expect(noKey.output).to.contain('PORTARIA_MASTER_KEYS');
    expect(linesOf(noKey.output)).to.have.length(1);
    const port = await freePort();
    const taken = await startServerProcess(port, { PORTARIA_DATA_DIR: join(folder, 'taken'), PORTARIA_DEMO: 'false' });
    expect((await run({ PORT: String(port), PORTARIA_HOST: '127.0.0.1' })).output).to.contain(`port ${port} is in use`);
    const { existsSync } = await import('node:fs');
    expect(existsSync(join(folder, 'faults/postgres/cluster/postmaster.pid')), 'and the store does not stay behind').to.equal(false);
    await taken.kill('SIGTERM');
  });

  it('the worker says why it does not start in one line, too', async () => {
    const env = { PATH: process.env.PATH, PORT: 'x', PORTARIA_TYPO: '1' };
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/processes/worker.ts'], { cwd: root, env });
    let output = '';
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    expect(await once(child, 'close')).to.deep.equal([78, null]);
    const [fault, ...more] = linesOf(output);
    expect(more).to.be.empty;
    expect(fault).to.include({ level: 'fatal' });
    expect(fault!.faults).to.have.length(2);
  });

  it('people sign in with their passwords where @node-rs/argon2 does not load', async () => {
    const database = await createTestDatabase({ of: 'started' });
    const port = await freePort();
    const without = {
      NODE_OPTIONS: `--import=${new URL('../support/without-node-rs.mjs', import.meta.url).href}`,
      ...onDatabase(database.url),
    };
    const server = await startServerProcess(port, {
      ...without,
      PORTARIA_LOG_LEVEL: 'info',
      PORTARIA_BASE_URL: `http://127.0.0.1:${port}`,
    });
    expect(server.output()).to.match(/"engine":"argon2"/);
    // the hash was written by @node-rs/argon2; a wrong password is refused by the same engine
    const wrong = new Jar();
    const page = await wrong.follow(`${server.url}/acme/launchpad`);
    expect((await fillSignIn(wrong, page, 'ana@acme.example', 'not her password')).status).to.equal(422);
    const jar = await signedIn(server.url, 'ana@acme.example', passwords.ana);
    expect((await jar.get(`${server.url}/acme/launchpad`)).status).to.equal(200);
    const { stdout } = portaria(['doctor'], without);
    expect(stdout).to.match(/ok +passwords +argon2id by argon2; a faster one does not load: @node-rs\/argon2: Cannot find/);
    await server.kill('SIGTERM');
    await database.drop();
  });

  it('starts its demo without the sample applications where one of their packages is missing, and says so in one line', async () => {
    const copy = join(folder, 'without');
    mkdirSync(copy);
    for (const one of ['src', 'views', 'migrations', 'config', 'examples', 'package.json'])
      cpSync(join(root, one), join(copy, one), { recursive: true });
    mkdirSync(join(copy, 'node_modules'));
    for (const one of readdirSync(join(root, 'node_modules')).filter((name) => name !== 'openid-client'))
      symlinkSync(join(root, 'node_modules', one), join(copy, 'node_modules', one));
    const program = join(copy, 'src/processes/server.ts');
    const port = await freePortOfDemo();
    const server = await startServerProcess(
      port,
      { PORTARIA_DATA_DIR: join(folder, 'without-data'), PORTARIA_BASE_URL: `http://localhost:${port}` },
      program,
    );
    await eventually(async () => expect(server.output()).to.match(/admin@demo\.example/));
    expect(server.output().match(/sample|examples|Error/gi)).to.deep.equal(['Sample', 'examples']);
    expect(server.output()).to.contain('Samples         not installed');
    expect(await server.kill('SIGTERM')).to.equal(0);
  });

  it('outlives whoever reads its output, and still stops in good order', async () => {
    const port = await freePort();
    const server = await startServerProcess(port, { PORTARIA_DATA_DIR: join(folder, 'pipe'), PORTARIA_DEMO: 'false' });
    server.child.stdout!.destroy();
    server.child.stderr!.destroy();
    expect(await server.kill('SIGTERM')).to.equal(0);
  });

  it('answers health, readiness and metrics, and nobody else reads the metrics', async () => {
    const database = await createTestDatabase();
    const [port, metricsPort] = [await freePort(), await freePort()];
    const server = await startServerProcess(port, {
      ...onDatabase(database.url),
      PORTARIA_METRICS_PORT: String(metricsPort),
      PORTARIA_METRICS_TOKEN: 'a-token-of-sixteen-or-more',
    });
    expect((await send(`${server.url}/healthz`)).status).to.equal(200);
    expect((await send(`${server.url}/readyz`)).status).to.equal(200);
    expect((await send(`${server.url}/metrics`)).status).to.equal(401);
    const metrics = await send(`${server.url}/metrics`, { headers: { authorization: 'Bearer a-token-of-sixteen-or-more' } });
    expect(metrics.text).to.contain('portaria_http_answers_total').and.contain('portaria_password_hashes_waiting');
    expect((await send(`http://127.0.0.1:${metricsPort}/metrics`)).text).to.contain('process_resident_memory_bytes');
    await database.drop();
    await until(async () => (await send(`${server.url}/readyz`)).status !== 200, 'the fault of the store');
    expect((await send(`${server.url}/readyz`)).status, 'the store is gone').to.equal(503);
    expect((await send(`${server.url}/healthz`)).status).to.equal(200);
    await server.kill('SIGTERM');
  });

  it('slow and huge callers hold nobody up', async () => {
    const database = await createTestDatabase();
    const port = await freePort();
    const server = await startServerProcess(port, onDatabase(database.url));
    const slow = Array.from({ length: 50 }, () => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write(
        'POST /acme/oidc/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\na',
      );
      return socket;
    });
    const begun = performance.now();
    expect((await send(`${server.url}/healthz`)).status).to.equal(200);
    expect(performance.now() - begun).to.be.below(scaleLimit(1000));
    const large = await send(`${server.url}/healthz`, { headers: { 'x-large': 'a'.repeat(20_000) } });
    expect(large.status).to.equal(431);
    for (const socket of slow) socket.destroy();
    const half = connect(port, '127.0.0.1').on('error', () => {});
    const started = performance.now();
    half.write('GET /healthz HTTP/1.1\r\nHost: x\r\nX-Half: ');
    await once(half.resume(), 'close');
    expect(performance.now() - started, 'headers that do not end').to.be.within(9_000, scaleLimit(20_000));
    await server.kill('SIGTERM');
    await database.drop();
  });
});
