import {
  type ApplicationAccess,
  type ApplicationFilter,
  listApplicationAccess,
  recordMapViewOfPerson,
} from '../../../domain/administration/access-map/index.ts';
import { getUser } from '../../../domain/people/users/index.ts';
import { byteOrderMark, csvLine } from '../../../platform/csv/index.ts';
import { accessWords, type PageContext, renderPage } from '../../request/index.ts';
import { describeSignIns, loadPerson } from '../users/person.ts';

const readFilter = ({ query }: PageContext): ApplicationFilter => ({
  search: query('q').slice(0, 100),
  only: ['open', 'closed'].find((one) => one === query('only')),
});

export async function showPersonMap(page: PageContext): Promise<void> {
  const user = await getUser(page.scope, page.params.user!);
  await recordMapViewOfPerson(page.scope, user);
  const filter = readFilter(page);
  const items = await listApplicationAccess(page.scope, user, filter);
  const fields = { q: filter.search ?? '', only: filter.only ?? '' };
  renderPage(page, 'admin-console/access-map/person', {
    ...(await loadPerson(page, user)),
    ...(await describeSignIns(page, user)),
    items,
    filter,
    query: new URLSearchParams(fields),
    opened: items.filter(({ verdict }) => verdict.allowed).length,
  });
}

/** As many lines as the company has applications. */
export async function sendPersonMap(page: PageContext): Promise<void> {
  const { ctx, context, scope, services, locale, t } = page;
  const user = await getUser(scope, page.params.user!);
  await recordMapViewOfPerson(scope, user, true);
  const words = accessWords(services.i18n, locale);
  const line = ({ reach, isDirect, groups, verdict }: ApplicationAccess) =>
    csvLine([
      reach.name,
      words.why({ ways: { isDirect, groups: groups.filter(({ isEveryone }) => !isEveryone) } }, { ...reach, groups }),
      words.opens(verdict),
    ]);
  ctx.set('content-disposition', `attachment; filename="${context.code}-access.csv"`);
  ctx.type = 'text/csv; charset=utf-8';
  const columns = [t('access_map.application'), t('access_map.why'), t('access_map.opens')];
  ctx.body = byteOrderMark + csvLine(columns) + (await listApplicationAccess(scope, user, readFilter(page))).map(line).join('');
}
