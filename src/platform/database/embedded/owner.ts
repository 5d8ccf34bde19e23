import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Starts programs as the user that owns the cluster. */
export type Runner = {
  start(program: string, args: string[], options: SpawnOptions): ChildProcess;
  run(program: string, args: string[]): Promise<void>;
  own(path: string): void;
  /** Whether a file of that owner is ours or the cluster's. */
  isOurs(uid: number): boolean;
  exists(path: string): boolean;
  touch(path: string): void;
};

const nobody = 65_534;

/**
 * PostgreSQL refuses to run as root. As root it runs as "nobody", who is given the data directory. Below a folder that others may not enter (such as /root) it also
 * gets the one capability that lets it pass, by util-linux's setpriv, so that the data stay where the operator put them.
 * @throws Error with a remedy when neither way is open
 */
export function prepareOwner(dataDir: string, home: string): Runner {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot) return runnerWith([], {});
  if (isReachable(dirname(dataDir)) && isReachable(process.cwd())) {
    chownSync(dataDir, nobody, nobody);
    chownSync(home, nobody, nobody);
    chmodSync(home, 0o700);
    return runnerWith([], { uid: nobody, gid: nobody });
  }
  if (spawnSync('setpriv', ['--version']).status !== 0) {
    throw new Error(
      `As root the embedded store runs as another user, who cannot enter ${dataDir}. Set PORTARIA_DATA_DIR to a folder outside private ones such as /root, or start Portaria as an ordinary user.`,
    );
  }
  chownSync(home, nobody, nobody);
  const setpriv = [
    'setpriv',
    `--reuid=${nobody}`,
    `--regid=${nobody}`,
    '--clear-groups',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
    '--securebits=+no_setuid_fixup',
  ];
  return runnerWith(setpriv, {});
}

function isReachable(path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

function runnerWith(prefix: string[], credentials: { uid?: number; gid?: number }): Runner {
  const start: Runner['start'] = (program, args, options) => {
    const [command = program, ...rest] = [...prefix, program];
    return spawn(command, [...rest, ...args], { ...options, ...credentials, env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' } });
  };
  const own = (path: string) => {
    if (process.getuid?.() === 0) chownSync(path, nobody, nobody);
  };
  return {
    start,
    own,
    isOurs: (uid) => uid === process.getuid?.() || (process.getuid?.() === 0 && uid === nobody),
    exists: existsSync,
    touch(path) {
      writeFileSync(path, '');
      own(path);
    },
    run: (program, args) =>
      new Promise((resolve, reject) => {
        const child = start(program, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: join(program, '..') });
        const output: Buffer[] = [];
        child.stdout?.on('data', (chunk) => output.push(chunk));
        child.stderr?.on('data', (chunk) => output.push(chunk));
        child.on('error', reject);
        child.on('exit', (code) => {
          if (code === 0) return resolve();
          const said = Buffer.concat(output).toString();
          // what PostgreSQL's programs say of it is a page
          if (/No space left on device/.test(said)) return reject(Object.assign(new Error('the disk is full'), { code: 'ENOSPC' }));
          reject(new Error(`${program} ended with ${code}: ${said.slice(-2000)}`));
        });
      }),
  };
}
