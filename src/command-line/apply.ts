import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { type ApplyResult, applyState, type DesiredState, parseState, StateError } from '../domain/administration/desired-state/index.ts';
import { metadataLimits } from '../platform/saml/index.ts';
import { consoleWords, describeAdvice } from './advice.ts';
import { type Command, UsageError, withStore } from './command.ts';

export const applyCommand: Command = {
  words: 'apply',
  summary: 'Brings companies, people, groups and applications to what a YAML or JSON file says; all of it or nothing',
  usage: 'apply FILE [--dry-run]      (FILE may be - for standard input)',
  examples: ['apply acme.yaml --dry-run', 'apply acme.yaml', 'apply - --json < acme.json'],
  options: { 'dry-run': { type: 'boolean' } },
  async run({ args: [file, ...rest], options, config, note }) {
    if (!file || rest.length > 0) throw new UsageError('Give one file.');
    const state = withMetadata(parseState(read(file)), file === '-' ? '.' : dirname(file));
    const dryRun = options['dry-run'] === true;
    const result = await withStore({ config, note }, ({ scope }) => applyState(scope, state, { dryRun }));
    return {
      text: describe(result, dryRun),
      data: { dryRun, ...result, generatedPasswords: dryRun ? [] : result.generatedPasswords },
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

/** `saml.metadata` is XML, or the name of a file beside this one; several may name the same. @throws StateError naming the part whose file cannot be read */
function withMetadata(state: DesiredState, folder: string): DesiredState {
  const files = new Map<string, Buffer>();
  for (const [c, { applications }] of state.contexts.entries()) {
    for (const [a, { saml }] of applications.entries()) {
      if (!saml || typeof saml.metadata !== 'string' || saml.metadata.trimStart().startsWith('<')) continue;
      try {
        const file = resolve(folder, saml.metadata);
        if (!files.has(file)) files.set(file, readWhole(file));
        saml.metadata = files.get(file);
      } catch (error) {
        const path = `contexts[${c}].applications[${a}].saml.metadata`;
        throw new StateError([{ path, message: `cannot be read (${(error as NodeJS.ErrnoException).code})` }]);
      }
    }
  }
  return state;
}

/** One that is too large is read only so far that its reader can say so. */
function readWhole(file: string): Buffer {
  return statSync(file).size > metadataLimits.bytes ? Buffer.alloc(metadataLimits.bytes + 1) : readFileSync(file);
}

function describe(result: ApplyResult, dryRun: boolean): string {
  return [...describeChanges(result, dryRun), ...describeNotes(result)].join('\n');
}

/** In the console's words. */
function describeNotes({ leftOut, advice }: ApplyResult): string[] {
  const t = consoleWords();
  const left = leftOut.map(({ application, reason, what }) => `  ${application}: ${t(`left_out.${reason}`, { what })}`);
  const weaker = advice.map((one) => `  ${one.application}: ${describeAdvice(one, t)}`);
  return [
    ...(left.length > 0 ? ['', t('left_out.title'), ...left] : []),
    ...(weaker.length > 0 ? ['', 'Weaker than it could be:', ...weaker] : []),
  ];
}

function describeChanges({ changes, generatedPasswords }: ApplyResult, dryRun: boolean): string[] {
  if (changes.length === 0) return ['Nothing to change.'];
  const sign = { created: '+', changed: '~', removed: '-' };
  const lines = changes.map(({ action, what, details }) => `${sign[action]} ${what}${details ? ` (${details})` : ''}`);
  const passwords = dryRun ? [] : generatedPasswords.map(({ context, login, password }) => `${context} ${login}: ${password}`);
  return [
    dryRun ? 'Would change:' : 'Changed:',
    ...lines,
    ...(passwords.length > 0 ? ['', 'Passwords, shown only now:', ...passwords] : []),
  ];
}
