import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Config } from '../config/index.ts';
import { listContexts } from '../domain/company/contexts/index.ts';
import { startChain } from '../domain/records/audit/index.ts';
import { inTransaction, openScope, type ScopeParts } from '../domain/scope.ts';
import { systemClock } from '../platform/clock/index.ts';
import { createPasswordHasher, type KeyRing, loadPasswordEngine, type PasswordHasher, parseKeyRing } from '../platform/crypto/index.ts';
import { type Database, migrate, openDatabase, startEmbeddedPostgres, type TimeLimits, timeLimits } from '../platform/database/index.ts';

export type Store = {
  database: Database;
  keyRing: KeyRing;
  hasher: PasswordHasher;
  isEmbedded: boolean;
  migrated: string[];
  close(): Promise<void>;
};

type StoreConfig = Pick<Config, 'databaseUrl' | 'dataDir' | 'databasePoolSize' | 'masterKeys' | 'passwordConcurrency' | 'passwordQueue'>;

/**
 * Opens the operator's database or the embedded one, up to date, with the key ring for its secrets.
 * @param options.limits of statements: those of work unless told
 * @param options.embeddedUrl of the embedded store, where another process of this server runs it
 * @throws Error with a remedy
 */
export async function openStore(
  config: StoreConfig,
  {
    say = (_: string) => {},
    warn = (_: string) => {},
    limits = timeLimits.work as TimeLimits,
    migrations = true,
    embeddedUrl = undefined as string | undefined,
  } = {},
): Promise<Store> {
  const embedded = config.databaseUrl || embeddedUrl ? undefined : await startEmbedded(config, say);
  const url = config.databaseUrl ?? embeddedUrl ?? embedded!.url;
  const isEmbedded = config.databaseUrl === undefined;
  const database = openDatabase(url, config.databasePoolSize, limits, warn);
  try {
    const keyRing = openKeyRing(config, isEmbedded);
    const hasher = createPasswordHasher(config.passwordConcurrency, config.passwordQueue, await loadPasswordEngine());
    const migrated = migrations ? await bringUpToDate(url, { keyRing, hasher }) : [];
    return {
      database,
      keyRing,
      hasher,
      isEmbedded,
      migrated,
      async close() {
        await database.close();
        await embedded?.stop();
      },
    };
  } catch (error) {
    await database.close();
    await embedded?.stop();
    throw error;
  }
}

/** @returns the names of the migrations that ran */
async function bringUpToDate(url: string, { keyRing, hasher }: Pick<Store, 'keyRing' | 'hasher'>): Promise<string[]> {
  const database = openDatabase(url, 4, timeLimits.migration);
  try {
    const migrated = await migrate(database);
    if (migrated.some((name) => name.endsWith('_seal_audit'))) await startChains({ database, keyRing, hasher, clock: systemClock });
    return migrated;
  } finally {
    await database.close();
  }
}

/** Of companies from before there were chains. Later a company without one is a breach, and nothing is begun for it. */
async function startChains(parts: ScopeParts): Promise<void> {
  for (const { contextId } of await listContexts(parts.database.knex))
    await inTransaction(openScope(parts, contextId, { kind: 'system', name: 'migration' }), startChain);
}

async function startEmbedded(config: StoreConfig, say: (message: string) => void) {
  const dataDir = resolve(config.dataDir);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  chmodSync(dataDir, 0o700);
  return startEmbeddedPostgres(dataDir, say);
}

function openKeyRing({ masterKeys, dataDir }: StoreConfig, isEmbedded: boolean): KeyRing {
  if (masterKeys) return parseKeyRing(masterKeys);
  if (!isEmbedded) {
    throw new Error(
      'PORTARIA_MASTER_KEYS is not set. With DATABASE_URL the key that encrypts secrets is yours to keep: set it to main:KEY, with KEY from "openssl rand -base64 32".',
    );
  }
  const file = join(resolve(dataDir), 'master.key');
  if (!existsSync(file)) {
    try {
      writeFileSync(file, `main:${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // another process started at once and made it
    }
  }
  return parseKeyRing(
    readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean),
  );
}
