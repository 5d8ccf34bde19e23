import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { portaria } from '../support/command-line.ts';

/** What follows the words of each command, so that it gets as far as the store. */
const commands: Record<string, string[]> = {
  'context list': [],
  apply: ['STATE', '--plan'],
  export: ['acme'],
  promote: ['acme-approval', 'acme'],
  doctor: [],
  'directory add': ['acme', 'head'],
  'directory token': ['acme', 'head'],
  'directory list': ['acme'],
  'directory preview': ['acme', 'head'],
  'directory run': ['acme', 'head'],
  'directory accept': ['acme', 'head', '--all'],
  'directory reject': ['acme', 'head', '--all'],
  'directory put-back': ['acme', 'head', '--all'],
  'directory approve': ['acme', 'head'],
  'directory decline': ['acme', 'head'],
  'directory undo': ['acme', 'head'],
  'keys rotate': ['--all'],
  'keys metadata': ['acme'],
  'keys re-encrypt': [],
  'audit verify': ['--all'],
  'audit seal': ['acme'],
  'audit restart': ['acme', '--because', 'a test'],
  'jobs list': [],
  'jobs retry': ['--all'],
  'user unblock': ['acme', 'jsilva'],
  explain: ['acme', 'jsilva', 'payroll'],
  backup: ['FILE'],
};
/** Those that begin a store. */
const making = ['context create', 'apply', 'migrate', 'restore'];

describe('a data folder that holds no store', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portaria-mistyped-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('is named, and left as it is, by every command that does not begin one', async () => {
    const state = join(folder, 'state.yaml');
    writeFileSync(state, 'contexts: [{ code: acme, name: Acme }]\n');
    const dataDir = join(folder, 'mistyped');
    const env = { PORTARIA_DATA_DIR: dataDir, PORTARIA_BACKUP_PASSPHRASE: 'a passphrase of this test' };
    const overview = (await portaria(['--help'], env)).out;
    const all = [...overview.matchAll(/^ {2}(\S+(?: \S+)?) {2,}/gm)].map(([, words]) => words!);
    expect(all.length).to.be.greaterThan(20);
    expect(
      all.filter((words) => !(words in commands) && !making.includes(words)),
      'not tried',
    ).to.deep.equal([]);
    for (const [words, args] of Object.entries(commands)) {
      const typed = args.map((arg) => ({ STATE: state, FILE: join(folder, 'backup') })[arg] ?? arg);
      const { status, err, out } = await portaria([...words.split(' '), ...typed], env);
      expect(`${out}${err}`, words).to.contain(`there is no store in ${dataDir}`);
      // doctor reports every problem that it finds
      expect(status, words).to.equal(words === 'doctor' ? 2 : 78);
      expect(existsSync(dataDir), words).to.equal(false);
    }
  });
});
