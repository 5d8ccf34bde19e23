// Prints the table of settings that stands in README.md; test/checks/docs.test.ts keeps the two equal. `--write` puts it there.
import { readFileSync, writeFileSync } from 'node:fs';
import { type Setting, settings } from '../src/config/index.ts';

const readme = new URL('../README.md', import.meta.url);
const defaults = JSON.parse(readFileSync(new URL('../config/default.json', import.meta.url), 'utf8'));

export function settingsTable(): string {
  const rows = Object.entries(settings).map(([name, setting]: [string, Setting]) => {
    const value = defaults[name];
    const shown = value === undefined || (Array.isArray(value) && value.length === 0) ? '–' : `\`${value}\``;
    return `| \`${setting.env}\` | ${shown}${setting.unit ? ` ${setting.unit}` : ''} | ${setting.meaning}${setting.secret ? ' (secret)' : ''} |`;
  });
  return ['| setting | default | meaning |', '|---|---|---|', ...rows].join('\n');
}

export const withTable = (text: string): string =>
  text.replace(/(<!-- settings -->\n)[\s\S]*?(\n<!-- \/settings -->)/, (_, open, close) => `${open}${settingsTable()}${close}`);

if (process.argv.includes('--write')) writeFileSync(readme, withTable(readFileSync(readme, 'utf8')));
else if (import.meta.main) console.log(settingsTable());
