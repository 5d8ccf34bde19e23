import { type ChildProcess, spawn } from 'node:child_process';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { descendantsOf, isAlive } from '../support/children.ts';
import { send } from '../support/jar.ts';
import { startBalancer, startLoad } from '../support/load.ts';
import { pause } from '../support/patience.ts';
import { eventually, onDatabase, type ServerProcess, startServerProcess } from '../support/process.ts';
import { freePort, startTestServer, type TestServer } from '../support/server.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** As a Node that cannot let a program take its place. */
const withWrapper = { NODE_OPTIONS: '--import=data:text/javascript,delete(process.execve)' };

describe('ending a server', function () {
  this.timeout(120_000);
  let server: TestServer; // for its database
  const folder = mkdtempSync(join(tmpdir(), 'portaria-ending-'));
  /** Whatever a test has not ended, in groups of their own. */
  const groups = new Set<number>();
  before(async () => {
    server = await startTestServer();
  });
  afterEach(() => {
    for (const group of groups) {
      try {
        process.kill(-group, 'SIGKILL');
      } catch {
        // it ended, as it should
      }
    }
    groups.clear();
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('SIGTERM to one of two behind a balancer, under load on kept connections: no request fails', async () => {
    const start = (port: number) =>
      startServerProcess(port, {
        ...onDatabase(server.databaseUrl),
        PORTARIA_BASE_URL: server.baseUrl,
        PORTARIA_DRAIN_SECONDS: '1',
        PORTARIA_RUN_JOBS: 'false',
      });
    const ports = [await freePort(), await freePort()] as const;
    const running: ServerProcess[] = await Promise.all(ports.map(start));
    const balancer = await startBalancer(running.map(({ url }) => url));
    const load = startLoad(`${balancer.url}/acme`, 8);
    const end = async (one: ServerProcess) => {
      await pause(300);
      const { answered } = load;
      expect(await one.kill('SIGTERM'), one.output()).to.equal(0);
      expect(load.answered).to.be.greaterThan(answered);
    };
    try {
      await end(running[0]!);
      running.push(await start(ports[0]));
      await end(running[1]!);
      await load.stop();
      expect(load.failures).to.deep.equal([]);
    } finally {
      await load.stop();
      await balancer.close();
      await Promise.all(running.map((one) => one.kill('SIGKILL')));
    }
  });

  it('while it drains each answer says that its connection ends', async () => {
    const one = await startServerProcess(await freePort(), {
      ...onDatabase(server.databaseUrl),
      PORTARIA_DRAIN_SECONDS: '30',
      PORTARIA_RUN_JOBS: 'false',
    });
    expect((await send(`${one.url}/healthz`)).headers.connection).to.equal('keep-alive');
    one.child.kill('SIGTERM');
    await eventually(async () => expect((await send(`${one.url}/readyz`)).status).to.equal(503));
    const { status, headers } = await send(`${one.url}/acme/.well-known/openid-configuration`);
    expect([status, headers.connection]).to.deep.equal([200, 'close']);
    // again it changes nothing; from a terminal nobody has to be told
    one.child.kill('SIGTERM');
    await pause(200);
    expect((await send(`${one.url}/healthz`)).status).to.equal(200);
    expect(await one.kill('SIGINT')).to.equal(0);
    expect(one.output().match(/Stopping/g)).to.have.length(1);
  });

  /** By scripts/start.mjs in a process group of its own, on an embedded store with the demo and its samples. */
  async function startDemo(more: Record<string, string>, command: string[]) {
    let port = await freePort();
    if (port > 65_000) port -= 1000; // the samples take the ports after it
    const data = { PORT: String(port), PORTARIA_DATA_DIR: join(folder, 'demo'), PORTARIA_HOST: '127.0.0.1', PORTARIA_DRAIN_SECONDS: '1' };
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...data, ...more };
    const child = spawn(command[0]!, command.slice(1), { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    groups.add(child.pid!);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += chunk;
      });
    await eventually(async () => expect(output).to.contain('Sample (API)'), 90_000);
    return { child, port, output: () => output, all: descendantsOf(child.pid!) };
  }
  const start = [process.execPath, 'scripts/start.mjs', 'server'];
  const endOf = async (child: ChildProcess): Promise<unknown> => {
    const [code, signal] =
      child.exitCode === null && child.signalCode === null ? await once(child, 'exit') : [child.exitCode, child.signalCode];
    return signal ?? code;
  };

  const ways: [name: string, more: Record<string, string>, command: string[], end: (child: ChildProcess, all: number[]) => void][] = [
    ['SIGTERM twice', {}, start, (child) => [1, 2].map(() => child.kill('SIGTERM'))],
    ['SIGTERM to the wrapper and the server together', withWrapper, start, (child) => process.kill(-child.pid!, 'SIGTERM')],
    ['Ctrl+C, to the whole group', { ...withWrapper, PORTARIA_PROCESSES: '2' }, start, (child) => process.kill(-child.pid!, 'SIGINT')],
    ['npm start ended by Ctrl+C', {}, ['npm', 'start'], (child) => process.kill(-child.pid!, 'SIGINT')],
  ];
  for (const [name, more, command, end] of ways)
    it(`${name}: one clean end, and neither the store nor the samples stay`, async () => {
      const { child, all, output } = await startDemo(more, command);
      expect(all.length, 'store and samples run').to.be.greaterThan(4);
      const ended = endOf(child);
      end(child, all);
      expect(await ended, output()).to.equal(0);
      expect(output().match(/Stopping/g)).to.have.length(1);
      await eventually(async () => expect(all.filter(isAlive), output()).to.deep.equal([]));
    });

  it('told to stop while it starts, it leaves no store behind', async () => {
    const data = { PORT: String(await freePort()), PORTARIA_DATA_DIR: join(folder, 'early'), PORTARIA_HOST: '127.0.0.1' };
    const child = spawn(start[0]!, start.slice(1), {
      cwd: root,
      env: { PATH: process.env.PATH, ...data },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    groups.add(child.pid!);
    await once(child.stdout!, 'data'); // the store is being prepared
    const early = new Set<number>();
    const watch = setInterval(() => descendantsOf(child.pid!).forEach((pid) => void early.add(pid)), 50);
    await pause(300);
    const ended = endOf(child);
    child.kill('SIGTERM');
    expect(await ended).to.equal(0);
    clearInterval(watch);
    await eventually(async () => expect([...early].filter(isAlive)).to.deep.equal([]));
  });

  /** What keeps a process from starting, after its supervisor has told it to stop. */
  const hindrances: [name: string, more: () => Record<string, string>][] = [
    ['its port is taken', () => ({ PORTARIA_DRAIN_SECONDS: '1' })],
    ['its store is gone', () => ({ DATABASE_URL: 'postgres://nobody@127.0.0.1:9/nothing' })],
  ];
  for (const [name, more] of hindrances)
    it(`one of several that is told to stop while it starts ends in good order, also where ${name}`, async () => {
      const taken = await freePort();
      const other = createServer().listen(taken, '127.0.0.1');
      await once(other, 'listening');
      cluster.setupPrimary({ exec: join(root, 'src/processes/server.ts'), args: [], execArgv: [], silent: true, cwd: root });
      const worker = cluster.fork({
        ...onDatabase(server.databaseUrl),
        PORT: String(taken),
        PORTARIA_HOST: '127.0.0.1',
        PORTARIA_PROCESSES: '2',
        ...more(),
      });
      let output = '';
      for (const stream of [worker.process.stdout!, worker.process.stderr!])
        stream.on('data', (chunk) => {
          output += chunk;
        });
      worker.on('message', ({ say }) => {
        if (say !== 'hello') return;
        worker.send({ say: 'begin', orders: { runsJobs: false } });
        worker.send({ say: 'stop', ending: 'drain' });
      });
      const [code] = await once(worker, 'exit');
      other.close();
      expect(output).to.not.contain('does not start');
      expect(code).to.equal(0);
    });

  it('a worker of its own ends once, too', async () => {
    const env = { PATH: process.env.PATH, PORTARIA_LOG_LEVEL: 'info', ...onDatabase(server.databaseUrl) };
    const worker = spawn(process.execPath, ['scripts/start.mjs', 'worker'], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    groups.add(worker.pid!);
    let output = '';
    worker.stdout.on('data', (chunk) => {
      output += chunk;
    });
    await eventually(async () => expect(output).to.match(/working on jobs/i), 60_000);
    const ended = endOf(worker);
    worker.kill('SIGTERM');
    worker.kill('SIGTERM');
    expect(await ended).to.equal(0);
  });
});
