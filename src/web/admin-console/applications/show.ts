import { listApisOfApplication } from '../../../domain/applications/apis/index.ts';
import { adviseOn, listApplications } from '../../../domain/applications/applications/index.ts';
import { type PageContext, renderPage } from '../../request/index.ts';
import { listLastRefusals } from './activity.ts';
import { loadShown, renderTab } from './shown.ts';
import { shownTokenTimes } from './token-settings-form.ts';

export async function showApplications(page: PageContext): Promise<void> {
  const filter = { search: page.query('q').slice(0, 100), cursor: page.query('after') };
  const { items, cursor } = await listApplications(page.scope, filter);
  const now = page.services.clock.now();
  const applications = items.map((one) => ({ ...one, isWeaker: one.saml !== undefined && adviseOn(one.saml, now).length > 0 }));
  renderPage(page, 'admin-console/applications/list', { applications, cursor, search: filter.search });
}

/** So many of the last errors stand on the first tab; all of them on Activity. */
const shownRefusals = 5;

export async function showApplication(page: PageContext): Promise<void> {
  const application = await loadShown(page);
  await renderTab(page, 'general', application, { refusals: await listLastRefusals(page, application.applicationId, shownRefusals) });
}

/** What it is told of people: the settings; the preview shows it for one person. */
export async function showData(page: PageContext): Promise<void> {
  await renderTab(page, 'data', await loadShown(page));
}

export async function showAdvanced(page: PageContext): Promise<void> {
  const application = await loadShown(page);
  const { oidc, applicationId } = application;
  await renderTab(page, 'advanced', application, {
    tokenTimes: shownTokenTimes(oidc),
    apis: oidc ? await listApisOfApplication(page.scope, applicationId) : undefined,
  });
}
