import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Config, ConfigError } from '../config/index.ts';
import { type KeyRing, parseKeyRing, parseMasterKeys } from '../platform/crypto/index.ts';

type KeyConfig = Pick<Config, 'masterKeys' | 'dataDir'>;

const fileOf = ({ dataDir }: Pick<Config, 'dataDir'>): string => join(resolve(dataDir), 'master.key');

/** The keys of the setting, or those that lie in the data directory; undefined when none were made yet. */
export function findMasterKeys(config: KeyConfig): string[] | undefined {
  if (config.masterKeys) return config.masterKeys;
  const file = fileOf(config);
  if (!existsSync(file)) return undefined;
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}

/**
 * The entries of the key ring, `id:base64` each: from the setting, or with the embedded store from its data directory, where they are made when there are none.
 * @throws Error with a remedy
 */
export function readMasterKeys(config: KeyConfig, isEmbedded: boolean): string[] {
  const found = isEmbedded || config.masterKeys ? findMasterKeys(config) : undefined;
  if (found) return found;
  if (!isEmbedded) {
    throw new Error(
      'PORTARIA_MASTER_KEYS is not set. With DATABASE_URL the key that encrypts secrets is yours to keep: set it to main:KEY, with KEY from "openssl rand -base64 32".',
    );
  }
  try {
    writeFileSync(fileOf(config), `${newMasterKey()}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // another process started at once and made it
  }
  return findMasterKeys(config)!;
}

const newMasterKey = (): string => `main:${randomBytes(32).toString('base64')}`;

/** @throws ConfigError where the file cannot be what it was. What is sealed says the name of its key alone, so two of one name would be taken for one */
export function openKeyRing(config: KeyConfig, isEmbedded: boolean): KeyRing {
  const entries = readMasterKeys(config, isEmbedded);
  if (config.masterKeys) return parseMasterKeys(entries);
  try {
    return parseMasterKeys(entries);
  } catch (error) {
    throw new ConfigError([
      `${fileOf(config)}: ${(error as Error).message}. Put the file back as it was; where a restore was cut short, run "portaria restore FILE --replace" again`,
    ]);
  }
}

/** For a store that is about to be replaced, whose keys may be lost or damaged. Nothing of it is kept. */
export function standInKeys(config: KeyConfig): KeyRing {
  try {
    return parseKeyRing(findMasterKeys(config) ?? [newMasterKey()]);
  } catch {
    return parseKeyRing([newMasterKey()]);
  }
}

/** What a store was written with is lost, and another key would not open it. */
export const lostMasterKeys = (config: KeyConfig): ConfigError =>
  new ConfigError([
    `${fileOf(config)} is not there, and the store needs it: put it back from where you keep it, or bring the store back with its keys by "portaria restore FILE --replace"`,
  ]);

/** Puts these keys in the place of those in the data directory: at any moment the file holds the ones or the others. Where there are none, there is no file. */
export function writeMasterKeys(config: Pick<Config, 'dataDir'>, entries: string[]): void {
  const file = fileOf(config);
  if (entries.length === 0) {
    rmSync(file, { force: true });
    return;
  }
  const made = openSync(`${file}.new`, 'w', 0o600);
  writeSync(made, `${entries.join('\n')}\n`);
  fsyncSync(made);
  closeSync(made);
  renameSync(`${file}.new`, file);
}
