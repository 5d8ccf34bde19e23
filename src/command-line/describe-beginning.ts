import { pathOf } from '../app/page-paths.ts';
import { type Context, contextAddress } from '../domain/company/contexts/index.ts';
import { calledAs, terminalWords } from './own-words.ts';

/**
 * How the first administrator of a company comes that was just made: of approval through production, of any other by a file.
 * @param created without an approval environment that has a production
 * @param approval with its production
 */
export function describeBeginning(
  created: Context | undefined,
  approval: { production: Context; approval: Context } | undefined,
  baseUrl: string,
): string[] {
  const t = terminalWords();
  const first = created ? ['', t('environments.first_administrator', { code: created.code }), commandFor(created)] : [];
  if (!approval) return first;
  const { production } = approval;
  const url = `${contextAddress(production, baseUrl)}${pathOf({ page: 'administration' })}`;
  const named = { production: production.code, approval: approval.approval.code, url, menu: t('nav.environments') };
  return [...first, '', t('environments.approval_people', named)];
}

/** As shell input; name and address are placeholders to fill in. */
const commandFor = ({ code }: Context): string =>
  `  echo 'contexts: [{ code: ${code}, users: [{ email: you@example.com, firstName: Your, lastName: Name, role: administrator, generatePassword: true }] }]' | ${calledAs()} apply -`;
