import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { type ExitName, exitCodes, exitMeanings } from '../../src/command-line/command.ts';
import { commands, runCommandLine } from '../../src/command-line/run.ts';
import { StateError } from '../../src/domain/administration/configuration/index.ts';
import { AppError } from '../../src/platform/errors/index.ts';

const names = Object.keys(exitCodes) as ExitName[];
const folder = new URL('../../src/command-line/', import.meta.url);
const [, section = ''] = readFileSync(new URL('../../docs/operators.md', import.meta.url), 'utf8').split('## Exit codes of `portaria`');
const rows = section
  .slice(0, section.indexOf('`--json`'))
  .split('\n')
  .filter((line) => /^\| [`0-9]/.test(line));
const own = commands.flatMap(({ words, exits = {} }) => names.flatMap((name) => (exits[name] ? [{ words, name, when: exits[name] }] : [])));

describe('command-line: exit codes', () => {
  it('are in the guide for operators, each with what it says, and for each command what it says by one', () => {
    expect(rows).to.deep.equal([
      ...names.map((name) => `| ${exitCodes[name]} | ${exitMeanings[name]} |`),
      ...own.map(({ words, name, when }) => `| \`${words}\` | ${exitCodes[name]} | ${when} |`),
    ]);
  });

  it('are in the help, of all and of one command', async () => {
    const help = async (...args: string[]) => {
      let text = '';
      const add = (more: string) => {
        text += more;
      };
      expect(await runCommandLine(args, { out: add, err: add })).to.equal(0);
      return text;
    };
    const overview = await help('help');
    for (const name of names) expect(overview).to.contain(exitMeanings[name]);
    for (const { words, name, when } of own)
      expect(await help(...words.split(' '), '--help'), words).to.contain(`Exit code ${exitCodes[name]}: ${when}.`);
  });

  it('are of what went wrong, whatever the command: what a file has not caused is none of its faults', async () => {
    const command = commands.find(({ words }) => words === 'context list')!;
    const own = command.run;
    const cases: [error: Error, status: number][] = [
      [new AppError('busy', 503), exitCodes.unavailable],
      [new AppError('changed_meanwhile', 409), exitCodes.data],
      [new AppError('login_taken', 409), exitCodes.data],
      [new StateError([{ path: 'contexts', message: 'fields.key_missing' }]), exitCodes.data],
      [Object.assign(new Error('canceling statement due to lock timeout'), { code: '55P03' }), exitCodes.unavailable],
      [Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), exitCodes.unavailable],
      [new Error('a fault of ours'), exitCodes.failed],
    ];
    try {
      for (const [error, status] of cases) {
        command.run = () => Promise.reject(error);
        let told = '';
        const err = (text: string) => {
          told += text;
        };
        expect(await runCommandLine(['context', 'list'], { out: err, err }), error.message).to.equal(status);
        expect(told.length, error.message).to.be.greaterThan(10);
      }
    } finally {
      command.run = own;
    }
  });

  it('of options that say two things, and of a file that is not there', async () => {
    const end = async (...args: string[]) => {
      let told = '';
      const say = (text: string) => {
        told += text;
      };
      return { status: await runCommandLine(args, { out: say, err: say }), told };
    };
    const both = await end('apply', 'none.yaml', '--plan', '--dry-run');
    expect([both.status, /^Give --plan or --dry-run, not both/.test(both.told)], both.told).to.deep.equal([exitCodes.usage, true]);
    for (const one of ['--plan', '--dry-run']) expect((await end('apply', 'none.yaml', one)).status, one).to.equal(exitCodes.data);
  });

  it('that a command gives by itself are said by one of its file, and those that are said are given', () => {
    const files = readdirSync(folder)
      .filter((file) => !['command.ts', 'run.ts'].includes(file))
      .map((file) => readFileSync(new URL(file, folder), 'utf8'));
    for (const source of files)
      for (const name of names.filter((one) => one !== 'ok')) {
        const given = source.includes(`exitCodes.${name}`);
        const said = new RegExp(`(?:exits|Exits)[^\\n]*\\b${name}: '`).test(source);
        expect(said, `${name} in ${source.slice(0, 200)}`).to.equal(given);
      }
  });
});
