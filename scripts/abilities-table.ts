// Prints the table of docs/conformance.md: what each ability of an application needs, in the console's English words. `--write` puts it there; a test keeps it equal.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Ability, abilitiesOf, oidcInput } from '../src/domain/applications/applications/index.ts';
import { fieldOf } from '../src/web/admin-console/applications/abilities.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
export const page = 'docs/conformance.md';

const textsOf = (folder: string) => JSON.parse(readFileSync(`${root}views/${folder}/texts.en.json`, 'utf8'));

export function withAbilities(text: string): string {
  const texts = { ...textsOf('components'), ...textsOf('admin-console/applications') };
  const inWords = (key: string): string => key.split('.').reduce((inner, part) => inner[part], texts);
  // nothing is set: what is missing is all that is needed
  const bare = {
    ...oidcInput.parse({ client_id: 'bare', grant_types: [], token_endpoint_auth_method: 'none' }),
    id_token_signed_response_alg: 'ES256' as const,
  };
  const needs = ({ changes }: Ability) =>
    changes === 'never' ? 'not offered' : changes.map((change) => fieldOf[change].map(inWords).join(': ')).join('; ') || 'always';
  const { plans, features } = abilitiesOf(bare);
  const rows = [...features.map((one) => [one, 'features'] as const), ...plans.map((one) => [one, 'plans'] as const)].map(
    ([one, kind]) => `| **${texts.abilities[`${kind}_names`][one.name]}.** ${texts.abilities[`${kind}_leads`][one.name]} | ${needs(one)} |`,
  );
  const table = ['| what works | with which settings |', '|---|---|', ...rows].join('\n');
  return text.replace(/(<!-- abilities -->\n)[\s\S]*?(\n<!-- \/abilities -->)/, (_, open, close) => `${open}${table}${close}`);
}

if (import.meta.main) {
  const text = withAbilities(readFileSync(root + page, 'utf8'));
  if (process.argv.includes('--write')) writeFileSync(root + page, text);
  else process.stdout.write(text);
}
