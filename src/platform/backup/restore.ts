import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import pg from 'pg';
import { SealFault } from '../crypto/index.ts';
import {
  copyIn,
  copyOut,
  findForeign,
  findUnknownMigrations,
  knownMigrations,
  lockMigrations,
  migrateInside,
  migrateJobs,
  onOneConnection,
  type Row,
} from '../database/index.ts';
import { readFrames } from './backup-file.ts';
import { copyOutText } from './dump.ts';
import { type Foot, type Frame, type Head, readJson, type TableEnd, type TableHead } from './frames.ts';
import { dropStore, lockStore, readVersion, sessionSettings } from './tables.ts';

/** Why a store cannot take a backup. `what`: a name for the sentence. */
export class RestoreFault extends Error {
  readonly why: 'not-empty' | 'foreign' | 'in-use' | 'newer' | 'newer-store' | 'keys' | 'differs';
  readonly what: string;
  constructor(why: RestoreFault['why'], what = '') {
    super(`${why} ${what}`);
    this.why = why;
    this.what = what;
  }
}

/** The connection broke while the transaction was being ended: the store is either one. */
export class UnknownEnd extends Error {}

export type Restored = { head: Head; foot: Foot; migrated: string[] };
type Target = { isReplacing?: boolean };

/** @throws RestoreFault when the backup is of a version that this one does not know, the store is in use or holds something, or the database is also another program's */
export async function examineTarget(url: string, head: Head, target: Target = {}): Promise<void> {
  const known = new Set(knownMigrations());
  if (head.migrations.some((name) => !known.has(name))) throw new RestoreFault('newer', head.software);
  // under a name that is not in use: PostgreSQL may know of it for a moment longer
  const client = new pg.Client({ connectionString: url, application_name: 'portaria examination' });
  client.on('error', () => {});
  await client.connect();
  try {
    await refuseTarget(client, target);
  } finally {
    await client.end();
  }
}

/** Of a server at work, whose memory would be of another store; of a command, such as a long "apply", by "portaria". */
const users = ['portaria', 'portaria listener', 'portaria jobs', 'portaria workers', 'portaria backup', 'portaria restore'];

async function refuseTarget(client: pg.Client, { isReplacing = false }: Target): Promise<void> {
  const query = async <T extends Row>(text: string) => (await client.query<T>(text)).rows;
  const { rows: found } = await client.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = ANY($1)',
    [users],
  );
  if (found[0]!.n > 0) throw new RestoreFault('in-use');
  // a restore drops what stands there: never what somebody else made
  const foreign = await findForeign(query);
  const unknown = foreign.length > 0 ? await findUnknownMigrations(query) : [];
  if (unknown.length > 0) throw new RestoreFault('newer-store', unknown.at(-1));
  if (foreign.length > 0) throw new RestoreFault('foreign', foreign.slice(0, 3).join(', '));
  if (isReplacing) return;
  const [contexts] = await query<{ has: string | null }>("SELECT to_regclass('public.contexts')::text AS has");
  if (!contexts!.has) return;
  const companies = await query<{ code: string }>('SELECT code FROM public.contexts ORDER BY code LIMIT 3');
  if (companies.length > 0) throw new RestoreFault('not-empty', companies.map(({ code }) => code).join(', '));
}

/**
 * Puts a backup in the place of whatever the store holds, in one transaction, and brings it up to date.
 * @param check is asked before the end; what it throws leaves the store as it was
 * @throws RestoreFault, SealFault; UnknownEnd, where alone the store may be another than before
 */
export async function restoreStore(
  url: string,
  file: string,
  passphrase: string,
  check: (db: Knex.Transaction, restored: Restored) => Promise<void>,
  target: Target = {},
): Promise<Restored> {
  await migrateJobs(url);
  let isEnding = false;
  try {
    return await onOneConnection(url, async (db, client) => {
      const restored = await fill(db, client, readFrames(file, passphrase), target);
      await check(db, restored);
      isEnding = true;
      return restored;
    });
  } catch (error) {
    // what PostgreSQL refuses in a transaction that it goes on to answer for is undone
    if (isEnding && (error as { severity?: string }).severity !== 'ERROR') throw new UnknownEnd((error as Error).message, { cause: error });
    throw error;
  }
}

async function fill(db: Knex.Transaction, client: pg.Client, frames: AsyncGenerator<Frame>, target: Target): Promise<Restored> {
  await client.query(sessionSettings);
  const head: Head = readJson((await frames.next()).value as Frame);
  await prepareTables(db, client, head, target);
  let foot: Foot | undefined;
  for (let next = await frames.next(); !next.done; next = await frames.next()) {
    if (next.value.kind === 'table') await restoreTable(client, readJson<TableHead>(next.value), frames);
    else if (next.value.kind === 'foot') foot = readJson(next.value);
    else throw new SealFault('changed');
  }
  if (!foot) throw new SealFault('changed');
  for (const { name, value } of foot.sequences) await client.query('SELECT setval($1::regclass, $2)', [name, value]);
  // their workers worked for another store
  await client.query('UPDATE graphile_worker._private_jobs SET locked_at = NULL, locked_by = NULL WHERE locked_by IS NOT NULL');
  await client.query('UPDATE graphile_worker._private_job_queues SET locked_at = NULL, locked_by = NULL WHERE locked_by IS NOT NULL');
  return { head, foot, migrated: await migrateInside(db) };
}

/** Empty, and of the version of the backup. */
async function prepareTables(db: Knex.Transaction, client: pg.Client, head: Head, target: Target): Promise<void> {
  await lockMigrations(db);
  await lockStore(client);
  // once more: somebody thought it over for a while, and now nobody else comes
  await refuseTarget(client, target);
  await dropStore(client).catch((error) => {
    const { code, detail = '' } = error as { code?: string; detail?: string };
    throw code === '2BP01' ? new RestoreFault('foreign', detail.split('\n').slice(0, 3).join(', ')) : error;
  });
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
