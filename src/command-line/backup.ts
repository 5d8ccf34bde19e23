import { isAbsolute, resolve } from 'node:path';
import { openStore, readMasterKeys, refuseOtherKeys } from '../app/open-store.ts';
import { dumpStore, NoStore, writeBackup } from '../platform/backup/index.ts';
import { describeSystemFault } from '../platform/errors/index.ts';
import { type Command, type Output, UsageError } from './command.ts';
import { readPassphrase } from './passphrase.ts';

export const backupCommand: Command = {
  words: 'backup',
  summary: 'Writes everything to one file, of one moment, while servers go on; a passphrase seals it, and the master keys are in it',
  usage: 'backup FILE      (the passphrase is asked for, or PORTARIA_BACKUP_PASSPHRASE)',
  examples: ['backup /backups/portaria-2026-11-30', 'backup /backups/tonight --json'],
  async run({ args: [file, ...rest], config, note }): Promise<Output> {
    if (!file || rest.length > 0) throw new UsageError('Give one file.');
    const passphrase = await readPassphrase(config, { isNew: true });
    // as it is: a store that an older server works on stays of its version
    const store = await openStore({ ...config, databasePoolSize: 2 }, { say: note, migrations: false, mayMake: false });
    try {
      // it would be whole, and nobody could open what is in it
      await refuseOtherKeys(store);
      const { version: software } = (await import('../../package.json', { with: { type: 'json' } })).default;
      const about = { software, masterKeys: readMasterKeys(config, store.isEmbedded) };
      const { head, foot, bytes } = await writeBackup(file, passphrase, dumpStore(store.database.url, about));
      return {
        text: `${absolute(file)}: everything as of ${head.takenAt}, ${foot.rows} rows of ${foot.tables} tables, ${sizeOf(bytes)}. It was read back and is whole. Without its passphrase it is worth nothing.`,
        data: { file: absolute(file), takenAt: head.takenAt, version: software, tables: foot.tables, rows: foot.rows, bytes },
      };
    } catch (error) {
      throw inWords(error, file);
    } finally {
      await store.close();
    }
  },
};

const absolute = (file: string): string => (isAbsolute(file) ? file : resolve(file));
const sizeOf = (bytes: number): string => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

function inWords(error: unknown, file: string): unknown {
  if (error instanceof NoStore) return new Error('There is nothing to back up: no server has started on this store yet.');
  const { code, path = '' } = error as NodeJS.ErrnoException;
  if (code === 'EEXIST' && path.endsWith('.part'))
    return new Error(`${path} is there: another backup is being written, or one was cut short. If none is, remove it.`);
  if (code === 'EEXIST') return new UsageError(`${path} exists already. Give another name.`);
  const fault = describeSystemFault(error, file);
  return fault ? new Error(`Nothing was written: ${fault}.`) : error;
}
