import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/platform/database/index.ts';

const asRoot = process.getuid?.() === 0;
/** Only root may make a small disk, and in some containers not even root. */
export const mayMakeDisks = asRoot && spawnSync('unshare', ['--mount', 'true']).status === 0;
const diskBytes = 64 * 1024 * 1024;

export type OwnPostgres = {
  /** Of a role that is no superuser, as operators should have it. */
  url: string;
  /** As its operator, in the same database. */
  operator(): Promise<pg.Client>;
  /** Of the server and of everybody's connections. */
  processes(): Promise<number[]>;
  /** Fills the disk with the role's tables up, where `mayMakeDisks`. @returns makes room again */
  fillDisk(): () => void;
  stop(): Promise<void>;
};

/** A PostgreSQL of its own, to be broken. It is started again by itself when it was killed. */
export async function startOwnPostgres(): Promise<OwnPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'portaria-own-'));
  chmodSync(folder, 0o755);
  const server = await startEmbeddedPostgres(join(folder, 'data'));
  const disk = join(folder, 'disk');
  mkdirSync(disk, { mode: 0o755 });
  if (mayMakeDisks) execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', disk]);
  const place = join(disk, 'tables');
  mkdirSync(place, { mode: 0o700 });
  if (asRoot) chownSync(place, 65_534, 65_534);
  const at = (name: string) => server.url.replace('/portaria?', `/${name}?`);
  const connect = async (name: string): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: at(name) });
    client.on('error', () => {}); // it is broken on purpose
    await client.connect();
    return client;
  };
  const first = await connect('postgres');
  await first.query(`CREATE TABLESPACE small LOCATION '${place}'`);
  await first.query('CREATE ROLE app LOGIN');
  await first.query('CREATE DATABASE broken OWNER app TABLESPACE small');
  await first.end();
  const filler = join(disk, 'filler');
  return {
    url: at('broken').replace('postgres@', 'app@'),
    operator: () => connect('broken'),
    async processes() {
      const client = await connect('postgres');
      const { rows } = await client.query<{ pid: number }>('SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()');
      await client.end();
      const postmaster = Number(readFileSync(join(folder, 'data/postgres/cluster/postmaster.pid'), 'utf8').split('\n')[0]);
      return [postmaster, ...rows.map(({ pid }) => pid)];
    },
    fillDisk() {
      const { bavail, bsize } = statfsSync(disk);
      writeFileSync(filler, Buffer.alloc(bavail * bsize));
      return () => rmSync(filler);
    },
    async stop() {
      await server.stop();
      if (mayMakeDisks) execFileSync('umount', [disk]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
