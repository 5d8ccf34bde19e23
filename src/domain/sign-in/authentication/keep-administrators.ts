import type { AppError } from '../../../platform/errors/index.ts';
import { lockContext } from '../../company/contexts/index.ts';
import { listAdministratorsAmong } from '../../people/users/index.ts';
import type { Scope, Transaction, UserId } from '../../scope.ts';
import { type FactorKind, factorKinds } from '../credentials/factors/index.ts';
import { listAdministratorPlaces, listAdministratorSessions } from '../sessions/index.ts';
import { findPoliciesOf, loadPolicy, type PolicyRules, rulesInForce, trialAt } from '../sign-in-policy/index.ts';
import { letsIn, quartersOfWeekFrom } from './lets-in.ts';

type Place = { userId: UserId; ip?: string };

/** The rules in force and, during a trial, those that come back if nobody confirms it. */
export async function listRules(scope: Scope): Promise<PolicyRules[]> {
  const stored = await loadPolicy(scope);
  const now = scope.clock.now();
  const before = trialAt(stored, now)?.before;
  return [rulesInForce(stored, now), ...(before ? [before] : [])];
}

/** The administrators that a change is judged by: those signed in, from where they are now; if none is, all of them, from their last place, at any time of the week. */
export async function findWatch(scope: Scope): Promise<{ places: Place[]; times: Date[] }> {
  const now = scope.clock.now();
  const sessions = await listAdministratorSessions(scope);
  if (sessions.length > 0) return { places: sessions, times: [now] };
  return { places: await listAdministratorPlaces(scope), times: quartersOfWeekFrom(now) };
}

export async function whoGetsIn(
  scope: Scope,
  { places, times }: { places: Place[]; times: Date[] },
  rules: PolicyRules[],
  usableFactors: FactorKind[],
): Promise<Place[]> {
  const people = places.map(({ userId }) => ({ userId, role: 'administrator' as const }));
  const policies = await findPoliciesOf(scope, rules, people);
  return places.filter(({ ip }, index) => policies[index]!.every((one) => letsIn(one, { ip, times }, usableFactors)));
}

type Keeping = {
  usableFactors?: FactorKind[];
  /** Whether rules are stricter than others about what changes; where none are, nothing more is asked. */
  isStricter?: (rules: PolicyRules) => boolean;
  /** What is thrown where nobody gets in any more. `getsIn`: whether one of those who got in before would by other rules. */
  refuse: (found: { rules: PolicyRules[]; getsIn: (rules: PolicyRules[]) => Promise<boolean> }) => AppError | Promise<AppError>;
};

/**
 * Does `work`, which changes who is an administrator or which rules they sign in by: at least one of those who could sign in before must be able to
 * afterwards. Such changes and changes of the policy wait for each other, company by company. Call it only where an administrator is concerned.
 * @throws AppError as `refuse` makes it, with nothing written
 */
export async function keepAdministrators<T>(
  scope: Transaction,
  work: () => Promise<T>,
  { usableFactors = factorKinds, isStricter = () => true, refuse }: Keeping,
): Promise<T> {
  await lockContext(scope);
  const rules = await listRules(scope);
  if (!rules.some(isStricter)) return work();
  const watch = await findWatch(scope);
  const before = await whoGetsIn(scope, watch, rules, usableFactors);
  const done = await work();
  if (before.length === 0) return done;
  const ids = new Set(
    await listAdministratorsAmong(
      scope,
      before.map(({ userId }) => userId),
    ),
  );
  const left = { places: before.filter(({ userId }) => ids.has(userId)), times: watch.times };
  const getsIn = async (by: PolicyRules[]) => (await whoGetsIn(scope, left, by, usableFactors)).length > 0;
  if (!(await getsIn(rules))) throw await refuse({ rules, getsIn });
  return done;
}
