import { globSync } from 'node:fs';
import { expect } from 'chai';
import { read, root } from './sources.ts';

const files = globSync('test/**/*.ts', { cwd: root, exclude: (name) => name === 'node_modules' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file !== 'test/run.ts' && !file.startsWith('test/fixtures/') && !file.startsWith('test/interop/clients/'));
/** Where limits are made longer. */
const ownFiles = ['test/support/patience.ts', 'test/support/mocha-patience.ts'];

const number = String.raw`\d[\d_]*`;
/** Each is a time in milliseconds that is the same on every machine. Mocha's own `timeout(…)` is none: support/mocha-patience.ts scales it. */
const literals: Record<string, RegExp> = {
  'a timer (use pause, until or eventually)':
    /import \{ setTimeout[^}]*\} from 'node:timers|\bnew Promise(?:<[^>]*>)?\(\(?\w+\)? => (?:void )?setTimeout\(/,
  'an end (use isOver)': /for \(const \w+ = (?:Date|performance)\.now\(\) \+/,
  'a number of rounds (use until)': /\bi < \d+ &&[^\n]*\bawait (?:sleep|pause)\(/,
  'AbortSignal.timeout (use scaleLimit)': new RegExp(String.raw`AbortSignal\.timeout\(${number}\)`),
  'the limit of a client (use scaleLimit)': new RegExp(
    String.raw`connectTimeout: ${number}|\btimeout: ${number}|\b(?:setTimeout|setDefault\w*Timeout)\(${number}`,
  ),
  'a limit of what something took (use scaleLimit)': new RegExp(
    String.raw`now\(\) - \w+[^\n]*\)\.to\.be\.(?:below|lessThan|at\.most)\(${number}\)`,
  ),
};

const found = (sources: [file: string, text: string][]): string[] =>
  sources.flatMap(([file, text]) =>
    Object.entries(literals).flatMap(([what, pattern]) => (pattern.test(text) ? [`${file}: ${what}`] : [])),
  );

describe('waiting', () => {
  it('every limit of a test goes through scaleLimit, and every wait through support/patience.ts', () => {
    expect(files.length).to.be.greaterThan(300);
    const sources = files.filter((file) => !ownFiles.includes(file) && file !== 'test/checks/waiting.test.ts');
    expect(found(sources.map((file) => [file, read(file)]))).to.deep.equal([]);
  });

  it('the check knows each kind', () => {
    const examples = [
      "import { setTimeout as sleep } from 'node:timers/promises';",
      'await new Promise((resolve) => setTimeout(resolve, 100));',
      'for (const end = Date.now() + 15_000; Date.now() < end; await pause(50)) look();',
      'for (let i = 0; i < 60 && told.length === 0; i++) await pause(50);',
      'await verify(AbortSignal.timeout(5000));',
      'new Client({ url, connectTimeout: 1000 });',
      'await page.waitForURL(path, { timeout: 5000 });',
      'page.setDefaultTimeout(5000);',
      'expect(Date.now() - before).to.be.below(2000);',
    ];
    for (const example of examples) expect(found([['example', example]]), example).to.have.length.greaterThan(0);
  });
});
