import type { Scope, UserId } from '../../scope.ts';
import { type FactorKind, factorKinds, factorOf, factorsUsableAt } from '../credentials/factors/index.ts';
import { listFactorKinds } from '../credentials/second-factors/index.ts';
import { findPoliciesOf } from '../sign-in-policy/index.ts';
import { findWatch, listRules, whoGetsIn } from './keep-administrators.ts';

/** Whether an administrator who gets in at one origin does at another: who holds a passkey is asked for it, and it stays behind. Recovery codes may be lost, and count for nothing. */
export async function keepsWayInAt(scope: Scope, { from, to }: { from: string; to: string }): Promise<boolean> {
  const lost = factorKinds.filter((kind) => factorOf(kind).hostOf && factorOf(kind).hostOf?.(from) !== factorOf(kind).hostOf?.(to));
  if (lost.length === 0) return true;
  const [rules, watch] = [await listRules(scope), await findWatch(scope)];
  const before = await whoGetsIn(scope, watch, rules, factorsUsableAt(from));
  if (before.length === 0) return true;
  const after = await whoGetsIn(scope, { ...watch, places: before }, rules, factorsUsableAt(to));
  const people = after.map(({ userId }) => ({ userId, role: 'administrator' as const }));
  const policies = await findPoliciesOf(scope, rules, people);
  const held = await listFactorKinds(
    scope,
    people.map(({ userId }) => userId),
  );
  const canProve = (userId: UserId) => (held.get(userId) ?? []).some((kind: FactorKind) => !lost.includes(kind));
  return people.some(
    ({ userId }, index) => !held.has(userId) || canProve(userId) || policies[index]!.every((one) => one.secondFactor.demand === 'off'),
  );
}
