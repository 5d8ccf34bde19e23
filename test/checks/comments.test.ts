import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Code, then a doc comment that documents what follows it and not what it stands behind: inside a declaration, or the last on its line. */
const behindCode = /[^\s,;{([][^\S\n]+\/\*\*\s[^\n]*|[,;][^\S\n]+\/\*\*\s[^\n]*\*\/[^\S\n]*$/gm;

describe('comments', () => {
  it('no doc comment stands behind the field it is about', () => {
    const found = [];
    for (const file of globSync('src/**/*.ts', { cwd: root }))
      for (const [line] of readFileSync(root + file, 'utf8').matchAll(behindCode)) found.push(`${file}: ${line}`);
    expect(found).to.deep.equal([]);
  });

  it('finds one where a formatter would put it', () => {
    for (const wrong of ['at: Date /** Where it was read. */;\n  url: string;', 'at: Date; /** Where it was read. */\n  url: string;'])
      expect(wrong.match(behindCode), wrong).to.have.length(1);
    expect('{ /** Where it was read. */ url: string }\n  /** A line of its own. */\n  a: 1'.match(behindCode)).to.equal(null);
  });

  it('use plain words: change and again, not deed and anew', () => {
    const old = /\b(deeds?|anew|wears|robbed|thereof|hence|whilst|upon|nought|lest|in vain|for want of)\b/i;
    const files = globSync(['src/**/*.ts', 'test/**/*.ts'], { cwd: root, exclude: ['**/node_modules', 'test/checks/comments.test.ts'] });
    expect(files.length).to.be.greaterThan(1000);
    const found = files.flatMap((file) =>
      readFileSync(root + file, 'utf8')
        .split('\n')
        .filter((line) => old.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
    expect(found).to.deep.equal([]);
  });

  it('are between 5 and 10 % of the lines', () => {
    const isComment = (line: string) => /^\s*(\/\/|\/\*|\*)/.test(line);
    const lines = globSync('src/**/*.ts', { cwd: root })
      .flatMap((file) => readFileSync(root + file, 'utf8').split('\n'))
      .filter((line) => line.trim());
    const share = lines.filter(isComment).length / lines.length;
    expect(share).to.be.within(0.05, 0.1);
  });
});
