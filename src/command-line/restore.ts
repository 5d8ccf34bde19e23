import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import type { Knex } from 'knex';
import { openStore, type Store } from '../app/open-store.ts';
import { examineMasterKeys } from '../domain/administration/master-keys/index.ts';
import { listContexts } from '../domain/company/contexts/index.ts';
import { recordRestore, verifyChain } from '../domain/records/audit/index.ts';
import { openScope } from '../domain/scope.ts';
import { examineTarget, type Head, type Restored, RestoreFault, restoreStore, UnknownEnd, verifyBackup } from '../platform/backup/index.ts';
import { systemClock } from '../platform/clock/index.ts';
import { parseKeyRing, SealFault } from '../platform/crypto/index.ts';
import { describeSystemFault } from '../platform/errors/index.ts';
import { type Command, exitCodes, type Output, operator, UsageError } from './command.ts';
import { readPassphrase } from './passphrase.ts';
import { chooseKeys, RefusedRestore } from './restore-keys.ts';

type Company = { context: string; events: number; isWhole: boolean };

export const restoreCommand: Command = {
  words: 'restore',
  writes: { look: 'See what is in the store before a server starts.' },
  exits: { problems: 'all was restored, and an audit chain was broken in the backup, too' },
  summary: 'Brings everything back from a file of "portaria backup", into an empty store or, with --replace, in the place of what is there',
  usage: 'restore FILE [--replace] | FILE --keys-to NEWFILE',
  examples: [
    'restore /backups/portaria-2026-11-30',
    'restore /backups/tonight --replace',
    'restore /backups/tonight --keys-to /run/master.keys',
  ],
  options: { replace: { type: 'boolean' }, 'keys-to': { type: 'string' } },
  async run({ args: [file, ...rest], options, config, note }): Promise<Output> {
    if (!file || rest.length > 0) throw new UsageError('Give one file.');
    const passphrase = await readPassphrase(config, { isNew: false });
    try {
      const { head } = await verifyBackup(file, passphrase);
      if (options['keys-to']) return writeKeys(String(options['keys-to']), head);
      const store = await openStore({ ...config, databasePoolSize: 2 }, { say: note, migrations: false, newKeys: true });
      try {
        const isReplacing = options.replace === true;
        const keys = chooseKeys(config, store, head);
        await examineTarget(store.database.url, head, { isReplacing });
        if (isReplacing && options.json !== true && !(await isSure(head, note)))
          return { text: 'Nothing was changed.', data: { restored: false } };
        return await keys.during(() => restore(store, file, passphrase, { isReplacing, masterKeys: keys.remaining }));
      } finally {
        await store.close();
      }
    } catch (error) {
      throw inWords(error, file);
    }
  },
};

type Choice = { isReplacing: boolean; masterKeys: string[] };

async function restore(store: Store, file: string, passphrase: string, { isReplacing, masterKeys }: Choice): Promise<Output> {
  const companies: Company[] = [];
  const check = async (db: Knex.Transaction, { head }: Restored) => {
    const parts = { ...store, database: { knex: db }, keyRing: parseKeyRing(masterKeys), clock: systemClock };
    const faults = await examineMasterKeys(db, parts.keyRing);
    if (faults.length > 0) throw new RestoreFault('keys', faults.join('; '));
    for (const { contextId, code } of await listContexts(db)) {
      const scope = openScope(parts, contextId, operator());
      const { sealed, breach } = await verifyChain(scope);
      companies.push({ context: code, events: sealed, isWhole: !breach });
      await recordRestore(scope, head);
    }
  };
  const { head, foot, migrated } = await restoreStore(store.database.url, file, passphrase, check, { isReplacing });
  await store.database.knex.raw('ANALYZE').catch(() => {}); // PostgreSQL does so itself a little later
  const broken = companies.filter(({ isWhole }) => !isWhole);
  const events = companies.reduce((sum, company) => sum + company.events, 0);
  return {
    text: [
      `Restored as of ${head.takenAt}: ${foot.rows} rows of ${foot.tables} tables, each as it was; ${companies.length} ${companies.length === 1 ? 'company' : 'companies'} with ${events} sealed audit events.`,
      ...(migrated.length > 0 ? [`The backup was of version ${head.software}: ${migrated.length} migrations ran.`] : []),
      ...broken.map(({ context }) => `${context}: the audit chain is broken in the backup, too. Run "portaria audit verify ${context}".`),
      'What was written after that moment is gone; mails of then that had not been sent will be.',
    ].join('\n'),
    data: { takenAt: head.takenAt, version: head.software, tables: foot.tables, rows: foot.rows, migrated, companies },
    exitCode: broken.length > 0 ? exitCodes.problems : exitCodes.ok,
  };
}

function writeKeys(file: string, { masterKeys }: Head): Output {
  writeFileSync(file, `${masterKeys.join(',')}\n`, { mode: 0o600, flag: 'wx' });
  return { text: `${file} holds the master keys of the backup, for PORTARIA_MASTER_KEYS_FILE.`, data: { file, keys: masterKeys.length } };
}

/** Who sits at a terminal is asked; a script has said it. */
async function isSure({ takenAt }: Head, note: (line: string) => void): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return true;
  note(`Everything in this store goes, and what was there at ${takenAt} comes in its place.`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question('Go on? [y/N] ').finally(() => terminal.close());
  return /^y(es)?$/i.test(answer.trim());
}

function inWords(error: unknown, file: string): unknown {
  const refused = (text: string) => new RefusedRestore(`Nothing was changed. ${text}`);
  if (error instanceof SealFault)
    return refused(
      {
        'not-sealed': `${file} is no backup of "portaria backup".`,
        passphrase: `The passphrase is not the one of ${file}, or the beginning of the file was changed.`,
        changed: `${file} was cut or changed.`,
      }[error.why],
    );
  if (error instanceof RestoreFault)
    return refused(
      {
        'not-empty': `The store is not empty: it has ${error.what}. --replace puts the backup in its place.`,
        foreign: `The database has what is not Portaria’s (${error.what}), and a restore would drop it. Give Portaria a database of its own, or take it away and make it again afterwards.`,
        'in-use': 'A server or a command works on this store. Stop it first.',
        'newer-store': `The store is of a newer version than this one (it has had ${error.what}). Restore by that version, or into an empty database.`,
        keys: `The keys do not open what is in the backup: ${error.what}. Where the right one is in PORTARIA_MASTER_KEYS beside those of the backup, it can be restored.`,
        newer: `The backup is of version ${error.what}, which is newer than this one. Install that first.`,
        differs: `${error.what} is not in the store what it is in the backup.`,
      }[error.why],
    );
  if (error instanceof UnknownEnd)
    return new Error(
      `The connection broke while the restore was being finished (${error.message}): the store is as it was, or as it was in the backup. Restore again, or see which it is before a server starts.`,
    );
  const { code } = error as { code?: string };
  if (code === '53100') return refused('The disk of the store is full.');
  if (code === '55P03') return refused('Something else, such as a report or a dump, holds tables of the store. Try again when it is done.');
  const fault = describeSystemFault(error, file);
  return fault ? refused(`${fault.charAt(0).toUpperCase()}${fault.slice(1)}.`) : error;
}
