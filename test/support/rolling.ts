import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { send } from './jar.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();

export type Release = { name: string; commit: string };

/** The last release before what is here: by its tag, or where a clone has no tags by the commit that scripts/release.ts makes. */
export function findPreviousRelease(): Release | undefined {
  for (const look of [
    () => git('describe', '--tags', '--abbrev=0', '--match', 'v[0-9]*', 'HEAD~1'),
    () => git('log', '-1', '--format=%H', '--extended-regexp', '--grep=^Release [0-9]+\\.[0-9]+\\.[0-9]+$', 'HEAD~1'),
  ]) {
    try {
      const found = look();
      const commit = found && git('rev-parse', '--verify', `${found}^{commit}`);
      if (commit) return { commit, name: JSON.parse(git('show', `${commit}:package.json`)).version };
    } catch {
      // no tag, or a clone that does not reach so far back
    }
  }
  return undefined;
}

/** The sources of a commit, with the packages that are here. */
export function checkOut({ commit }: Release, folder: string): void {
  mkdirSync(folder, { recursive: true });
  execFileSync('sh', ['-c', `git archive ${commit} | tar -x -C "${folder}"`], { cwd: root });
  linkPackages(`${folder}/node_modules`);
}

/** Of packages that were left since then only what is read at the start: without its look a page works as well. */
const left: Record<string, string> = { '@tabler/core': 'dist/css/tabler.min.css' };

function linkPackages(folder: string): void {
  mkdirSync(folder);
  for (const name of readdirSync(`${root}node_modules`)) symlinkSync(`${root}node_modules/${name}`, `${folder}/${name}`);
  for (const [name, file] of Object.entries(left)) {
    if (existsSync(`${root}node_modules/${name}`)) continue;
    mkdirSync(dirname(`${folder}/${name}/${file}`), { recursive: true });
    writeFileSync(`${folder}/${name}/package.json`, '{}');
    writeFileSync(`${folder}/${name}/${file}`, '');
  }
}

export type Balancer = { url: string; close(): Promise<void> };

/** As balancers do: asks each whether it is ready, and sends a request to the next one that is. What reached one is not sent again. */
export async function startBalancer(ports: number[], everyMs = 100): Promise<Balancer> {
  const ready = new Set<number>();
  const agent = new Agent({ keepAlive: true });
  const look = async () => {
    for (const port of ports) {
      const isReady = await send(`http://127.0.0.1:${port}/readyz`).then(
        ({ status }) => status === 200,
        () => false,
      );
      if (isReady) ready.add(port);
      else ready.delete(port);
    }
  };
  let turn = 0;
  const server = createServer((incoming, outgoing) => {
    const able = [...ready];
    const port = able[turn++ % Math.max(1, able.length)];
    if (port === undefined) return void outgoing.writeHead(502).end('nobody is ready');
    const onward = request(
      { host: '127.0.0.1', port, method: incoming.method, path: incoming.url, headers: incoming.headers, agent },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        answer.pipe(outgoing);
      },
    );
    onward.on('error', (error) => outgoing.headersSent || outgoing.writeHead(502).end(`${port}: ${error.message}`));
    incoming.pipe(onward);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  await look();
  const timer = setInterval(() => void look(), everyMs);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      clearInterval(timer);
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
