import { type Application, listApplications, listLastSecretUses } from '../../applications/applications/index.ts';
import { endingsOf } from '../../applications/expiry-warnings/index.ts';
import { type Context, getOwnContext } from '../../company/contexts/index.ts';
import { listCertificates } from '../../company/saml-certificates/index.ts';
import { fullName, listUsers } from '../../people/users/index.ts';
import type { Scope } from '../../scope.ts';
import { listWithoutSecondFactor } from '../../sign-in/credentials/second-factors/index.ts';
import { listLastUses } from '../../sign-in/sessions/index.ts';
import { loadPolicy, rulesInForce } from '../../sign-in/sign-in-policy/index.ts';
import { findPair } from '../environments/index.ts';
import { findRisks } from './find-risks.ts';
import type { Risk, RiskFacts } from './risk.ts';

/** No company has more, and Home is opened often. */
const mostApplications = 1000;
const mostAdministrators = 200;

const applicationsOf = async (scope: Scope): Promise<Application[]> => (await listApplications(scope, {}, mostApplications)).items;

/** A fixed number of statements, however much the company has. @param addressOf where a company lives, as the deployment has it */
export async function gatherRiskFacts(scope: Scope, addressOf: (context: Context) => string): Promise<RiskFacts> {
  const context = await getOwnContext(scope);
  const now = scope.clock.now();
  const applications = await applicationsOf(scope);
  const lastUses = await listLastUses(scope);
  for (const [id, at] of await listLastSecretUses(scope)) if (at > (lastUses.get(id) ?? 0)) lastUses.set(id, at);
  const { items: administrators } = await listUsers(scope, { role: 'administrator', status: 'activated' }, mostAdministrators);
  const without = await listWithoutSecondFactor(
    scope,
    administrators.map(({ userId }) => userId),
  );
  const pair = context.environment === 'production' ? await findPair(scope) : undefined;
  const there = pair && { ...scope, contextId: pair.contextId };
  return {
    now,
    environment: context.environment,
    url: addressOf(context),
    applications,
    lastUses,
    endings: endingsOf(await listCertificates(scope), applications, now),
    administrators: {
      count: administrators.length,
      withoutFactor: administrators.filter(({ userId }) => without.has(userId)).map(fullName),
    },
    rules: rulesInForce(await loadPolicy(scope), now),
    // decision 0020: of approval its configuration only
    approval: there && {
      url: addressOf(pair),
      applications: await applicationsOf(there),
      rules: rulesInForce(await loadPolicy(there), now),
    },
  };
}

export const listRisks = async (scope: Scope, addressOf: (context: Context) => string): Promise<Risk[]> =>
  findRisks(await gatherRiskFacts(scope, addressOf));
