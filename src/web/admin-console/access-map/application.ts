import {
  countAccess,
  getReach,
  listAccess,
  type MapFilter,
  recordMapView,
  startAccessExport,
} from '../../../domain/administration/access-map/index.ts';
import { ways } from '../../../domain/applications/assignments/index.ts';
import { listPhotos } from '../../../domain/people/profiles/index.ts';
import { type PageContext, renderPage } from '../../request/index.ts';
import { redirectTo } from '../submit.ts';

const statuses = ['activated', 'invited', 'deactivated', 'blocked'];

/** What the list shows, from an address or from a form that carries it on. */
const readFilter = (value: (name: string) => string): MapFilter => ({
  search: value('q').slice(0, 100),
  status: statuses.find((status) => status === value('status')),
  way: ways.find((way) => way === value('way')),
});

const fieldsOf = ({ search, status, way }: MapFilter): Record<string, string> =>
  Object.fromEntries(Object.entries({ q: search, status, way }).filter((entry): entry is [string, string] => Boolean(entry[1])));

export async function showApplicationMap(page: PageContext): Promise<void> {
  const reach = await getReach(page.scope, page.params.application!);
  await recordMapView(page.scope, reach);
  const filter = readFilter(page.query);
  const after = page.query('after');
  const { items, cursor } = await listAccess(page.scope, reach, { ...filter, cursor: after });
  // a first page that is the last says it itself
  const count = after || cursor ? await countAccess(page.scope, reach, filter) : { n: items.length, isMore: false };
  const fields = fieldsOf(filter);
  const photoOf = await listPhotos(
    page.scope,
    items.map(({ user }) => user),
  );
  const locals = { reach, items, photoOf, cursor, filter, fields, query: new URLSearchParams(fields), count, ways, statuses };
  renderPage(page, 'admin-console/access-map/application', locals);
}

/** What the list shows is what is exported; asked before. */
export async function confirmExport(page: PageContext): Promise<void> {
  const reach = await getReach(page.scope, page.params.application!);
  const filter = readFilter(page.query);
  const fields = fieldsOf(filter);
  renderPage(page, 'admin-console/access-map/export', {
    reach,
    count: await countAccess(page.scope, reach, filter),
    hidden: Object.entries(fields),
    back: `/admin/applications/${reach.applicationId}/access?${new URLSearchParams(fields)}`,
  });
}

export async function submitExport(page: PageContext): Promise<void> {
  const operationId = await startAccessExport(page.scope, page.params.application!, readFilter(page.form.get), page.locale);
  redirectTo(page, `/admin/operations/${operationId}`);
}
