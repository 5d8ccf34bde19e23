import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger, runMigrations } from 'graphile-worker';
import type { Knex } from 'knex';
import pg from 'pg';
import type { Database, Db } from './database.ts';

const folder = new URL('../../../migrations/', import.meta.url);
const lockId = 7_262_511; // any number of ours: two processes that start at once take turns

// Names are stored without extension, so that .ts sources and .js builds agree on what has run.
const nameOf = (file: string): string => file.replace(/\.(ts|js)$/, '');
const listFiles = (): string[] =>
  readdirSync(folder)
    .filter((file) => /^\d{14}_\w+\.(ts|js)$/.test(file))
    .sort();
const sourceOf = (isWanted: (name: string) => boolean): Knex.MigrationSource<string> => ({
  getMigrations: async () => listFiles().filter((file) => isWanted(nameOf(file))),
  getMigrationName: nameOf,
  getMigration: (file) => import(new URL(file, folder).href),
});
const source = sourceOf(() => true);

/** The store may be ahead of this version: the next one is starting beside it, or was here and went. Migrations only add, so this one works all the same. */
const settings: Knex.MigratorConfig = { migrationSource: source, disableMigrationsListValidation: true };

/** Brings the schema up to date under an advisory lock. @returns the names of the migrations that ran */
export async function migrate(database: Database): Promise<string[]> {
  return database.knex.transaction(async (lock) => {
    // a transaction's lock, so that it works through a pooler and dies with its process
    await lock.raw('SET LOCAL lock_timeout = 0');
    await lock.raw('SELECT pg_advisory_xact_lock(?)', [lockId]);
    await migrateJobs(database.url);
    await database.knex.migrate.forceFreeMigrationsLock(settings).catch(() => {}); // left by a killed process; no table on a new store
    const names: string[] = [];
    for (let attempt = 1; ; attempt++) {
      try {
        await runMissing(database.knex, names);
        return names;
      } catch (error) {
        if (attempt === mostAttempts || !givesWay.includes((error as { code?: string }).code ?? '')) throw error;
        await sleep(pauseMs);
      }
    }
  });
}

/** A deadlock, and a lock that was not had in time: other processes are at work on the same tables, and go first. */
const givesWay = ['40P01', '55P03'];
const mostAttempts = 60;
const pauseMs = 250;

/** One after the other, each in a transaction of its own: what has run need not run again. */
async function runMissing(knex: Db, names: string[]): Promise<void> {
  for (;;) {
    const [, [name]] = (await knex.migrate.up(settings)) as [number, string[]];
    if (name === undefined) return;
    names.push(name);
  }
}

/** Names of all migrations of this version. */
export const knownMigrations = (): string[] => listFiles().map(nameOf);

/** The tables of the queue, in steps of its own. */
export async function migrateJobs(url: string): Promise<void> {
  // graphile-worker stops listening before its own connections are closed: a store that goes away at that moment would end the process
  const pgPool = new pg.Pool({ connectionString: url, max: 1, application_name: 'portaria' });
  const ignore = () => {}; // what is under way is told
  pgPool.on('error', ignore);
  pgPool.on('connect', (client) => client.on('error', ignore));
  try {
    await runMigrations({ pgPool, logger: quiet });
  } finally {
    await pgPool.end();
  }
}

/** Until the end of the transaction nobody migrates; who does so at this moment is waited for. */
export const lockMigrations = async (db: Knex.Transaction): Promise<void> =>
  void (await db.raw('SELECT pg_advisory_xact_lock(?)', [lockId]));

/**
 * As `migrate` in a transaction of the caller's, which others who migrate wait for.
 * @param names the only ones that may run
 * @returns the names of those that ran
 */
export async function migrateInside(db: Knex.Transaction, names?: string[]): Promise<string[]> {
  await lockMigrations(db);
  const [, ran] = (await db.migrate.latest({ migrationSource: sourceOf((name) => !names || names.includes(name)) })) as [number, string[]];
  return ran;
}

/** Migrations of this version that the store has not had. */
export async function pendingMigrations(db: Db): Promise<string[]> {
  const [, pending] = (await db.migrate.list(settings)) as [unknown, (string | { file: string })[]];
  return pending.map((entry) => (typeof entry === 'string' ? entry : entry.file));
}

const quiet = new Logger(() => () => {});
