import type { Store } from '../app/open-store.ts';
import { pathOf } from '../app/page-paths.ts';
import type { Config } from '../config/index.ts';
import { listRisks, type Risk } from '../domain/administration/risks/index.ts';
import { type Context, contextAddress, listContexts } from '../domain/company/contexts/index.ts';
import { openScope } from '../domain/scope.ts';
import { systemClock } from '../platform/clock/index.ts';
import { pendingMigrations } from '../platform/database/index.ts';
import { describeRisk } from './advice.ts';
import type { Finding } from './finding.ts';
import { terminalWords } from './own-words.ts';

/** What the console calls worth attention, of every company; of a store whose schema is not this version's nothing is said. */
export async function checkRisks(store: Store, config: Config): Promise<Finding[]> {
  if ((await pendingMigrations(store.database.knex)).length > 0) return [];
  const t = terminalWords();
  const addressOf = (context: Context) => contextAddress(context, config.baseUrl);
  const findings: Finding[] = [];
  for (const context of await listContexts(store.database.knex)) {
    const scope = openScope({ ...store, clock: systemClock }, context.contextId, { kind: 'operator', name: 'doctor' });
    try {
      findings.push(...(await listRisks(scope, addressOf)).map((risk) => present(context, risk)));
    } catch (error) {
      const message = `${context.code}: its settings cannot be read: ${(error as Error).message}`;
      findings.push({
        check: 'company',
        level: 'problem',
        message,
        remedy: 'Restore them from the backup, or run the version that wrote them.',
      });
    }
  }
  return findings;

  function present(context: Context, risk: Risk): Finding {
    return {
      check: checkOf(risk),
      level: risk.severity === 'problem' ? 'problem' : 'warning',
      code: risk.code,
      message: `${[context.code, risk.application?.code].filter(Boolean).join('/')}: ${describeRisk(risk, t)}`,
      remedy: `Open ${addressOf(context)}${pathOf(risk.page)}${inFile(risk)}`,
    };
  }
}

const checkOf = ({ application, page }: Risk): string =>
  application ? 'applications' : page.page === 'certificates' ? 'certificates' : 'company';

/** Some companies are kept in files. */
function inFile({ params: { option } }: Risk): string {
  if (option === undefined) return '';
  return `, or look at saml.${option === 'unverifiableLogout' ? 'signingCertificates' : option} in the file that is applied.`;
}
