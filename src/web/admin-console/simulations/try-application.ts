import { type ApplicationChange, startSimulation } from '../../../domain/administration/simulations/index.ts';
import { getApplication } from '../../../domain/applications/applications/index.ts';
import { listAssignees } from '../../../domain/applications/assignments/index.ts';
import { type PageContext, renderPage, usableFactors } from '../../request/index.ts';
import { listChoices, noChoices, readChoices, wantsSearch } from '../choices.ts';
import { readPastedPeople } from '../pasted-people.ts';
import { redirectTo } from '../submit.ts';

type Faults = Partial<Record<'leaving' | 'form', string>>;

export async function showApplicationForm(page: PageContext, faults: Faults = {}, choices = noChoices): Promise<void> {
  const application = await getApplication(page.scope, page.params.application!);
  const { groups } = await listAssignees(page.scope, application.applicationId, 1);
  const assigned = new Set<string>(groups.map(({ groupId }) => groupId));
  renderPage(
    page,
    'admin-console/simulations/application',
    {
      application,
      groups,
      list: await listChoices(page.scope, 'all_groups', choices, assigned),
      typed: {
        access: page.form.get('access'),
        navigable: page.form.get('navigable'),
        leaving: page.form.get('leaving'),
        leavingGroups: page.form.all('leaving_group'),
      },
    },
    { refusal: Object.keys(faults).length > 0 ? { status: 422, fields: faults as Record<string, string>, fault: faults.form } : undefined },
  );
}

export async function submitApplicationForm(page: PageContext): Promise<void> {
  const { form, scope, t } = page;
  const application = await getApplication(scope, page.params.application!);
  const choices = readChoices(page, 'all_groups');
  if (wantsSearch(page, 'all_groups')) return showApplicationForm(page, {}, choices);
  const people = form.get('leaving').trim() === '' ? { userIds: [] } : await readPastedPeople(page, 'leaving');
  if ('fault' in people) return showApplicationForm(page, { leaving: people.fault.message }, choices);
  const change: ApplicationChange = {
    applicationId: application.applicationId,
    isRemoved: form.get('access') === 'removed',
    ...(['enabled', 'disabled'].includes(form.get('access')) ? { enabled: form.get('access') === 'enabled' } : {}),
    ...(['yes', 'no'].includes(form.get('navigable')) ? { navigable: form.get('navigable') === 'yes' } : {}),
    groups: { joining: choices.chosen, leaving: form.all('leaving_group') },
    people: { leaving: people.userIds },
  };
  if (!isChange(change)) return showApplicationForm(page, { form: t('simulations.nothing_changed') }, choices);
  const tried = { kind: 'application', id: application.applicationId, name: application.name } as const;
  redirectTo(page, `/admin/simulations/${await startSimulation(scope, { applications: [change] }, tried, usableFactors(page))}`);
}

const isChange = ({ isRemoved, enabled, navigable, groups, people }: ApplicationChange): boolean =>
  isRemoved === true ||
  enabled !== undefined ||
  navigable !== undefined ||
  [groups, people].some((moves) => [moves?.joining, moves?.leaving].some((ids) => (ids?.length ?? 0) > 0));
