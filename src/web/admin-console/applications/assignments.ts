import { getApplication } from '../../../domain/applications/index.ts';
import { assignApplication, listAssignees, unassignApplication } from '../../../domain/assignments/index.ts';
import { inTransaction } from '../../../domain/scope.ts';
import { findUserByLogin } from '../../../domain/users/index.ts';
import { type PageContext, renderPage } from '../../request/index.ts';
import { listChoices, noChoices, readChoices, wantsSearch } from '../choices.ts';
import { redirectTo } from '../submit.ts';

export async function showAssignments(page: PageContext, fault?: { login: string; message: string }, choices = noChoices): Promise<void> {
  const application = await getApplication(page.scope, page.params.application!);
  const assignees = await listAssignees(page.scope, application.applicationId);
  const assigned = new Set<string>(assignees.groups.map((group) => group.groupId));
  const list = await listChoices(page.scope, 'all_groups', choices, assigned);
  renderPage(page, 'admin-console/assignments', { application, assignees, list, fault }, { status: fault ? 422 : 200 });
}

/** A person by e-mail or username, or groups by their boxes. */
export async function submitAssignment(page: PageContext): Promise<void> {
  const { applicationId } = await getApplication(page.scope, page.params.application!);
  const choices = readChoices(page, 'all_groups');
  if (wantsSearch(page, 'all_groups')) return showAssignments(page, undefined, choices);
  const login = page.form.get('login').trim();
  const user = login ? await findUserByLogin(page.scope, login) : undefined;
  if (login && !user) return showAssignments(page, { login, message: page.t('fields.unknown_person') });
  await inTransaction(page.scope, async (scope) => {
    if (user) await assignApplication(scope, applicationId, { kind: 'user', id: user.userId });
    for (const id of choices.chosen) await assignApplication(scope, applicationId, { kind: 'group', id });
  });
  redirectTo(page, `/admin/applications/${applicationId}/assignments`, 'assigned');
}

export async function submitUnassignment(page: PageContext): Promise<void> {
  const [kind, id = ''] = page.form.get('assignee').split(':');
  await inTransaction(page.scope, (scope) =>
    unassignApplication(scope, page.params.application!, { kind: kind === 'group' ? 'group' : 'user', id }),
  );
  redirectTo(page, `/admin/applications/${page.params.application}/assignments`, 'unassigned');
}
