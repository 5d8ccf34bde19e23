// Prints docs/saml-options.md: every option of one SAML application, as apply reads it, with the console's English words. `--write` puts it there; a test keeps it equal.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type SamlOption, samlOptionNames, samlOptions } from '../src/domain/applications/applications/index.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
export const page = 'docs/saml-options.md';

type Words = { label: string; advice: string; weakens?: string };
const values: Record<(typeof samlOptions)[SamlOption]['kind'], string> = {
  flag: '`true`',
  minutes: 'number',
  text: 'text',
  lines: 'list of texts',
  day: 'date, `"YYYY-MM-DD"`',
};

/** The console's English words. */
export const words: Record<SamlOption, Words> = JSON.parse(
  readFileSync(`${root}views/admin-console/applications/texts.en.json`, 'utf8'),
).saml_options;

export function samlOptionsPage(): string {
  const rows = samlOptionNames.map((name) => {
    const { label, advice, weakens } = words[name];
    return `| \`${name}\` | ${values[samlOptions[name].kind]} | **${label}.** ${advice} | ${weakens ?? ''} |`;
  });
  return `# SAML options of an application

These options are for service providers with special needs. All are off by default. Turn them on in the console under *For this application only*, or in the \`saml\` settings of a file for \`apply\`. The page of an application shows which of its options weaken security.

This page is generated from the sources and the console's texts by \`npm run generate\`.

| name | value | what it does | what it weakens |
|---|---|---|---|
${rows.join('\n')}
`;
}

if (import.meta.main) {
  if (process.argv.includes('--write')) writeFileSync(root + page, samlOptionsPage());
  else process.stdout.write(samlOptionsPage());
}
