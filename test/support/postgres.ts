import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { type Database, type EmbeddedPostgres, migrate, openDatabase, startEmbeddedPostgres } from '../../src/platform/database/index.ts';
import { quickFolder } from './quick-folder.ts';

type Shared = { server: EmbeddedPostgres; folder: string };

let shared: Promise<Shared> | undefined;
let count = 0;

/** One PostgreSQL for the whole run, with a migrated template. Nothing of it outlives the run, so it need not wait for the disk, nor be able to go on after a crash. */
async function start(): Promise<Shared> {
  const folder = mkdtempSync(join(quickFolder(), 'portaria-test-'));
  chmodSync(folder, 0o755);
  const server = await startEmbeddedPostgres(join(folder, 'data'));
  const database = openDatabase(server.url, 4);
  await migrate(database);
  await database.close();
  for (const setting of ['fsync', 'full_page_writes', 'synchronous_commit'])
    await administer(server.url, `ALTER SYSTEM SET ${setting} = off`);
  await administer(server.url, 'SELECT pg_reload_conf()');
  return { server, folder };
}

/** @returns the address of the run's PostgreSQL; processes that are started after this find it in their environment */
export async function shareOnePostgres(): Promise<string> {
  if (!process.env.TEST_POSTGRES_URL) {
    shared ??= start();
    process.env.TEST_POSTGRES_URL = (await shared).server.url;
  }
  return process.env.TEST_POSTGRES_URL;
}

const named = (url: string, name: string): string => url.replace('/portaria?', `/${name}?`);

async function administer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: named(url, 'postgres') });
  await client.connect();
  await client.query(sql);
  await client.end();
}

/**
 * A fresh database of its own.
 * @param of the one it begins as: migrated, unless told
 */
export async function createTestDatabase({
  name = `test_${process.pid}_${++count}`,
  of = 'portaria',
} = {}): Promise<{ url: string; open(poolSize?: number): Database; drop(): Promise<void> }> {
  const serverUrl = await shareOnePostgres();
  // page by page through the log it takes seven times as long
  await administer(serverUrl, `CREATE DATABASE ${name} TEMPLATE ${of} STRATEGY file_copy`);
  const url = named(serverUrl, name);
  return {
    url,
    open: (poolSize = 10) => openDatabase(url, poolSize),
    drop: () => administer(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`),
  };
}

export async function stopSharedPostgres(): Promise<void> {
  if (!shared) return;
  const { server, folder } = await shared;
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
