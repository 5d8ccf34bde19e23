import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { isUnavailable } from '../is-unavailable.ts';
import { findBinaries } from './binaries.ts';
import { prepareOwner, type Runner } from './owner.ts';
import { clearAbandonedLocks, isAlive, Killed, readPostmaster, stopServer, superviseServer } from './postmaster.ts';
import { takeTurn } from './turn.ts';
import { countUsers, noteUse, type Role } from './users.ts';

export type EmbeddedPostgres = {
  url: string;
  /** Another server used it when we came. */
  isShared: boolean;
  /** Stops the server unless another process of ours still uses it. @throws Error when it does not end */
  stop(): Promise<void>;
};

/**
 * Starts, or joins, the PostgreSQL that lives in the data directory.
 * @param role as what this process uses it
 * @throws Error with a remedy when this machine cannot run it
 */
export async function startEmbeddedPostgres(
  dataDir: string,
  log: (message: string) => void = () => {},
  role: Role = 'command',
): Promise<EmbeddedPostgres> {
  if (process.platform === 'win32')
    throw new Error('The embedded store runs on Linux and macOS. On Windows set DATABASE_URL to a PostgreSQL 15 or newer.');
  const home = join(dataDir, 'postgres');
  const cluster = join(home, 'cluster');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const runner = prepareOwner(dataDir, home);
  const binaries = findBinaries(home);
  const socketDir = socketFolder(home, runner);
  const url = `postgres://postgres@/portaria?host=${encodeURIComponent(socketDir)}`;

  const users = join(home, 'users');
  const turn = join(home, 'turn');

  const start = async () => {
    await initialise(binaries.initdb, cluster, runner, log);
    if (!(await joinServer(cluster, url))) {
      await clearAbandonedLocks(cluster, socketDir);
      const logFile = join(home, 'postgres.log');
      await superviseServer({ postgres: binaries.postgres, cluster, socketDir, runner, logFile, answers: () => answers(url) });
    }
    await createDatabase(url);
  };
  const ensureRunning = () => takeTurn(turn, () => againWhenKilled(start));

  // recorded before it runs: a process that ends at this moment leaves it running for us
  const { leave, isShared } = await takeTurn(turn, async () => ({
    isShared: countUsers(users, 'server') > 0,
    leave: noteUse(users, role),
  }));
  try {
    await ensureRunning();
  } catch (error) {
    leave();
    throw error;
  }
  let restart: Promise<void> | undefined;
  const watch = setInterval(() => {
    const running = readPostmaster(cluster);
    if (restart || (running && isAlive(running, cluster))) return;
    log('The embedded store has stopped; starting it again');
    restart = ensureRunning()
      .catch((error) => log(`The embedded store does not start: ${(error as Error).message}`))
      .finally(() => {
        restart = undefined;
      });
  }, 1000);
  watch.unref();

  return {
    url,
    isShared,
    async stop() {
      clearInterval(watch);
      await restart;
      await takeTurn(turn, async () => {
        leave();
        if (countUsers(users) === 0) await stopServer(cluster);
      });
    },
  };
}

/** A socket's path may have 107 bytes: deep data directories get a folder of their own below the temporary one. */
function socketFolder(home: string, runner: Runner): string {
  const near = join(home, 'run');
  const folder = near.length <= 80 ? near : join(tmpdir(), `portaria-${createHash('sha256').update(home).digest('hex').slice(0, 12)}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // access to the socket is access to the store: a folder prepared by somebody else is not used
  const found = lstatSync(folder);
  if (!found.isDirectory() || !runner.isOurs(found.uid))
    throw new Error(`${folder} belongs to somebody else. Remove it, or set PORTARIA_DATA_DIR to a shorter path.`);
  chmodSync(folder, 0o700);
  runner.own(folder);
  return folder;
}

/** Whether a server runs, once it answers: one that was killed before reads its log first. @throws Error when it does not answer within a minute */
async function joinServer(cluster: string, url: string): Promise<boolean> {
  for (let waited = 0; waited < 60_000; waited += 50) {
    const running = readPostmaster(cluster);
    if (!running || !isAlive(running, cluster)) return false;
    if (await answers(url)) return true;
    await sleep(50);
  }
  throw new Error(`The embedded store (process ${readPostmaster(cluster)}) runs, and does not answer`);
}

/** Somebody may kill it while it starts, as afterwards. */
async function againWhenKilled(start: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start();
    } catch (error) {
      if (attempt === 5 || !(error instanceof Killed || isUnavailable(error))) throw error;
    }
  }
}

async function initialise(initdb: string, cluster: string, runner: Runner, log: (message: string) => void): Promise<void> {
  if (runner.exists(join(cluster, 'initialised'))) return;
  log('Preparing the embedded store for the first time');
  rmSync(cluster, { recursive: true, force: true }); // an initdb that was killed half way leaves nothing worth keeping
  await runner.run(initdb, ['-D', cluster, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-instructions']);
  runner.touch(join(cluster, 'initialised'));
}

async function connect(url: string, database: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url.replace('/portaria?', `/${database}?`), connectionTimeoutMillis: 2000 });
  client.on('error', () => {});
  await client.connect();
  return client;
}

async function answers(url: string): Promise<boolean> {
  try {
    await (await connect(url, 'postgres')).end();
    return true;
  } catch {
    return false;
  }
}

async function createDatabase(url: string): Promise<void> {
  const client = await connect(url, 'postgres');
  try {
    const found = await client.query("SELECT 1 FROM pg_database WHERE datname = 'portaria'");
    if (found.rowCount === 0) await client.query('CREATE DATABASE portaria');
  } finally {
    await client.end();
  }
}
