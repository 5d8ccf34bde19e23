#!/usr/bin/env node
// Finds a Node that runs TypeScript sources (>= 22.18) and hands over to it. Plain JavaScript, so that any Node >= 16 can read it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtProgram } from './built.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const programs = {
  server: 'src/processes/server.ts',
  worker: 'src/processes/worker.ts',
  portaria: 'src/processes/portaria.ts',
  smartsync: 'src/processes/smartsync.ts',
  test: 'test/run.ts',
  conformance: 'test/conformance/run.ts',
  bench: 'scripts/bench/index.ts',
  'bench-people': 'scripts/bench/people.ts',
};

export function findNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  const require = createRequire(import.meta.url);
  const name = process.platform === 'win32' ? 'win' : process.platform;
  for (const pkg of [`node-${name}-${process.arch}`, `node-bin-${name}-${process.arch}`]) {
    try {
      const binary = join(dirname(require.resolve(`${pkg}/package.json`)), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
      if (existsSync(binary)) return binary;
    } catch {
      // that platform package is not installed; the next one may be
    }
  }
  return undefined;
}

const [name, ...args] = process.argv.slice(2);
const program = builtProgram(root, name) ?? programs[name] ?? name;
if (!program) {
  console.error(`Usage: node scripts/start.mjs ${Object.keys(programs).join('|')} [arguments]`);
  process.exit(64);
}
if (!existsSync(join(root, 'node_modules', 'koa'))) {
  console.error('The packages are not installed yet. Run: npm ci');
  process.exit(69);
}
const node = findNode();
if (!node) {
  console.error(
    `Portaria needs Node 22.18 or newer; this is ${process.version}, and no packaged Node fits ${process.platform}-${process.arch}.\n` +
      'Run "npm ci" without --omit=optional, or install Node 24 from https://nodejs.org.',
  );
  process.exit(69);
}
/** How the command line was called, for commands that it prints: they work where they are pasted. */
function calledAs() {
  if (process.env.npm_lifecycle_event === 'portaria') return 'npm run -s portaria --';
  const script = basename(process.argv[1] ?? '');
  if (script === 'portaria') return script;
  const path = relative(process.cwd(), process.argv[1] ?? '') || script;
  const quoted = /^[\w./@:+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
  return script === 'portaria.mjs' ? `node ${quoted}` : `node ${quoted} portaria`;
}

const env = {
  // glibc keeps large blocks that were freed among small ones that were not, and the process only grows; this way they go back to the system
  MALLOC_MMAP_THRESHOLD_: '131072',
  // what was read once is kept compiled: the next start takes two thirds of the time, and needs no compiler of TypeScript. Where nothing can be written, it is made anew
  NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compile'),
  ...process.env,
  ...(name === 'portaria' ? { PORTARIA_CALLED_AS: calledAs() } : {}),
};
const flagsOf = {
  // as its package starts it: it stands beside a directory, on a machine that has other things to do
  smartsync: ['--max-semi-space-size=2', '--max-old-space-size=112'],
  // 30 MB less than what V8 takes for what is young, and as fast
  server: ['--max-semi-space-size=8'],
  worker: ['--max-semi-space-size=8'],
  portaria: ['--max-semi-space-size=8'],
};
const flags = flagsOf[name] ?? [];
const parameters = ['--disable-warning=ExperimentalWarning', ...flags, join(root, program), ...args];
if (process.execve && process.platform !== 'win32') {
  // the program takes our place: there is nobody between it and whoever sends it a signal
  process.execve(node, [node, ...parameters], env);
}
const child = spawn(node, parameters, { stdio: 'inherit', env });
// a signal to the whole group reaches the program twice, which counts once for those that run long
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : (code ?? 1)));
