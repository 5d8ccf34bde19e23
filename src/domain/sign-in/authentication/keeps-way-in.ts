import { isDeepStrictEqual } from 'node:util';
import type { Scope } from '../../scope.ts';
import type { FactorKind } from '../credentials/factors/index.ts';
import { listAdministratorPlaces } from '../sessions/index.ts';
import { admits, type EffectivePolicy, findPolicyOf, type PolicyRules } from '../sign-in-policy/index.ts';

const quarterMs = 15 * 60 * 1000;
const quartersOfWeek = 7 * 24 * 4;

/** What decides whether an administrator gets in at all. */
const wayIn = ({ identifiers, networks, hours, secondFactor: { demand, factors } }: EffectivePolicy) => ({
  isByEmail: identifiers.email,
  networks,
  hours,
  factors: demand === 'required' ? factors : undefined,
});

/**
 * Where no administrator is signed in, whether one of them is known to get in by these rules: from where they last signed in, at some time of the week.
 * One for whom nothing changes counts, and so does a company that has no administrators yet. Where somebody is signed in, `changePolicy` decides.
 * @param usableFactors those that browsers can use at the company's address
 */
export async function keepsWayIn(
  scope: Scope,
  { before, after }: { before: PolicyRules; after: PolicyRules },
  usableFactors: FactorKind[],
): Promise<boolean> {
  const administrators = await listAdministratorPlaces(scope);
  if (administrators.length === 0 || administrators.some(({ isSignedIn }) => isSignedIn)) return true;
  for (const { userId, ip } of administrators) {
    const person = { userId, role: 'administrator' as const };
    const [then, now] = [await findPolicyOf(scope, before, person), await findPolicyOf(scope, after, person)];
    if (isDeepStrictEqual(wayIn(then), wayIn(now)) || mayEnter(now, { ip, now: scope.clock.now() }, usableFactors)) return true;
  }
  return false;
}

/** @param ip undefined where nobody knows it: then only rules without networks let the person in for certain */
function mayEnter(policy: EffectivePolicy, { ip, now }: { ip?: string; now: Date }, usableFactors: FactorKind[]): boolean {
  const { identifiers, networks, hours, secondFactor } = policy;
  // administrators sign in by e-mail (S57)
  if (!identifiers.email) return false;
  if (secondFactor.demand === 'required' && !secondFactor.factors.some((factor) => usableFactors.includes(factor))) return false;
  if (networks.length > 0 && (ip === undefined || admits({ networks, hours: [] }, { ip, now }))) return false;
  if (hours.length === 0) return true;
  const times = Array.from({ length: quartersOfWeek }, (_, index) => new Date(now.getTime() + index * quarterMs));
  return times.some((time) => admits({ networks: [], hours }, { ip: '', now: time }) === undefined);
}
