import { parseArgs } from 'node:util';
import { ConfigError, loadConfig } from '../config/index.ts';
import { StateError } from '../domain/administration/desired-state/index.ts';
import { AppError, listFaults, visible } from '../platform/errors/index.ts';
import { applyCommand } from './apply.ts';
import { auditRestart, auditSeal, auditVerify } from './audit.ts';
import { backupCommand } from './backup.ts';
import { type Command, type ExitName, exitCodes, exitMeanings, type Options, type Output, UsageError } from './command.ts';
import { contextCreate, contextList } from './contexts.ts';
import { describeFaults } from './describe-refusal.ts';
import { directoryCommands } from './directories.ts';
import { doctorCommand } from './doctor.ts';
import { explainCommand } from './explain.ts';
import { exportCommand } from './export.ts';
import { jobsList, jobsRetry } from './jobs.ts';
import { keysMetadata, keysReEncrypt, keysRotate } from './keys.ts';
import { migrateCommand } from './migrate.ts';
import { noteCall, terminalWords } from './own-words.ts';
import { promoteCommand } from './promote.ts';
import { restoreCommand } from './restore.ts';
import { RefusedRestore } from './restore-keys.ts';
import { describeStoreFault, withoutSql } from './store-fault.ts';
import { userUnblock } from './users.ts';

export const commands: Command[] = [
  contextCreate,
  contextList,
  applyCommand,
  exportCommand,
  promoteCommand,
  doctorCommand,
  ...directoryCommands,
  keysRotate,
  keysMetadata,
  keysReEncrypt,
  auditVerify,
  auditSeal,
  auditRestart,
  jobsList,
  jobsRetry,
  userUnblock,
  explainCommand,
  migrateCommand,
  backupCommand,
  restoreCommand,
];

type Streams = { out(text: string): void; err(text: string): void };

/** @returns the exit code (`exitMeanings`) */
export async function runCommandLine(argv: string[], { out, err }: Streams): Promise<number> {
  noteCall();
  const command = commands.find(({ words }) => argv.slice(0, words.split(' ').length).join(' ') === words);
  const wantsJson = argv.includes('--json');
  if (!command) {
    if (argv.length === 0 || argv.includes('--help') || argv.includes('-h') || argv[0] === 'help') {
      out(overview());
      return exitCodes.ok;
    }
    const message = `There is no command "${argv.filter((word) => word !== '--json').join(' ')}".`;
    if (wantsJson) out(JSON.stringify({ error: message }));
    else err(`${message}\n\n${overview()}`);
    return exitCodes.usage;
  }
  const done: string[] = [];
  try {
    const { values, positionals } = parseArgs({
      args: argv.slice(command.words.split(' ').length),
      options: { help: { type: 'boolean', short: 'h' }, json: { type: 'boolean' }, ...command.options },
      allowPositionals: true,
    });
    if (values.help) {
      out(help(command));
      return exitCodes.ok;
    }
    const result: Output = await command.run({
      args: positionals,
      options: values as Options,
      config: loadConfig(),
      note: (line) => err(visible(line)),
      did: (line) => done.push(line),
    });
    if (wantsJson) out(json(result.data));
    else if (result.isRefusal) err(visible(result.text));
    else out(result.isFile ? result.text : visible(result.text));
    return result.exitCode ?? exitCodes.ok;
  } catch (error) {
    const { message, exitCode, details } = explain(error, command);
    if (wantsJson) out(json({ error: message, ...details, ...(done.length > 0 ? { done } : {}) }));
    else err(visible([message, ...(done.length > 0 ? ['Done before that:', ...done.map((line) => `  ${line}`)] : [])].join('\n')));
    return exitCode;
  }
}

const json = (data: unknown): string => visible(JSON.stringify(data, null, 2));

function explain(error: unknown, command: Command): { message: string; exitCode: number; details?: object } {
  if (error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')) {
    return { message: `${(error as Error).message}\n\n${help(command)}`, exitCode: exitCodes.usage };
  }
  if (error instanceof ConfigError) return { message: error.message, exitCode: exitCodes.config, details: { faults: error.faults } };
  const t = terminalWords();
  if (error instanceof StateError) {
    const { lines, details } = describeFaults(error);
    return { message: `Nothing was changed.\n${lines.join('\n')}`, exitCode: exitCodes.data, details };
  }
  if (error instanceof RefusedRestore) return { message: error.message, exitCode: exitCodes.data };
  if (error instanceof AppError) {
    const faults = listFaults(error)
      .filter(({ message }) => message !== error.publicMessage)
      .map(({ path, message, params }) => ({
        path: path.join('.'),
        code: /^errors\.(\w+)$/.exec(message)?.[1],
        message: t(message, params),
      }));
    const lines = faults.map(({ path, message }) => `\n  ${path ? `${path}: ` : ''}${message}`);
    return {
      message: `${t(error.publicMessage, error.params)}${lines.join('')}`,
      exitCode: error.status === 503 ? exitCodes.unavailable : exitCodes.data,
      details: { code: error.code, ...(faults.length > 0 ? { faults } : {}) },
    };
  }
  const fault = describeStoreFault(error, command);
  if (fault !== undefined) return { message: fault, exitCode: exitCodes.unavailable };
  const { message } = error as Error;
  return { message: 'severity' in (error as Error) ? withoutSql(error as Error) : message, exitCode: exitCodes.failed };
}

const overview = (): string =>
  [
    'Usage: portaria COMMAND [--json] [--help]',
    '',
    'Commands:',
    ...commands.map(({ words, summary }) => `  ${words.padEnd(20)}${summary}`),
    '',
    'Exit codes:',
    ...exitNames.map((name) => `    ${String(exitCodes[name]).padEnd(4)}${exitMeanings[name]}`),
    '',
    'portaria COMMAND --help shows its options and examples.',
  ].join('\n');

const exitNames = Object.keys(exitCodes) as ExitName[];

const help = ({ summary, usage, examples, exits = {} }: Command): string =>
  [
    summary,
    '',
    `Usage: portaria ${usage}`,
    '',
    'Examples:',
    ...examples.map((example) => `  portaria ${example}`),
    ...exitNames.flatMap((name) => (exits[name] ? ['', `Exit code ${exitCodes[name]}: ${exits[name]}.`] : [])),
  ].join('\n');
