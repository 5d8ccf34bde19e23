import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type Daemon, startDaemon } from './daemon.ts';
import { send } from './jar.ts';
import { eventually } from './process.ts';
import { freePort } from './server.ts';

export type Cluster = {
  /** Of the database at the balancer, which leads to whoever is the primary. */
  url: string;
  /** As a machine that loses its power: the primary and what watches over it are gone at once. @returns its name */
  killPrimary(): Promise<string>;
  primary(): Promise<string | undefined>;
  close(): Promise<void>;
};

type Node = { name: string; rest: number; port: number; data: string; patroni?: Daemon };

const programs = (): string => {
  const [newest] = readdirSync('/usr/lib/postgresql').sort((a, b) => Number(b) - Number(a));
  return `/usr/lib/postgresql/${newest}/bin`;
};
const asPostgres = ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', '--pdeathsig', 'KILL'] as const;

/** Two nodes of PostgreSQL by Patroni, the second a synchronous standby, and HAProxy before them, as Debian has them. Needs `patroni`. */
export async function startCluster(): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'portaria-patroni-'));
  execFileSync('chown', ['postgres', folder]);
  chmodSync(folder, 0o755);
  const [client, peer, balancerPort] = [await freePort(), await freePort(), await freePort()];
  const daemons: Daemon[] = [];
  const start = async (...args: Parameters<typeof startDaemon>) => {
    const daemon = await startDaemon(...args);
    daemons.push(daemon);
    return daemon;
  };
  const nodes: Node[] = [];
  for (const name of ['one', 'two']) nodes.push({ name, rest: await freePort(), port: await freePort(), data: join(folder, name) });

  const at = (database: string, user = 'postgres') => `postgres://${user}@127.0.0.1:${balancerPort}/${database}`;
  const close = async () => {
    for (const daemon of daemons.toReversed()) await daemon.kill();
    for (const node of nodes) killPostmaster(node);
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
  await startAll().catch(async (error) => {
    await close();
    throw error;
  });

  async function startAll(): Promise<void> {
    const endpoint = `http://127.0.0.1:${client}`;
    const etcd = [
      '--data-dir',
      `${folder}/etcd`,
      '--unsafe-no-fsync',
      '--listen-client-urls',
      endpoint,
      '--advertise-client-urls',
      endpoint,
    ];
    const peers = `http://127.0.0.1:${peer}`;
    await start(
      ['etcd', ...etcd, '--listen-peer-urls', peers, '--initial-advertise-peer-urls', peers, '--initial-cluster', `default=${peers}`],
      {
        isReady: () => answers(`${endpoint}/health`),
      },
    );
    for (const node of nodes) {
      writeFileSync(`${folder}/${node.name}.yaml`, JSON.stringify(settingsOf(node, client)));
      node.patroni = await start([...asPostgres, 'patroni', `${folder}/${node.name}.yaml`], {
        isReady: () => answers(`http://127.0.0.1:${node.rest}/health`),
      });
    }
    // from here on a commit that was acknowledged is on both
    await eventually(async () => {
      if (!(await answers(`http://127.0.0.1:${nodes[1]!.rest}/sync`))) throw new Error('no synchronous standby');
    }, 30_000);
    writeFileSync(`${folder}/haproxy.cfg`, balancerSettings(balancerPort, nodes));
    await start(['haproxy', '-db', '-f', `${folder}/haproxy.cfg`], { isReady: () => takesConnections(balancerPort) });
    // until it has asked, HAProxy takes both for the primary
    for (const statement of ['CREATE ROLE portaria LOGIN', 'CREATE DATABASE portaria OWNER portaria'])
      await eventually(() => administer(at('postgres'), statement), 20_000);
  }

  const findPrimary = async () => {
    for (const node of nodes) if (node.patroni!.isRunning() && (await answers(`http://127.0.0.1:${node.rest}/primary`))) return node;
    return undefined;
  };
  return {
    url: at('portaria', 'portaria'),
    primary: async () => (await findPrimary())?.name,
    async killPrimary() {
      const node = (await findPrimary())!;
      await node.patroni!.kill();
      killPostmaster(node);
      return node.name;
    },
    close,
  };
}

/** The first line of the file is its process. Its children end when they see it gone. */
function killPostmaster({ data }: Node): void {
  const file = `${data}/postmaster.pid`;
  if (!existsSync(file)) return;
  try {
    process.kill(Number(readFileSync(file, 'utf8').split('\n')[0]), 'SIGKILL');
  } catch {
    // it has ended
  }
}

const answers = (url: string): Promise<boolean> =>
  send(url).then(
    ({ status }) => status === 200,
    () => false,
  );

const settingsOf = ({ name, rest, port, data }: Node, etcd: number) => ({
  scope: 'portaria',
  name,
  restapi: { listen: `127.0.0.1:${rest}`, connect_address: `127.0.0.1:${rest}` },
  etcd3: { host: `127.0.0.1:${etcd}` },
  bootstrap: {
    dcs: {
      // quicker than a real one should be, so that a test need not wait for half a minute
      ttl: 8,
      loop_wait: 1,
      retry_timeout: 3,
      synchronous_mode: true,
      postgresql: { parameters: { max_connections: 100, shared_buffers: '32MB', wal_level: 'replica' } },
    },
    initdb: ['no-sync', { encoding: 'UTF8' }, { locale: 'C.UTF-8' }],
  },
  postgresql: {
    listen: `127.0.0.1:${port}`,
    connect_address: `127.0.0.1:${port}`,
    data_dir: data,
    pgpass: `${data}.pgpass`,
    bin_dir: programs(),
    authentication: { superuser: { username: 'postgres' }, replication: { username: 'replicator' } },
    parameters: { unix_socket_directories: '' },
    pg_hba: ['host all all 127.0.0.1/32 trust', 'host replication all 127.0.0.1/32 trust'],
  },
});

/** Asks Patroni which is the primary, and cuts connections to one that is no more. */
const balancerSettings = (port: number, nodes: Node[]): string =>
  `
defaults
  mode tcp
  timeout connect 2s
  timeout client 30m
  timeout server 30m
  timeout check 2s
listen postgres
  bind 127.0.0.1:${port}
  option httpchk GET /primary
  default-server inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions
${nodes.map(({ name, port: at, rest }) => `  server ${name} 127.0.0.1:${at} check port ${rest}`).join('\n')}
`.trimStart();

async function takesConnections(port: number): Promise<boolean> {
  return administer(`postgres://postgres@127.0.0.1:${port}/postgres`, 'SELECT 1').then(
    () => true,
    () => false,
  );
}

async function administer(connectionString: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2000 });
  client.on('error', () => {});
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}
