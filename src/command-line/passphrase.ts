import type { Config } from '../config/index.ts';
import { UsageError } from './command.ts';

const least = 12;

/** What seals a backup: the setting, or what somebody types unseen, twice where it is new. @throws UsageError */
export async function readPassphrase(
  { backupPassphrase }: Pick<Config, 'backupPassphrase'>,
  { isNew }: { isNew: boolean },
): Promise<string> {
  const passphrase = backupPassphrase ?? (await ask('Passphrase of the backup: '));
  if (passphrase === undefined)
    throw new UsageError('Set PORTARIA_BACKUP_PASSPHRASE, or PORTARIA_BACKUP_PASSPHRASE_FILE, or run this at a terminal.');
  if (isNew && [...passphrase].length < least) throw new UsageError(`The passphrase needs at least ${least} characters.`);
  if (isNew && !backupPassphrase && (await ask('Once more: ')) !== passphrase) throw new UsageError('They are not the same.');
  return passphrase;
}

/** @returns undefined where nobody sits at a terminal */
async function ask(question: string): Promise<string | undefined> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY || !stderr.isTTY) return undefined;
  stderr.write(question);
  stdin.setRawMode(true).setEncoding('utf8').resume();
  let typed = '';
  try {
    for await (const some of readUnseen()) typed = some(typed);
  } finally {
    stdin.setRawMode(false).pause();
    stderr.write('\n');
  }
  return typed;
}

/** What each key does to what was typed so far. */
async function* readUnseen(): AsyncGenerator<(typed: string) => string> {
  for (;;) {
    const keys = await new Promise<string>((resolve) => process.stdin.once('data', (data) => resolve(String(data))));
    for (const key of keys) {
      if (key === '\r' || key === '\n' || key === '\u0004') return;
      if (key === '\u0003') throw new UsageError('Nothing was done.');
      yield (typed) => (key === '\u007f' || key === '\b' ? [...typed].slice(0, -1).join('') : typed + key);
    }
  }
}
