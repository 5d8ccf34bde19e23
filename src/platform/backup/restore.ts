import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import pg from 'pg';
import { SealFault } from '../crypto/index.ts';
import { copyIn, copyOut, findForeignTables, knownMigrations, migrateInside, migrateJobs, onOneConnection } from '../database/index.ts';
import { readFrames } from './backup-file.ts';
import { copyOutText } from './dump.ts';
import { type Foot, type Frame, type Head, readJson, type TableEnd, type TableHead } from './frames.ts';
import { dropStore, readVersion, sessionSettings } from './tables.ts';

/** Why a store cannot take a backup. `what`: a name for the sentence. */
export class RestoreFault extends Error {
  readonly why: 'not-empty' | 'foreign' | 'in-use' | 'newer' | 'differs';
  readonly what: string;
  constructor(why: RestoreFault['why'], what = '') {
    super(`${why} ${what}`);
    this.why = why;
    this.what = what;
  }
}

export type Restored = { head: Head; foot: Foot; migrated: string[] };

/** @throws RestoreFault when the backup is of a version that this one does not know, the store is in use or holds something, or the database is also another program's */
export async function examineTarget(url: string, head: Head, { isReplacing = false } = {}): Promise<void> {
  const known = new Set(knownMigrations());
  if (head.migrations.some((name) => !known.has(name))) throw new RestoreFault('newer', head.software);
  const client = new pg.Client({ connectionString: url, application_name: 'portaria' });
  client.on('error', () => {});
  await client.connect();
  try {
    // of a server at work; what it has in memory would be of another store
    const { rows: users } = await client.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
         AND application_name IN ('portaria listener', 'portaria jobs', 'portaria workers', 'portaria backup', 'portaria restore')`,
    );
    if (users[0]!.n > 0) throw new RestoreFault('in-use');
    // a restore drops what stands there: never what somebody else made
    const foreign = await findForeignTables(async (text) => (await client.query(text)).rows);
    if (foreign.length > 0) throw new RestoreFault('foreign', foreign.slice(0, 3).join(', '));
    if (isReplacing) return;
    const { rows: found } = await client.query<{ has: string | null }>("SELECT to_regclass('public.contexts')::text AS has");
    if (!found[0]!.has) return;
    const { rows: companies } = await client.query<{ code: string }>('SELECT code FROM public.contexts ORDER BY code LIMIT 3');
    if (companies.length > 0) throw new RestoreFault('not-empty', companies.map(({ code }) => code).join(', '));
  } finally {
    await client.end();
  }
}

/**
 * Puts a backup in the place of whatever the store holds, in one transaction, and brings it up to date.
 * @param check is asked before the end; what it throws leaves the store as it was
 * @throws RestoreFault, SealFault
 */
export async function restoreStore(
  url: string,
  file: string,
  passphrase: string,
  check: (db: Knex.Transaction, restored: Restored) => Promise<void>,
): Promise<Restored> {
  await migrateJobs(url);
  return onOneConnection(url, async (db, client) => {
    await client.query(sessionSettings);
    const frames = readFrames(file, passphrase);
    const head: Head = readJson((await frames.next()).value as Frame);
    await prepareTables(db, client, head);
    let foot: Foot | undefined;
    for (let next = await frames.next(); !next.done; next = await frames.next()) {
      if (next.value.kind === 'table') await restoreTable(client, readJson<TableHead>(next.value), frames);
      else if (next.value.kind === 'foot') foot = readJson(next.value);
      else throw new SealFault('changed');
    }
    if (!foot) throw new SealFault('changed');
    for (const { name, value } of foot.sequences) await client.query('SELECT setval($1::regclass, $2)', [name, value]);
    // whoever worked on them worked for another store
    await client.query('UPDATE graphile_worker._private_jobs SET locked_at = NULL, locked_by = NULL WHERE locked_by IS NOT NULL');
    await client.query('UPDATE graphile_worker._private_job_queues SET locked_at = NULL, locked_by = NULL WHERE locked_by IS NOT NULL');
    const restored = { head, foot, migrated: await migrateInside(db) };
    await check(db, restored);
    return restored;
  });
}

/** Empty, and of the version of the backup. */
async function prepareTables(db: Knex.Transaction, client: pg.Client, head: Head): Promise<void> {
  await dropStore(client);
  await migrateInside(db, head.migrations);
  const version = await readVersion(client);
  if (!version || version.migrations.join() !== head.migrations.join()) throw new RestoreFault('differs', 'knex_migrations');
  if (head.jobsSchema > version.jobsSchema) throw new RestoreFault('newer', head.software);
  const { rows } = await client.query<{ name: string }>(
    "SELECT format('graphile_worker.%I', tablename) AS name FROM pg_tables WHERE schemaname = 'graphile_worker' AND tablename LIKE '\\_private\\_%'",
  );
  await client.query(`TRUNCATE ${rows.map(({ name }) => name).join(', ')}`);
}

async function restoreTable(client: pg.Client, table: TableHead, frames: AsyncGenerator<Frame>): Promise<void> {
  let end: TableEnd | undefined;
  async function* rows(): AsyncGenerator<Buffer> {
    // not "for await", which would end the source together with this table
    for (let next = await frames.next(); !next.done; next = await frames.next()) {
      if (next.value.kind === 'rows') yield next.value.body;
      else if (next.value.kind === 'end') {
        end = readJson(next.value);
        return;
      } else break;
    }
    throw new SealFault('changed');
  }
  // counts of people are restored as they are, and not made twice
  await client.query(`ALTER TABLE ${table.name} DISABLE TRIGGER USER`);
  const count = await copyIn(client, `COPY ${table.name} (${table.columns.join(', ')}) FROM STDIN`, rows());
  await client.query(`ALTER TABLE ${table.name} ENABLE TRIGGER USER`);
  const hash = createHash('sha256');
  for await (const row of copyOut(client, copyOutText(table))) hash.update(row);
  if (count !== end!.rows || hash.digest('hex') !== end!.digest) throw new RestoreFault('differs', table.name);
}
