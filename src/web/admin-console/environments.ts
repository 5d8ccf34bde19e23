import { getApproval, startReset } from '../../domain/administration/environments/index.ts';
import { notFound } from '../../platform/errors/index.ts';
import { type PageContext, type Refusal, type ResolvedContext, type Route, renderPage } from '../request/index.ts';
import { listChoices, noChoices, readChoices, wantsSearch } from './choices.ts';
import { redirectTo, submitForm } from './submit.ts';
import { showBulkOfGroups } from './users/bulk.ts';

export const environmentRoutes: Route[] = [
  { method: 'GET', path: '/admin/environments', access: 'administrator', handle: showEnvironments },
  { method: 'GET', path: '/admin/environments/people', access: 'administrator', handle: showPeople },
  { method: 'POST', path: '/admin/environments/people', access: 'administrator', handle: submitPeople },
  { method: 'GET', path: '/admin/environments/reset', access: 'administrator', handle: showReset },
  { method: 'POST', path: '/admin/environments/reset', access: 'administrator', handle: submitReset },
];

async function showEnvironments(page: PageContext): Promise<void> {
  const { context, pair, services } = page;
  const present = (one: ResolvedContext) => ({
    name: one.name,
    code: one.code,
    environment: one.environment,
    url: one.url,
    consoleUrl: `${one.url}${services.pathOf({ page: 'administration' })}`,
  });
  // production first, wherever one looks from
  const environments = [context, ...(pair ? [pair] : [])].map(present).sort((a, b) => b.environment.localeCompare(a.environment));
  const name = context.name.replace(/["\\$`]/g, '');
  const command = `portaria context create ${context.code}-approval --name "${name} (${page.t('environments.approval_of')})" --environment approval --paired-with ${context.code}`;
  renderPage(page, 'admin-console/environments/show', { environments, other: pair !== undefined, command });
}

async function showPeople(page: PageContext): Promise<void> {
  await getApproval(page.scope);
  renderPage(page, 'admin-console/environments/people', { list: await listChoices(page.scope, 'all_groups', noChoices) });
}

/** Whole groups; how many people they are is shown before anybody is invited. */
async function submitPeople(page: PageContext): Promise<void> {
  await getApproval(page.scope);
  const choices = readChoices(page, 'all_groups');
  const isSearch = wantsSearch(page, 'all_groups');
  if (!isSearch && choices.chosen.length > 0) return showBulkOfGroups(page, choices.chosen);
  const refusal = isSearch ? undefined : { status: 422, fault: page.t('links.none_chosen') };
  renderPage(page, 'admin-console/environments/people', { list: await listChoices(page.scope, 'all_groups', choices) }, { refusal });
}

function refuseProduction({ context }: PageContext): void {
  if (context.environment !== 'approval') throw notFound();
}

async function showReset(page: PageContext, refusal?: Refusal): Promise<void> {
  refuseProduction(page);
  renderPage(page, 'admin-console/environments/reset', { typed: page.form.get('code') }, { refusal });
}

async function submitReset(page: PageContext): Promise<void> {
  refuseProduction(page);
  const operationId = await submitForm(
    page,
    () => startReset(page.scope, page.form.get('code')),
    (refusal) => showReset(page, refusal),
  );
  if (operationId) redirectTo(page, `/admin/operations/${operationId}`);
}
