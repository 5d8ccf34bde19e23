import { isDeepStrictEqual } from 'node:util';
import type { Scope } from '../../scope.ts';
import type { FactorKind } from '../credentials/factors/index.ts';
import { isAdministratorSignedIn, listAdministratorPlaces } from '../sessions/index.ts';
import { type EffectivePolicy, findPoliciesOf, type PolicyRules } from '../sign-in-policy/index.ts';
import { letsIn, quartersOfWeekFrom } from './lets-in.ts';

/** What decides whether an administrator gets in at all. */
const wayIn = ({ identifiers, networks, hours, secondFactor: { demand, factors } }: EffectivePolicy) => ({
  isByEmail: identifiers.email,
  networks,
  hours,
  factors: demand === 'required' ? factors : undefined,
});

/**
 * Where no administrator is signed in, whether one of them is known to get in by these rules: from where they last signed in, at some time of the week.
 * One for whom nothing changes counts, and so does a company that has no administrators yet. Where somebody is signed in, `changePolicy` decides. Of more than 100 administrators those count who were seen last.
 * @param usableFactors those that browsers can use at the company's address
 */
export async function keepsWayIn(
  scope: Scope,
  { before, after }: { before: PolicyRules; after: PolicyRules },
  usableFactors: FactorKind[],
): Promise<boolean> {
  if (await isAdministratorSignedIn(scope)) return true;
  const administrators = await listAdministratorPlaces(scope);
  if (administrators.length === 0) return true;
  const people = administrators.map(({ userId }) => ({ userId, role: 'administrator' as const }));
  const policies = await findPoliciesOf(scope, [before, after], people);
  const times = quartersOfWeekFrom(scope.clock.now());
  return administrators.some(({ ip }, index) => {
    const [then, next] = policies[index] as [EffectivePolicy, EffectivePolicy];
    return isDeepStrictEqual(wayIn(then), wayIn(next)) || letsIn(next, { ip, times }, usableFactors);
  });
}
