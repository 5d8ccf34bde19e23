import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { chapters, namesOfTests, numbersIn, page, requirementsPage } from '../../scripts/requirements.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string) => readFileSync(root + file, 'utf8');
const numbers = new Set([...chapters().values()].flatMap((lines) => [...lines.keys()]));

describe('requirements', () => {
  it('the page is what the list and the tests say (`npm run generate`)', () => {
    expect(read(page)).to.equal(requirementsPage());
  });

  it('are 138 in order, and the laws', () => {
    const all = Array.from({ length: 138 }, (_, n) => `S${n + 1}`);
    expect([...numbers].filter((number) => number.startsWith('S'))).to.deep.equal(all);
    expect([...numbers].filter((number) => number.startsWith('Law')).length).to.be.at.least(8);
  });

  it('every number that a file names exists', () => {
    const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
      .trim()
      .split('\n')
      .filter((file) => /\.(ts|mjs|pug|md|yaml)$/.test(file) && file !== 'test/checks/requirements.test.ts' && existsSync(root + file));
    expect(files.length).to.be.greaterThan(500);
    const unknown = files.flatMap((file) =>
      numbersIn(read(file))
        .filter((number) => !numbers.has(number))
        .map((number) => `${file}: ${number}`),
    );
    expect(unknown).to.deep.equal([]);
  });

  it('are found in names of tests and in comments above them, one by one of a range', () => {
    const source = [
      '/** S1 of a group. */',
      "describe('a', () => {",
      '  // S2',
      "  it('S3, S5–S7: x', async () => {",
      '    // S9 is about a line',
      '    call();',
      '  it(`Law 2: x`, () => {',
    ].join('\n');
    expect(namesOfTests(source).flatMap(numbersIn)).to.deep.equal(['S1', 'S2', 'S3', 'S5', 'S6', 'S7', 'Law 2']);
    expect(numbersIn("code_challenge_method: 'S256', S139")).to.deep.equal(['S139']);
  });
});
