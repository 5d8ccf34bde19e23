import { getApi, grantScope, listScopeGrants, textOfScope, withdrawScope } from '../../../domain/applications/apis/index.ts';
import { listPhotos } from '../../../domain/people/profiles/index.ts';
import { AppError } from '../../../platform/errors/index.ts';
import { type PageContext, renderPage } from '../../request/index.ts';
import { listChoices, noChoices, readChoices, wantsSearch } from '../choices.ts';
import { readPastedPeople } from '../pasted-people.ts';
import { redirectTo, submitForm } from '../submit.ts';

type Faults = { people?: { login: string; message: string }; groups?: string };

// the name of a scope may contain a slash, so it is a query parameter
const pathOf = (apiId: string, name: string): string => `/admin/apis/${apiId}/scope?name=${encodeURIComponent(name)}`;

async function findScope(page: PageContext) {
  const api = await getApi(page.scope, page.params.api!);
  const scope = api.scopes.find(({ name }) => name === page.query('name'));
  if (!scope) throw new AppError('not_found', 404);
  return { api, scope };
}

export async function showScope(page: PageContext, faults: Faults = {}, choices = noChoices, status = 200): Promise<void> {
  const { api, scope } = await findScope(page);
  const grants = await listScopeGrants(page.scope, api.apiId);
  const ofScope = <T extends { scope: string }>(list: T[]) => list.filter((one) => one.scope === scope.name);
  const [groups, users] = [ofScope(grants.groups), ofScope(grants.users)];
  renderPage(
    page,
    'admin-console/apis/scope',
    {
      api,
      name: scope.name,
      text: textOfScope(scope, page.locale),
      groups,
      users,
      photoOf: await listPhotos(page.scope, users),
      list: await listChoices(page.scope, 'all_groups', choices, new Set<string>(groups.map(({ groupId }) => groupId))),
      faults,
      action: pathOf(api.apiId, scope.name),
      withdrawal: `/admin/apis/${api.apiId}/scope/withdraw?name=${encodeURIComponent(scope.name)}`,
    },
    { status: faults.people || faults.groups ? 422 : status },
  );
}

/** To people by e-mail or username, or to groups by their boxes. */
export async function submitGrant(page: PageContext): Promise<void> {
  const { api, scope } = await findScope(page);
  const isPeople = page.form.has('login');
  const people = isPeople ? await readPastedPeople(page) : { userIds: [] };
  if ('fault' in people) return showScope(page, { people: people.fault });
  const choices = isPeople ? noChoices : readChoices(page, 'all_groups');
  if (!isPeople && wantsSearch(page, 'all_groups')) return showScope(page, {}, choices);
  if (!isPeople && choices.chosen.length === 0) return showScope(page, { groups: page.t('links.none_chosen') }, choices);
  const grantees = [
    ...people.userIds.map((id) => ({ kind: 'user' as const, id })),
    ...choices.chosen.map((id) => ({ kind: 'group' as const, id })),
  ];
  const done = await submitForm(
    page,
    () => grantScope(page.scope, api.apiId, scope.name, grantees).then(() => true),
    ({ fault = '' }) => showScope(page, { people: { login: page.form.get('login'), message: fault } }, choices),
  );
  if (done) redirectTo(page, pathOf(api.apiId, scope.name), 'scope_granted');
}

export async function submitWithdrawal(page: PageContext): Promise<void> {
  const { api, scope } = await findScope(page);
  const [kind, id = ''] = page.form.get('grantee').split(':');
  await withdrawScope(page.scope, api.apiId, scope.name, { kind: kind === 'group' ? 'group' : 'user', id });
  redirectTo(page, pathOf(api.apiId, scope.name), 'scope_withdrawn');
}
