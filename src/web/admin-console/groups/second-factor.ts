import { changePolicy } from '../../../domain/authentication/index.ts';
import { getGroup } from '../../../domain/groups/index.ts';
import { inTransaction, type Scope } from '../../../domain/scope.ts';
import {
  demandOfGroup,
  loadPolicy,
  type PolicyRules,
  rulesInForce,
  withDemandOfGroup,
  withoutGroup,
} from '../../../domain/sign-in-policy/index.ts';
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
  const done = await inTransaction(page.scope, (scope) =>
    changeRules(page, scope, (rules) => withDemandOfGroup(rules, groupId, isRequired)),
  );
  if (done.outcome === 'on-trial') redirectTo(page, '/admin/policy', 'policy_on_trial');
  else redirectTo(page, `/admin/groups/${groupId}`, 'policy_changed');
}

async function changeRules(page: PageContext, scope: Scope, change: (rules: PolicyRules) => PolicyRules) {
  const stored = await loadPolicy(scope);
  return changePolicy(scope, change(rulesInForce(stored, scope.clock.now())), stored.version, passkeyCeremony(page) !== undefined);
}

/** Whether the policy says anything of this group. */
export async function hasRules(scope: Scope, groupId: string): Promise<boolean> {
  const rules = rulesInForce(await loadPolicy(scope), scope.clock.now());
  return withoutGroup(rules, groupId).overrides.length < rules.overrides.length;
}

/** With the group go its rules. @param scope of a transaction */
export async function removeRules(page: PageContext, scope: Scope, groupId: string): Promise<void> {
  if (await hasRules(scope, groupId)) await changeRules(page, scope, (rules) => withoutGroup(rules, groupId));
}
