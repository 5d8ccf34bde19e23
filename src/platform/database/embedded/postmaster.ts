import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Runner } from './owner.ts';

/** The process id in postmaster.pid, or undefined. */
export function readPostmaster(cluster: string): number | undefined {
  try {
    return Number(readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')[0]) || undefined;
  } catch {
    return undefined;
  }
}

/** Whether that process lives and is a PostgreSQL of this cluster: after a reboot the number may be another program's. */
export function isAlive(pid: number, cluster: string): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return command !== '' && (command.includes(cluster) || command.startsWith('postgres'));
  } catch {
    return process.platform !== 'linux';
  }
}

/**
 * Removes the lock files of a postmaster that is gone. PostgreSQL does so itself, but takes a process number that lives on as a zombie (nobody collects it where
 * process 1 is an ordinary program, as in many containers) or belongs to another program now for a running server. Waits for the last of its backends first:
 * two servers on one cluster would destroy it.
 */
export async function clearAbandonedLocks(cluster: string, socketDir: string): Promise<void> {
  const pid = readPostmaster(cluster);
  if (process.platform !== 'linux' || (pid !== undefined && isAlive(pid, cluster))) return;
  await awaitBackends(cluster);
  for (const file of [join(cluster, 'postmaster.pid'), join(socketDir, '.s.PGSQL.5432.lock'), join(socketDir, '.s.PGSQL.5432')])
    rmSync(file, { force: true });
}

async function awaitBackends(cluster: string): Promise<void> {
  if (process.platform !== 'linux') return;
  for (let waited = 0; backends(cluster).length > 0; waited += 50) {
    if (waited > 30_000)
      throw new Error(
        `Processes ${backends(cluster).join(', ')} of the embedded store did not end after their server was killed. End them and start again.`,
      );
    await sleep(50);
  }
}

/** "Fast shutdown" in PostgreSQL's words, then an immediate one, after which the next start recovers. @throws Error when something of it goes on */
export async function stopServer(cluster: string): Promise<void> {
  const pid = readPostmaster(cluster);
  const isRunning = () => pid !== undefined && isAlive(pid, cluster);
  for (const [signal, tries] of [
    ['SIGINT', 1200],
    ['SIGQUIT', 400],
  ] as const) {
    if (isRunning()) process.kill(pid!, signal);
    for (let i = 0; i < tries && isRunning(); i++) await sleep(25); // it writes out what it has in memory
  }
  if (isRunning()) throw new Error(`The embedded store (process ${pid}) does not end. Do not copy its folder.`);
  await awaitBackends(cluster); // of a server that was killed
}

/** Every process of a PostgreSQL server works in its data directory. */
function backends(cluster: string): string[] {
  return readdirSync('/proc').filter((entry) => {
    if (!/^\d+$/.test(entry)) return false;
    try {
      return readlinkSync(`/proc/${entry}/cwd`) === cluster;
    } catch {
      return false; // gone meanwhile, or another user's
    }
  });
}

/** The server was killed while it started. */
export class Killed extends Error {}

type Server = { postgres: string; cluster: string; socketDir: string; runner: Runner; logFile: string; answers(): Promise<boolean> };

/** Starts the server in a session of its own, so that a Ctrl+C reaches us first and requests in flight still find their store. */
export async function superviseServer({ postgres, cluster, socketDir, runner, logFile, answers }: Server): Promise<void> {
  const log = openSync(logFile, 'a', 0o600);
  const settings = {
    listen_addresses: '',
    unix_socket_directories: socketDir,
    unix_socket_permissions: '0700',
    max_connections: '200',
    shared_buffers: '64MB',
    jit: 'off',
    log_min_messages: 'warning',
    log_checkpoints: 'off',
    logging_collector: 'off',
    timezone: 'UTC',
  };
  const args = ['-D', cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const child = runner.start(postgres, args, { stdio: ['ignore', log, log], detached: true, cwd: cluster });
  closeSync(log);
  child.unref();
  let ended: string | undefined;
  child.on('error', (error) => {
    ended = error.message;
  });
  let killed: NodeJS.Signals | null = null;
  child.on('exit', (code, signal) => {
    killed = signal;
    ended = `it ended with ${signal ?? code}`;
  });
  for (let waited = 0; waited < 60_000; waited += 25) {
    if (await answers()) return;
    if (ended) throw new (killed ? Killed : Error)(`The embedded store did not start: ${ended}. ${wordsOf(logFile)}`);
    await sleep(25);
  }
  throw new Error(`The embedded store did not answer within a minute; its log is ${logFile}`);
}

/** What it said last, and what to do where that is plain. */
function wordsOf(logFile: string): string {
  const said = readFileSync(logFile, 'utf8').slice(-1500);
  return /No space left on device/.test(said) ? 'The disk is full: make room, and start again.' : `Its log: ${said}`;
}
