import { getApplication } from '../../../domain/applications/applications/index.ts';
import { assignApplications, listApplicationsOfGroup, unassignApplication } from '../../../domain/applications/assignments/index.ts';
import { getGroup } from '../../../domain/people/groups/index.ts';
import { type PageContext, type Refusal, renderPage } from '../../request/index.ts';
import { type Choices, listChoices, noChoices, readChoices, wantsSearch } from '../choices.ts';
import { redirectTo } from '../submit.ts';
import { redirectWithUndo } from '../undo.ts';
import { countMembers } from './members.ts';

export const showAdd = (page: PageContext): Promise<void> => render(page, noChoices);

async function render(page: PageContext, choices: Choices, refusal?: Refusal): Promise<void> {
  const group = await getGroup(page.scope, page.params.group!);
  const has = (await listApplicationsOfGroup(page.scope, group.groupId)).map(({ applicationId }) => applicationId);
  const list = await listChoices(page.scope, 'applications', choices, new Set(has));
  renderPage(page, 'admin-console/groups/applications', { group, list }, { refusal });
}

/** S68: everybody in the group has them from now on. */
export async function submitAdd(page: PageContext): Promise<void> {
  const choices = readChoices(page, 'applications');
  if (wantsSearch(page, 'applications')) return render(page, choices);
  if (choices.chosen.length === 0) return render(page, choices, { status: 422, fault: page.t('links.none_chosen') });
  const { groupId } = await getGroup(page.scope, page.params.group!);
  const assignee = { kind: 'group', id: groupId } as const;
  await assignApplications(
    page.scope,
    choices.chosen.map((applicationId) => ({ applicationId, assignee })),
  );
  redirectTo(page, `/admin/groups/${groupId}`, 'applications_linked');
}

/** Many may lose it: asked before. */
export async function confirmRemove(page: PageContext): Promise<void> {
  const group = await getGroup(page.scope, page.params.group!);
  const application = await getApplication(page.scope, page.params.application!);
  const back = `/admin/groups/${group.groupId}`;
  renderPage(page, 'admin-console/confirm', {
    question: 'confirm.remove_group_application',
    name: application.name,
    words: { group: group.isEveryone ? page.t('groups.everyone') : group.name, count: await countMembers(page, group) },
    action: `${back}/applications/${application.applicationId}/remove`,
    back,
    dangerous: true,
  });
}

export async function submitRemove(page: PageContext): Promise<void> {
  const { groupId } = await getGroup(page.scope, page.params.group!);
  const assignee = { kind: 'group', id: groupId } as const;
  const applicationId = page.params.application!;
  const path = `/admin/groups/${groupId}`;
  if (await unassignApplication(page.scope, applicationId, assignee))
    redirectWithUndo(page, path, 'unassigned', { applicationId, ...assignee });
  else redirectTo(page, path, 'unassigned');
}
