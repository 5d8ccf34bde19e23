import { notifyChange } from '../../../platform/database/index.ts';
import { AppError, parseInput } from '../../../platform/errors/index.ts';
import { getApplication } from '../../applications/applications/index.ts';
import { lockContext } from '../../company/contexts/index.ts';
import { getGroup } from '../../people/groups/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { type Scope, type Transaction, useCase } from '../../scope.ts';
import { type FactorKind, factorKinds } from '../credentials/factors/index.ts';
import { listAdministratorSessions } from '../sessions/index.ts';
import {
  findPoliciesOf,
  loadPolicy,
  type PolicyRules,
  rulesInForce,
  rulesSchema,
  type StoredPolicy,
  savePolicy,
  trialAt,
  withoutGroup,
} from '../sign-in-policy/index.ts';
import { letsIn } from './lets-in.ts';

/** Long enough to try whether one still gets in, short enough to wait for when one does not. */
const trialMs = 5 * 60 * 1000;

/** What a change did: at once, or on trial until somebody confirms it. */
export type PolicyChange = { outcome: 'changed' } | { outcome: 'on-trial'; revertsAt: Date };

/**
 * Changes the rules of a company. One that would keep out every administrator who is signed in now is refused; one that may keep people out stands on trial for five
 * minutes, and goes by itself unless an administrator confirms it.
 * @param input rules as a form or file gives them
 * @param version the one the editor saw
 * @param usableFactors those that browsers can use at the company's address
 * @throws AppError invalid_input by the path of the rule, changed_meanwhile, policy_locks_out
 */
export const changePolicy = useCase(
  async (scope, input: unknown, version: number, usableFactors: FactorKind[] = factorKinds): Promise<PolicyChange> => {
    const after = parseInput(rulesSchema, input, 'path');
    // whoever joins a group meanwhile waits, and so do we (keep-administrators.ts)
    await lockContext(scope);
    const stored = await loadPolicy(scope);
    if (stored.version !== version) throw new AppError('changed_meanwhile', 409);
    const now = scope.clock.now();
    // what nobody has confirmed yet is no ground to stand on: a change during a trial is measured against the rules before it
    const before = trialAt(stored, now)?.before ?? rulesInForce(stored, now);
    await refuseUnknownTargets(scope, [before, stored.rules], after);
    if (await locksOut(scope, after, usableFactors)) throw new AppError('policy_locks_out', 409);
    const trial = isRisky(before, after) ? { before, revertsAt: new Date(now.getTime() + trialMs) } : undefined;
    await save(scope, { rules: after, trial, version }, 'sign-in-policy.changed', { before, after, ...(trial ? { trial: true } : {}) });
    return trial ? { outcome: 'on-trial', revertsAt: trial.revertsAt } : { outcome: 'changed' };
  },
);

/** A group is gone, and with it what was said of it: that keeps nobody out, so it stands at once, beside a trial that goes on. */
export const forgetGroupRules = useCase(async (scope, groupId: string): Promise<void> => {
  const { rules, trial, version } = await loadPolicy(scope);
  const after = withoutGroup(rules, groupId);
  const before = trial && withoutGroup(trial.before, groupId);
  const isNamed = after.overrides.length < rules.overrides.length || before?.overrides.length !== trial?.before.overrides.length;
  if (!isNamed) return;
  const kept = trial && before && { before, revertsAt: trial.revertsAt };
  await save(scope, { rules: after, trial: kept, version }, 'sign-in-policy.changed', { before: rules, after });
});

/** Ends the trial: the rules stay. @throws AppError changed_meanwhile when it was over already */
export const confirmPolicy = useCase(async (scope, version: number): Promise<void> => {
  const stored = await loadPolicy(scope);
  if (stored.version !== version || !stored.trial || stored.trial.revertsAt <= scope.clock.now())
    throw new AppError('changed_meanwhile', 409);
  await save(scope, { rules: stored.rules, version }, 'sign-in-policy.confirmed', {});
});

/** Goes back to the rules before, by an administrator's wish or because nobody confirmed. */
export const revertPolicy = useCase(async (scope, version: number): Promise<void> => {
  const stored = await loadPolicy(scope);
  if (stored.version !== version || !stored.trial) throw new AppError('changed_meanwhile', 409);
  await save(scope, { rules: stored.trial.before, version }, 'sign-in-policy.reverted', {
    before: stored.rules,
    after: stored.trial.before,
  });
});

/** Tidies up after a trial that nobody confirmed: the rules before hold since its end, this makes it seen. */
export const endTrial = useCase(async (scope): Promise<void> => {
  const stored = await loadPolicy(scope);
  if (stored.trial && stored.trial.revertsAt <= scope.clock.now()) await revertPolicy(scope, stored.version);
});

async function save(
  scope: Transaction,
  policy: StoredPolicy,
  type: 'sign-in-policy.changed' | 'sign-in-policy.confirmed' | 'sign-in-policy.reverted',
  details: Record<string, unknown>,
): Promise<void> {
  if (!(await savePolicy(scope, policy))) throw new AppError('changed_meanwhile', 409);
  await recordEvent(scope, { type, details });
  await notifyChange(scope.db, scope.contextId);
}

/** A group or application of this company; one that was deleted since may stay. */
export async function refuseUnknownTargets(scope: Scope, before: PolicyRules[], after: PolicyRules): Promise<void> {
  const known = new Set(before.flatMap(({ overrides }) => overrides.map(({ for: target }) => JSON.stringify(target))));
  for (const { for: target } of after.overrides) {
    if (known.has(JSON.stringify(target))) continue;
    if (target.kind === 'group') await getGroup(scope, target.groupId);
    if (target.kind === 'application') await getApplication(scope, target.applicationId);
  }
}

/** Nobody of those who could mend it would get in again from where they are now. Nobody signed in: an operator's change, who has the command line. */
async function locksOut(scope: Scope, rules: PolicyRules, usableFactors: FactorKind[]): Promise<boolean> {
  const sessions = await listAdministratorSessions(scope);
  const people = sessions.map(({ userId }) => ({ userId, role: 'administrator' as const }));
  const policies = await findPoliciesOf(scope, [rules], people);
  const times = [scope.clock.now()];
  return sessions.length > 0 && !sessions.some(({ ip }, index) => letsIn(policies[index]![0]!, { ip, times }, usableFactors));
}

/** Whether people who get in today might not tomorrow. */
function isRisky(before: PolicyRules, after: PolicyRules): boolean {
  const risky = ({ base, overrides }: PolicyRules) =>
    JSON.stringify([
      [base.identifiers, base.networks, base.hours, base.secondFactor.demand === 'required', base.secondFactor.factors],
      overrides.map((one) => [one.for, one.networks, one.hours, one.secondFactor.demand === 'required', one.secondFactor.factors]),
    ]);
  return risky(before) !== risky(after);
}
