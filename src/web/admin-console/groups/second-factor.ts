import { changeSecondFactorOfGroup, findSecondFactorOfGroup } from '../../../domain/administration/group-changes/index.ts';
import { getGroup } from '../../../domain/people/groups/index.ts';
import { type PageContext, renderPage, usableFactors } from '../../request/index.ts';
import { redirectTo } from '../submit.ts';
import { countMembers } from './members.ts';

/** Said before: it may keep people out until they have set one up. */
export async function confirmSecondFactor(page: PageContext): Promise<void> {
  const group = await getGroup(page.scope, page.params.group!);
  const back = `/admin/groups/${group.groupId}`;
  const { isRequired } = await findSecondFactorOfGroup(page.scope, group.groupId);
  renderPage(page, 'admin-console/confirm', {
    question: isRequired ? 'confirm.group_second_factor_inherit' : 'confirm.group_second_factor',
    name: group.isEveryone ? page.t('groups.everyone') : group.name,
    words: { count: await countMembers(page, group) },
    action: `${back}/second-factor`,
    hidden: { required: isRequired ? 'no' : 'yes' },
    back,
  });
}

/** The answer to the question before. */
export async function submitSecondFactor(page: PageContext): Promise<void> {
  const { groupId } = await getGroup(page.scope, page.params.group!);
  const isRequired = page.form.get('required') === 'yes';
  const done = await changeSecondFactorOfGroup(page.scope, groupId, isRequired, usableFactors(page));
  if (done.outcome === 'on-trial') redirectTo(page, '/admin/policy', 'policy_on_trial');
  else redirectTo(page, `/admin/groups/${groupId}`, 'policy_changed');
}
