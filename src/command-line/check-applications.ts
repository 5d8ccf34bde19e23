import type { Store } from '../app/open-store.ts';
import { adviseOn, listAllApplications } from '../domain/applications/applications/index.ts';
import { listContexts } from '../domain/company/contexts/index.ts';
import { openScope } from '../domain/scope.ts';
import { systemClock } from '../platform/clock/index.ts';
import { pendingMigrations } from '../platform/database/index.ts';
import { consoleWords, describeAdvice } from './advice.ts';
import type { Finding } from './finding.ts';

/** The applications whose settings are weaker than they could be; of a store whose schema is not this version's nothing is said. */
export async function checkApplications(store: Store): Promise<Finding[]> {
  if ((await pendingMigrations(store.database.knex)).length > 0) return [];
  const t = consoleWords();
  const findings: Finding[] = [];
  for (const context of await listContexts(store.database.knex)) {
    const scope = openScope({ ...store, clock: systemClock }, context.contextId, { kind: 'operator', name: 'doctor' });
    for await (const { code, saml } of listAllApplications(scope)) {
      for (const advice of saml ? adviseOn(saml, scope.clock.now()) : [])
        findings.push({
          check: 'applications',
          level: 'warning',
          message: `${context.code}/${code}: ${describeAdvice(advice, t)}`,
          remedy: `Look at the application in the console, or at saml.${advice.option === 'unverifiableLogout' ? 'signingCertificates' : advice.option} in the file that is applied.`,
        });
    }
  }
  return findings;
}
