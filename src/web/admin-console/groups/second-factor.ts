import { getGroup } from '../../../domain/people/groups/index.ts';
import { inTransaction, type Scope } from '../../../domain/scope.ts';
import { changePolicy } from '../../../domain/sign-in/authentication/index.ts';
import { demandOfGroup, loadPolicy, rulesInForce, withDemandOfGroup, withoutGroup } from '../../../domain/sign-in/sign-in-policy/index.ts';
import { type PageContext, passkeyCeremony, renderPage } from '../../request/index.ts';
import { redirectTo } from '../submit.ts';
import { countMembers } from './members.ts';

/** S36: whether the people of this group need a second factor because they are in it, and until when the policy is on trial. */
export async function secondFactorOf(scope: Scope, groupId: string) {
  const stored = await loadPolicy(scope);
  const trial = stored.trial && stored.trial.revertsAt > scope.clock.now() ? stored.trial : undefined;
  return {
    revertsAt: trial?.revertsAt,
    isRequired: demandOfGroup(rulesInForce(stored, scope.clock.now()), groupId) === 'required',
  };
}

/** Said before: it may keep people out until they have set one up. */
export async function confirmSecondFactor(page: PageContext): Promise<void> {
  const group = await getGroup(page.scope, page.params.group!);
  const back = `/admin/groups/${group.groupId}`;
  const { isRequired } = await secondFactorOf(page.scope, group.groupId);
  renderPage(page, 'admin-console/confirm', {
    question: isRequired ? 'confirm.group_second_factor_inherit' : 'confirm.group_second_factor',
    name: group.isEveryone ? page.t('groups.everyone') : group.name,
    words: { count: await countMembers(page, group) },
    action: `${back}/second-factor`,
    hidden: { required: isRequired ? 'no' : 'yes' },
    back,
  });
}

/** A rule of the policy like any other: checked against the administrators who are signed in, on trial where it may keep people out. */
export async function submitSecondFactor(page: PageContext): Promise<void> {
  const { groupId } = await getGroup(page.scope, page.params.group!);
  const isRequired = page.form.get('required') === 'yes';
  const done = await inTransaction(page.scope, async (scope) => {
    const stored = await loadPolicy(scope);
    const rules = withDemandOfGroup(rulesInForce(stored, scope.clock.now()), groupId, isRequired);
    return changePolicy(scope, rules, stored.version, passkeyCeremony(page) !== undefined);
  });
  if (done.outcome === 'on-trial') redirectTo(page, '/admin/policy', 'policy_on_trial');
  else redirectTo(page, `/admin/groups/${groupId}`, 'policy_changed');
}

/** Whether the policy says anything of this group. */
export async function hasRules(scope: Scope, groupId: string): Promise<boolean> {
  const rules = rulesInForce(await loadPolicy(scope), scope.clock.now());
  return withoutGroup(rules, groupId).overrides.length < rules.overrides.length;
}
