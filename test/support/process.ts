import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtProgram } from '../../scripts/built.mjs';
import { send } from './jar.ts';
import { until } from './patience.ts';
import { testMasterKeys } from './server.ts';

export { eventually } from './patience.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** What `npm start` runs. */
const serverProgram = builtProgram(root, 'server') ?? 'src/processes/server.ts';
const keptViews = new URL('kept-views.mjs', import.meta.url).href;

const environment = (extra: Record<string, string>) => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
  MALLOC_MMAP_THRESHOLD_: '131072', // as scripts/start.mjs
  PORTARIA_HOST: '127.0.0.1',
  PORTARIA_LOG_LEVEL: 'error',
  PORTARIA_OUTBOUND_ALLOW: '127.0.0.1',
  PORTARIA_DRAIN_SECONDS: '0',
  // as test/support/server.ts: everything comes from one address
  PORTARIA_ADDRESS_ATTEMPTS: '0',
  PORTARIA_ADDRESS_MAILS: '0',
  ...extra,
});

export type ServerProcess = { child: ChildProcess; output(): string; url: string; kill(signal: NodeJS.Signals): Promise<number | null> };

/** Without settings that this copy of the sources does not know: a server refuses them. */
function knownIn(cwd: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const texts = globSync(`${cwd}/src/config/**/*.ts`).map((file) => readFileSync(file, 'utf8'));
  const isKnown = (name: string) => !name.startsWith('PORTARIA_') || texts.some((text) => text.includes(`'${name}'`));
  return Object.fromEntries(Object.entries(env).filter(([name]) => isKnown(name)));
}

/** Another copy of the sources, and another Node. */
type Place = { cwd?: string; node?: string };

/** A real server in a process of its own; resolves when it is ready. @param given the program, where it is not the one that people start */
export async function startServerProcess(
  port: number,
  extra: Record<string, string>,
  given?: string,
  { cwd = root, node = process.execPath }: Place = {},
): Promise<ServerProcess> {
  const program = given ?? (cwd === root ? serverProgram : 'src/processes/server.ts');
  // another release has views of its own, and what is built has them compiled
  const views = cwd === root && program.startsWith('src/') ? ['--import', keptViews] : [];
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...views, program], {
    cwd,
    env: knownIn(cwd, environment({ PORT: String(port), ...extra })),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const url = `http://127.0.0.1:${port}`;
  // another server at the port may never answer
  const ended = once(child, 'exit').then(() => false);
  const isReady = async (): Promise<boolean> => {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${output}`);
    const answered = send(`${url}/readyz`).then(
      ({ status }) => status === 200,
      () => false,
    );
    return Promise.race([answered, ended]);
  };
  await until(isReady, () => `the server is not ready:\n${output}`, 30_000);
  return {
    child,
    url,
    output: () => output,
    async kill(signal) {
      if (child.exitCode !== null || child.signalCode) return child.exitCode;
      child.kill(signal);
      await once(child, 'exit');
      return child.exitCode;
    },
  };
}

/** What a process wrote for whoever collects lines. @throws Error at the first that is no JSON */
export const linesOf = (output: string): Record<string, unknown>[] =>
  output
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      try {
        return JSON.parse(line);
      } catch {
        throw new Error(`no JSON: ${line}`);
      }
    });

/** Environment of a server on a given database. */
export const onDatabase = (url: string): Record<string, string> => ({ DATABASE_URL: url, PORTARIA_MASTER_KEYS: testMasterKeys });

/** A line as somebody pastes it into a shell, in the folder of the sources. */
export function shell(line: string, extra: Record<string, string>) {
  const env = environment(extra);
  const path = `${dirname(process.execPath)}:${env.PATH}`;
  return spawnSync('sh', ['-c', line], { cwd: root, env: { ...env, PATH: path }, encoding: 'utf8' });
}

/** The command line, as people run it. */
export function portaria(args: string[], extra: Record<string, string>, input?: string) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/start.mjs', 'portaria', ...args], {
    cwd: root,
    env: environment(extra),
    encoding: 'utf8',
    input,
  });
  return { status, stdout, stderr };
}
