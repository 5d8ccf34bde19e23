import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type ApplyResult, applyState, parseState, StateError } from '../../domain/provisioning/index.ts';
import { type Command, UsageError, withStore } from './command.ts';

export const applyCommand: Command = {
  words: 'apply',
  summary: 'Brings companies, people, groups and applications to what a YAML or JSON file says; all of it or nothing',
  usage: 'apply FILE [--dry-run]      (FILE may be - for standard input)',
  examples: ['apply acme.yaml --dry-run', 'apply acme.yaml', 'apply - --json < acme.json'],
  options: { 'dry-run': { type: 'boolean' } },
  async run({ args: [file, ...rest], options, config, note }) {
    if (!file || rest.length > 0) throw new UsageError('Give one file.');
    const state = parseState(read(file));
    const dryRun = options['dry-run'] === true;
    const result = await withStore({ config, note }, ({ scope, keyRing, hasher }) =>
      applyState(scope, state, { keyRing, hasher }, { dryRun }),
    );
    return {
      text: describe(result, dryRun),
      data: { dryRun, changes: result.changes, generatedPasswords: dryRun ? [] : result.generatedPasswords },
    };
  },
};

/** YAML holds JSON. @throws StateError naming the line that cannot be read */
function read(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new StateError([{ path: file, message: `cannot be read (${(error as NodeJS.ErrnoException).code})` }]);
  }
  try {
    return parse(text, { prettyErrors: true });
  } catch (error) {
    throw new StateError([{ path: file, message: (error as Error).message }]);
  }
}

function describe({ changes, generatedPasswords }: ApplyResult, dryRun: boolean): string {
  if (changes.length === 0) return 'Nothing to change.';
  const sign = { created: '+', changed: '~', removed: '-' };
  const lines = changes.map(({ action, what, details }) => `${sign[action]} ${what}${details ? ` (${details})` : ''}`);
  const passwords = dryRun ? [] : generatedPasswords.map(({ context, login, password }) => `${context} ${login}: ${password}`);
  return [
    dryRun ? 'Would change:' : 'Changed:',
    ...lines,
    ...(passwords.length > 0 ? ['', 'Passwords, shown only now:', ...passwords] : []),
  ].join('\n');
}
