import { listApisOfApplication } from '../../../domain/applications/apis/index.ts';
import { adviseOn, applicationSortKeys, countApplications, listApplications } from '../../../domain/applications/applications/index.ts';
import { isSortOf } from '../../../domain/keyset.ts';
import { type PageContext, renderPage } from '../../request/index.ts';
import { describeList } from '../sorted-list.ts';
import { listLastRefusals } from './activity.ts';
import { loadShown, renderTab } from './shown.ts';
import { shownTokenTimes } from './token-settings-form.ts';

export async function showApplications(page: PageContext): Promise<void> {
  const { query, t } = page;
  const given = query('sort');
  const sort = isSortOf(applicationSortKeys, given) ? given : undefined;
  const one = (of: readonly string[], name: string) => of.find((value) => value === query(name)) ?? '';
  const filter = {
    search: query('q').slice(0, 100),
    protocol: one(['oidc', 'saml', 'link'], 'protocol'),
    status: one(['enabled', 'disabled'], 'status'),
  };
  const { items, ...ends } = await listApplications(page.scope, { ...filter, sort, cursor: query('after'), before: query('before') });
  const now = page.services.clock.now();
  const protocols: Record<string, string> = { oidc: 'OpenID Connect', saml: 'SAML 2.0', link: t('applications.link_only') };
  renderPage(page, 'admin-console/applications/list', {
    applications: items.map((one) => ({ ...one, isWeaker: one.saml !== undefined && adviseOn(one.saml, now).length > 0 })),
    ...ends,
    ...describeList({ q: filter.search, protocol: filter.protocol, status: filter.status }, sort, {
      q: `“${filter.search}”`,
      protocol: `${t('applications.protocol')}: ${protocols[filter.protocol]}`,
      status: `${t('applications.status')}: ${t(`status.${filter.status}`)}`,
    }),
    count: ends.previous || ends.cursor ? await countApplications(page.scope, filter) : items.length,
    filter,
    protocols,
  });
}

/** So many of the last errors stand on the first tab; all of them on Activity. */
const shownRefusals = 5;

export async function showApplication(page: PageContext): Promise<void> {
  const application = await loadShown(page);
  await renderTab(page, 'general', application, { refusals: await listLastRefusals(page, application.applicationId, shownRefusals) });
}

/** The data it receives about people: the settings; the preview shows it for one person. */
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
