// Prints docs/errors.md: every code of an AppError in the sources, with its status and its English text. `--write` puts it there; a test keeps it equal.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
export const page = 'docs/errors.md';

/** A code and its status, as every AppError of the sources names them. */
const literal = /new AppError\(\s*'([a-z_]+)',\s*(\d{3})/g;
const anyError = /new AppError\(/g;

/** Statuses by code. @throws when an error gives its code or status by anything but a literal: this page would not know it */
export function errorCodes(): Map<string, Set<string>> {
  const codes = new Map<string, Set<string>>();
  for (const file of globSync('src/**/*.ts', { cwd: root })) {
    const source = readFileSync(root + file, 'utf8');
    const found = [...source.matchAll(literal)];
    if (found.length !== [...source.matchAll(anyError)].length) throw new Error(`${file}: an AppError without a literal code and status`);
    for (const [, code, status] of found) codes.set(code!, (codes.get(code!) ?? new Set()).add(status!));
  }
  return codes;
}

/** English texts of all errors, from every folder of views. */
function englishTexts(): Record<string, string> {
  const all = globSync('views/**/texts.en.json', { cwd: root }).map((file) => JSON.parse(readFileSync(root + file, 'utf8')).errors);
  return Object.assign({}, ...all);
}

export function errorsPage(): string {
  const texts = englishTexts();
  const rows = [...errorCodes()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, statuses]) => `| \`${code}\` | ${[...statuses].sort().join(', ')} | ${texts[code] ?? 'no text'} |`);
  return `# Errors

Every code with which Portaria refuses something, its HTTP status, and the text that people read in English. Codes do not change.
This page is generated from the sources and the texts: \`npm run generate\`.

| code | status | text |
|---|---|---|
${rows.join('\n')}
`;
}

if (import.meta.main) {
  if (process.argv.includes('--write')) writeFileSync(root + page, errorsPage());
  else process.stdout.write(errorsPage());
}
