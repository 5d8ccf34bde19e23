import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { findBinaries } from './binaries.ts';
import { prepareOwner, type Runner } from './owner.ts';
import { clearAbandonedLocks, isAlive, readPostmaster, superviseServer } from './postmaster.ts';
import { takeTurn } from './turn.ts';

export type EmbeddedPostgres = {
  url: string;
  /** Stops the server unless another process of ours still uses it. */
  stop(): Promise<void>;
};

/** Starts, or joins, the PostgreSQL that lives in the data directory. @throws Error with a remedy when this machine cannot run it */
export async function startEmbeddedPostgres(dataDir: string, log: (message: string) => void = () => {}): Promise<EmbeddedPostgres> {
  if (process.platform === 'win32')
    throw new Error('The embedded store runs on Linux and macOS. On Windows set DATABASE_URL to a PostgreSQL 15 or newer.');
  const home = join(dataDir, 'postgres');
  const cluster = join(home, 'cluster');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const runner = prepareOwner(dataDir, home);
  const binaries = findBinaries(home);
  const socketDir = socketFolder(home, runner);
  const url = `postgres://postgres@/portaria?host=${encodeURIComponent(socketDir)}`;

  const ensureRunning = () =>
    takeTurn(join(home, 'turn'), async () => {
      await initialise(binaries.initdb, cluster, runner, log);
      const running = readPostmaster(cluster);
      if (running && isAlive(running, cluster) && (await answers(url))) return;
      await clearAbandonedLocks(cluster, socketDir);
      await superviseServer({
        postgres: binaries.postgres,
        cluster,
        socketDir,
        runner,
        logFile: join(home, 'postgres.log'),
        answers: () => answers(url),
      });
      await createDatabase(url);
    });

  await ensureRunning();
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
    async stop() {
      clearInterval(watch);
      await restart;
      await takeTurn(join(home, 'turn'), async () => {
        if ((await otherUsers(url)) > 0) return;
        const running = readPostmaster(cluster);
        if (!running || !isAlive(running, cluster)) return;
        process.kill(running, 'SIGINT'); // "fast shutdown" in PostgreSQL's words
        for (let i = 0; i < 1200 && isAlive(running, cluster); i++) await sleep(25); // it writes out what it has in memory
      });
    },
  };
}

/** A socket's path may have 107 bytes: deep data directories get a folder of their own below the temporary one. */
function socketFolder(home: string, runner: Runner): string {
  const near = join(home, 'run');
  const folder = near.length <= 80 ? near : join(tmpdir(), `portaria-${createHash('sha256').update(home).digest('hex').slice(0, 12)}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // whoever reaches the socket has the store: a folder that somebody else laid ready is not taken
  const found = lstatSync(folder);
  if (!found.isDirectory() || !runner.isOurs(found.uid))
    throw new Error(`${folder} belongs to somebody else. Remove it, or set PORTARIA_DATA_DIR to a shorter path.`);
  chmodSync(folder, 0o700);
  runner.own(folder);
  return folder;
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

async function otherUsers(url: string): Promise<number> {
  try {
    const client = await connect(url, 'postgres');
    const { rows } = await client.query(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
    );
    await client.end();
    return rows[0].n;
  } catch {
    return 0;
  }
}
