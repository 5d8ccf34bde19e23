// Prints the tables of settings that stand in README.md and docs/guides/smartsync.md; test/checks/docs.test.ts keeps them equal. `--write` puts them there.
import { readFileSync, writeFileSync } from 'node:fs';
import { type Setting, settings } from '../src/config/index.ts';
import { type Setting as AgentSetting, settings as agentSettings } from '../src/smartsync/settings/index.ts';

const readme = new URL('../README.md', import.meta.url);
const agentGuide = new URL('../docs/guides/smartsync.md', import.meta.url);
const defaults = JSON.parse(readFileSync(new URL('../config/default.json', import.meta.url), 'utf8'));

export function settingsTable(): string {
  const rows = Object.entries(settings).map(([name, setting]: [string, Setting]) => {
    const value = defaults[name];
    const shown = value === undefined || (Array.isArray(value) && value.length === 0) ? '–' : `\`${value}\``;
    return `| \`${setting.env}\` | ${shown}${setting.unit ? ` ${setting.unit}` : ''} | ${setting.meaning}${setting.secret ? ' (secret)' : ''} |`;
  });
  return ['| setting | default | meaning |', '|---|---|---|', ...rows].join('\n');
}

/** Of SmartSync: each setting with its name in the environment and in smartsync.json. */
export function agentSettingsTable(): string {
  const rows = Object.entries(agentSettings).map(([name, setting]: [string, AgentSetting]) => {
    const { default: value, fallback, unit, secret, onlyEnvironment } = setting;
    const isEmpty = value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
    const shown = fallback ?? (isEmpty ? '–' : `\`${value}\`${unit ? ` ${unit}` : ''}`);
    return `| \`${setting.env}\` | ${onlyEnvironment ? '–' : `\`${name}\``} | ${shown} | ${setting.meaning}${secret ? ' (secret)' : ''} |`;
  });
  return ['| environment | `smartsync.json` | default | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

const put = (text: string, table: string): string =>
  text.replace(/(<!-- settings -->\n)[\s\S]*?(<!-- \/settings -->)/, (_, open, close) => `${open}${table}\n${close}`);

export const withTable = (text: string): string => put(text, settingsTable());
export const withAgentTable = (text: string): string => put(text, agentSettingsTable());

if (process.argv.includes('--write')) {
  writeFileSync(readme, withTable(readFileSync(readme, 'utf8')));
  writeFileSync(agentGuide, withAgentTable(readFileSync(agentGuide, 'utf8')));
} else if (import.meta.main) console.log(settingsTable());
