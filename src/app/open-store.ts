import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Config, ConfigError } from '../config/index.ts';
import { examineMasterKeys, loadFingerprintKeys, noteMasterKeys } from '../domain/administration/master-keys/index.ts';
import { listContexts } from '../domain/company/contexts/index.ts';
import { startChain } from '../domain/records/audit/index.ts';
import { inTransaction, openScope, type ScopeParts } from '../domain/scope.ts';
import { systemClock } from '../platform/clock/index.ts';
import { createPasswordHasher, type KeyRing, loadPasswordEngine, type PasswordHasher } from '../platform/crypto/index.ts';
import {
  type Database,
  isUnavailable,
  migrate,
  openDatabase,
  startEmbeddedPostgres,
  type TimeLimits,
  timeLimits,
} from '../platform/database/index.ts';
import { describeSystemFault } from '../platform/errors/index.ts';
import { findMasterKeys, lostMasterKeys, openKeyRing, standInKeys } from './master-keys.ts';

export { findMasterKeys, readMasterKeys, writeMasterKeys } from './master-keys.ts';

export type Store = {
  database: Database;
  keyRing: KeyRing;
  hasher: PasswordHasher;
  isEmbedded: boolean;
  /** Another server on the same data folder used it when we came. */
  isShared?: boolean;
  migrated: string[];
  close(): Promise<void>;
};

type StoreConfig = Pick<Config, 'databaseUrl' | 'dataDir' | 'databasePoolSize' | 'masterKeys' | 'passwordConcurrency' | 'passwordQueue'>;

/**
 * Opens the operator's database or the embedded one, up to date, with the key ring for its secrets.
 * @param options.limits of statements: those of work unless told
 * @param options.newKeys of a store that is about to be replaced they need not be there: what stands in for them is not kept
 * @param options.isServer it stays, and has the sample applications of its data folder
 * @param options.mayMake an embedded store that is not there yet is made
 * @param options.embeddedUrl of the embedded store, where another process of this server runs it
 * @throws ConfigError, or Error with a remedy
 */
export async function openStore(
  config: StoreConfig,
  {
    say = (_: string) => {},
    warn = (_: string) => {},
    limits = timeLimits.work as TimeLimits,
    migrations = true,
    newKeys = false,
    isServer = false,
    mayMake = true,
    embeddedUrl = undefined as string | undefined,
  } = {},
): Promise<Store> {
  const embedded = config.databaseUrl || embeddedUrl ? undefined : await startEmbedded(config, say, { isServer, mayMake });
  const url = config.databaseUrl ?? embeddedUrl ?? embedded!.url;
  const isEmbedded = config.databaseUrl === undefined;
  const database = openDatabase(url, config.databasePoolSize, limits, warn);
  try {
    const starting = { isEmbedded, database };
    if (isEmbedded && !newKeys) await whileItStarts(starting, () => refuseLostKeys(config, database));
    const keyRing = newKeys ? standInKeys(config) : openKeyRing(config, isEmbedded);
    const hasher = createPasswordHasher(config.passwordConcurrency, config.passwordQueue, await loadPasswordEngine());
    const migrated = migrations ? await whileItStarts(starting, () => bringUpToDate(url, { keyRing, hasher })) : [];
    if (migrations) await whileItStarts(starting, () => noteKeys({ database, keyRing }));
    // the process that migrates has noted them
    else if (isServer) await whileItStarts(starting, () => loadFingerprintKeys(database.knex, keyRing));
    return {
      database,
      keyRing,
      hasher,
      isEmbedded,
      isShared: embedded?.isShared ?? false,
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

/** For how long the embedded store may be away while we start, in ms. */
const mostAwayMs = 60_000;

/**
 * The embedded store may be killed while we start. It is started again by itself, as at any other time, and `work` is done again.
 * @param work that may be done twice
 */
export async function whileItStarts<T>(
  { isEmbedded, database }: Pick<Store, 'isEmbedded' | 'database'>,
  work: () => Promise<T>,
): Promise<T> {
  for (const end = Date.now() + mostAwayMs; ; ) {
    try {
      return await work();
    } catch (error) {
      if (!isEmbedded || !isUnavailable(error) || Date.now() > end) throw error;
    }
    const answers = () =>
      database.knex.raw('SELECT 1').then(
        () => true,
        () => false,
      );
    while (!(await answers()) && Date.now() < end) await sleep(200);
  }
}

/** Keys are there before the first table is, so a store with tables and none has lost them. @throws ConfigError */
async function refuseLostKeys(config: StoreConfig, { knex }: Database): Promise<void> {
  if (findMasterKeys(config) || !(await knex.schema.hasTable('contexts'))) return;
  // another process may have started at once, and made both
  if (!findMasterKeys(config)) throw lostMasterKeys(config);
}

/** @throws ConfigError when the ring lacks a key that the store was written with, or has another of its name */
export async function refuseOtherKeys({ database, keyRing }: Pick<Store, 'database' | 'keyRing'>): Promise<void> {
  const faults = await examineMasterKeys(database.knex, keyRing);
  if (faults.length > 0)
    throw new ConfigError(faults.map((fault) => `PORTARIA_MASTER_KEYS (or master.key in the data directory): ${fault}`));
}

/** Better no server than one that fails wherever a secret is needed, and seals new ones under a key of its own. @throws ConfigError */
async function noteKeys(store: Pick<Store, 'database' | 'keyRing'>): Promise<void> {
  await refuseOtherKeys(store);
  await noteMasterKeys(store.database.knex, store.keyRing, systemClock.now());
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

function makeFolder(dataDir: string): void {
  // the last one by itself: where nothing can be made, such as below /proc, Node.js would try for ever
  for (const [folder, recursive] of [
    [dirname(dataDir), true],
    [dataDir, false],
  ] as const) {
    try {
      mkdirSync(folder, { recursive, mode: 0o700 });
    } catch (error) {
      // another process may start at this moment
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (!statSync(folder).isDirectory()) throw Object.assign(new Error('no folder'), { code: 'ENOTDIR', path: folder });
    }
  }
  chmodSync(dataDir, 0o700);
}

/** @throws ConfigError where the folder cannot be used, or holds no store and none may be made; Error with a remedy */
async function startEmbedded(
  config: StoreConfig,
  say: (message: string) => void,
  { isServer, mayMake }: { isServer: boolean; mayMake: boolean },
) {
  const dataDir = resolve(config.dataDir);
  // made before anything else of the store, so a first start that was cut short counts
  if (!mayMake && !existsSync(join(dataDir, 'postgres')))
    throw new ConfigError([
      `PORTARIA_DATA_DIR: there is no store in ${dataDir} yet. Start the server once to create it, or set this to the folder of your store`,
    ]);
  try {
    makeFolder(dataDir);
    return await startEmbeddedPostgres(dataDir, say, isServer ? 'server' : 'command');
  } catch (error) {
    const fault = describeSystemFault(error, dataDir);
    if (!fault) throw error;
    if (isFull(error)) throw new Error(`The data folder cannot be used: ${fault}. Make room, or set PORTARIA_DATA_DIR to another folder.`);
    throw new ConfigError([`PORTARIA_DATA_DIR: ${fault}. Fix that, or use another folder`]);
  }
}

const isFull = (error: unknown): boolean => ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
