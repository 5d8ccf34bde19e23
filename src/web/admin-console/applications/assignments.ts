import { getApplication } from '../../../domain/applications/applications/index.ts';
import { assignApplications, listAssignees, unassignApplication } from '../../../domain/applications/assignments/index.ts';
import { listPhotos } from '../../../domain/people/profiles/index.ts';
import type { PageContext } from '../../request/index.ts';
import { listChoices, noChoices, readChoices, wantsSearch } from '../choices.ts';
import { readPastedPeople } from '../pasted-people.ts';
import { findPeople, presentPicks } from '../pickers.ts';
import { redirectTo } from '../submit.ts';
import { redirectWithUndo } from '../undo.ts';
import { renderTab } from './shown.ts';

type Faults = { people?: { login: string; message: string }; groups?: string };

export async function showAssignments(page: PageContext, faults: Faults = {}, choices = noChoices): Promise<void> {
  const application = await getApplication(page.scope, page.params.application!);
  const assignees = await listAssignees(page.scope, application.applicationId);
  const assigned = new Set<string>(assignees.groups.map((group) => group.groupId));
  const list = await listChoices(page.scope, 'all_groups', choices, assigned);
  const found = await findPeople(page.scope, page.query('person'));
  const photoOf = await listPhotos(page.scope, [...assignees.users, ...found.people]);
  await renderTab(
    page,
    'people',
    application,
    { assignees, list, faults, found, photoOf, picks: presentPicks(page) },
    faults.people || faults.groups ? 422 : 200,
  );
}

/** People by e-mail or username, or groups by their boxes. */
export async function submitAssignment(page: PageContext): Promise<void> {
  const { applicationId } = await getApplication(page.scope, page.params.application!);
  if (page.form.has('login')) {
    const people = await readPastedPeople(page);
    if ('fault' in people) return showAssignments(page, { people: people.fault });
    await assign(page, applicationId, 'user', people.userIds);
  } else {
    const choices = readChoices(page, 'all_groups');
    if (wantsSearch(page, 'all_groups')) return showAssignments(page, {}, choices);
    if (choices.chosen.length === 0) return showAssignments(page, { groups: page.t('links.none_chosen') }, choices);
    await assign(page, applicationId, 'group', choices.chosen);
  }
  redirectTo(page, `/admin/applications/${applicationId}/assignments`, 'assigned');
}

const assign = (page: PageContext, applicationId: string, kind: 'user' | 'group', ids: string[]): Promise<void> =>
  assignApplications(
    page.scope,
    ids.map((id) => ({ applicationId, assignee: { kind, id } })),
  );

export async function submitUnassignment(page: PageContext): Promise<void> {
  const [kind, id = ''] = page.form.get('assignee').split(':');
  const applicationId = page.params.application!;
  const assignee = { kind: kind === 'group' ? 'group' : 'user', id } as const;
  const path = `/admin/applications/${applicationId}/assignments`;
  if (await unassignApplication(page.scope, applicationId, assignee))
    redirectWithUndo(page, path, 'unassigned', { applicationId, ...assignee });
  else redirectTo(page, path, 'unassigned');
}
