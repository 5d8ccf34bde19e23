// Prints docs/requirements.md: each requirement and each law of SECURITY.md with the tests that name it. `--write` puts it there; a test keeps it equal.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../', import.meta.url));
const read = (file: string): string => readFileSync(root + file, 'utf8');
export const page = 'docs/requirements.md';

/** Sentences by number, `S47` or `Law 3`, below their headings. */
export type Chapters = Map<string, Map<string, string>>;

export function chapters(): Chapters {
  const fromYaml = Object.entries(parse(read('docs/requirements.yaml')) as Record<string, Record<string, string>>);
  const promises = [...read('SECURITY.md').matchAll(/^(\d+)\. (.+)$/gm)].map(([, n, text]) => [`Law ${n}`, text!] as const);
  return new Map([
    ...fromYaml.map(([heading, lines]) => [heading, new Map(Object.entries(lines))] as const),
    ['Laws: what SECURITY.md promises', new Map(promises)],
  ]);
}

/** The numbers that a text names, ranges such as S108–S111 one by one. S256 is no number: PKCE calls a method so. */
export function numbersIn(text: string): string[] {
  const found = new Set<string>();
  for (const [, first, last] of text.matchAll(/\bS(\d{1,3})\b(?:\s?(?:[–…-]|to)\s?S(\d{1,3})\b)?/g))
    for (let n = Number(first); n <= Number(last ?? first); n++) if (n !== 256) found.add(`S${n}`);
  for (const [, n] of text.matchAll(/\blaw (\d+)\b/gi)) found.add(`Law ${n}`);
  return [...found];
}

/** What tests are called, in `describe` and `it`, and the comments directly above them. */
export const namesOfTests = (source: string): string[] =>
  [...source.matchAll(/((?:^[ \t]*(?:\/\/|\/\*\*|\*).*\n)*)^[ \t]*(?:describe|it)\(\s*((['"`])(?:\\.|(?!\3)[^\\])*\3)/gm)].map(
    ([, comment, name]) => `${comment}${name}`,
  );

/** Files of tests by the numbers that they name, the files in order. */
export function testsByNumber(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const file of globSync('test/**/*.test.ts', { cwd: root }).sort())
    for (const number of new Set(namesOfTests(read(file)).flatMap(numbersIn))) found.set(number, [...(found.get(number) ?? []), file]);
  return found;
}

export function requirementsPage(): string {
  const tests = testsByNumber();
  const shown = (number: string): string =>
    (tests.get(number) ?? []).map((file) => `[${file.slice('test/'.length, -'.test.ts'.length)}](../${file})`).join(', ') ||
    'not shown by a test yet';
  const parts = [...chapters()].map(
    ([heading, lines]) =>
      `## ${heading}\n\n| number | requirement | tests that name it |\n|---|---|---|\n${[...lines].map(([number, text]) => `| ${number} | ${text} | ${shown(number)} |`).join('\n')}\n`,
  );
  return `# Requirements

What Portaria must do, by number, with the tests that show it. Tests, comments and commits name these numbers.
This page is generated from [requirements.yaml](requirements.yaml), [SECURITY.md](../SECURITY.md) and the names of the tests: \`npm run generate\`.

${parts.join('\n')}`;
}

if (import.meta.main) {
  if (process.argv.includes('--write')) writeFileSync(root + page, requirementsPage());
  else process.stdout.write(requirementsPage());
}
