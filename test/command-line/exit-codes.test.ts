import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { type ExitName, exitCodes, exitMeanings } from '../../src/command-line/command.ts';
import { commands, runCommandLine } from '../../src/command-line/run.ts';

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
