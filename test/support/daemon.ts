import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isOver, pause, scaleLimit } from './patience.ts';

/** Where Debian and Ubuntu put the library that tells a program another time. */
export const faketimeFiles = ['x86_64', 'aarch64'].map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketime.so.1`);

/** What makes a program's clock that many seconds fast, or slow. Needs `faketime`. */
export const clockEnvironment = (offsetSeconds: number): Record<string, string> =>
  offsetSeconds === 0
    ? {}
    : {
        LD_PRELOAD: faketimeFiles.find((file) => existsSync(file)) ?? '',
        FAKETIME: `${offsetSeconds < 0 ? '-' : '+'}${Math.abs(offsetSeconds)}s`,
        DONT_FAKE_MONOTONIC: '1',
        // Samba's modules would go past the library
        LDB_MODULES_DISABLE_DEEPBIND: '1',
      };

export type Daemon = {
  pid: number;
  output(): string;
  isRunning(): boolean;
  /** Open connections hang and new ones are accepted by the kernel, but nobody answers. */
  pause(): void;
  resume(): void;
  /** Ends it politely, and by force when that takes more than five seconds. */
  stop(): Promise<void>;
  kill(): Promise<void>;
};

/** Whether all its threads are, or it has ended. */
function isStopped(pid: number): boolean {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    return threads.every((thread) => /\) [TZX] /.test(readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8')));
  } catch {
    return !existsSync(`/proc/${pid}`);
  }
}

type Options = { isReady(output: string): boolean | Promise<boolean>; env?: Record<string, string>; cwd?: string; withinMs?: number };

/**
 * A program in the foreground that ends with this process, however this one ends; resolves when `isReady`.
 * @throws with its output when it ends before that, or is not ready within `withinMs` (50,000)
 */
export async function startDaemon(
  [program, ...args]: [string, ...string[]],
  { isReady, env = {}, cwd, withinMs = 50_000 }: Options,
): Promise<Daemon> {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  const ended = once(child, 'exit');
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const end = async (signal: NodeJS.Signals) => {
    if (!isRunning()) return;
    child.kill('SIGCONT');
    child.kill(signal);
    const force = setTimeout(() => child.kill('SIGKILL'), scaleLimit(5000));
    await ended;
    clearTimeout(force);
  };
  for (const begun = performance.now(); !(await isReady(output)); await pause(20)) {
    if (isRunning() && !isOver(begun, withinMs)) continue;
    await end('SIGKILL');
    throw new Error(`${program} does not start\n${output}`);
  }
  return {
    pid: child.pid!,
    output: () => output,
    isRunning,
    pause() {
      child.kill('SIGSTOP');
      // a busy machine stops its threads a moment later
      for (let i = 0; i < 5000 && !isStopped(child.pid!); i++) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    },
    resume: () => child.kill('SIGCONT'),
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}
