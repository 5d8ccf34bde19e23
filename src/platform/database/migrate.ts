import { readdirSync } from 'node:fs';
import { Logger, runMigrations } from 'graphile-worker';
import type { Knex } from 'knex';
import type { Database, Db } from './database.ts';

const folder = new URL('../../../migrations/', import.meta.url);
const lockId = 7_262_511; // any number of ours: two processes that start at once take turns

// Names are stored without extension, so that .ts sources and .js builds agree on what has run.
const source: Knex.MigrationSource<string> = {
  getMigrations: async () =>
    readdirSync(folder)
      .filter((file) => /^\d{14}_\w+\.(ts|js)$/.test(file))
      .sort(),
  getMigrationName: (file) => file.replace(/\.(ts|js)$/, ''),
  getMigration: (file) => import(new URL(file, folder).href),
};

/** Brings the schema up to date under an advisory lock. @returns the names of the migrations that ran */
export async function migrate(database: Database): Promise<string[]> {
  return database.knex.transaction(async (lock) => {
    // a transaction's lock, so that it works through a pooler and dies with its process
    await lock.raw('SELECT pg_advisory_xact_lock(?)', [lockId]);
    await runMigrations({ connectionString: database.url, logger: quiet });
    await database.knex.migrate.forceFreeMigrationsLock({ migrationSource: source }).catch(() => {}); // left by a killed process; no table on a new store
    const [, names] = (await database.knex.migrate.latest({ migrationSource: source })) as [number, string[]];
    return names;
  });
}

/** Migrations of this version that the store has not had. */
export async function pendingMigrations(db: Db): Promise<string[]> {
  const [, pending] = (await db.migrate.list({ migrationSource: source })) as [unknown, (string | { file: string })[]];
  return pending.map((entry) => (typeof entry === 'string' ? entry : entry.file));
}

const quiet = new Logger(() => () => {});
