import { findUsersBySubject } from '../../../domain/applications/assertions/index.ts';
import type { Directory } from '../../../domain/people/directories/index.ts';
import { countPending } from '../../../domain/people/directory-entries/index.ts';
import { listPhotos } from '../../../domain/people/profiles/index.ts';
import { keepView, listViews, removeView } from '../../../domain/people/saved-views/index.ts';
import { countUsers, listUsers } from '../../../domain/people/users/index.ts';
import { listLastSignIns } from '../../../domain/records/audit/index.ts';
import { type PageContext, type Refusal, renderPage } from '../../request/index.ts';
import { originsOfUsers } from '../origins.ts';
import { mostTicked } from '../sorted-list.ts';
import { redirectTo, submitForm } from '../submit.ts';
import { linkActions } from './actions.ts';
import { offeredChanges } from './bulk.ts';
import { columns, describeFilter, filterFields, lookFields, presets, readFilter, readLook, usualColumns } from './filter.ts';

export async function showUsers(page: PageContext, refusal?: Refusal): Promise<void> {
  const filter = readFilter(page.query);
  const look = readLook(page.query, page.ctx.URL.searchParams.getAll('columns'));
  const [after, before] = [page.query('after'), page.query('before')];
  const { items: found, cursor, previous } = await listUsers(page.scope, { ...filter, sort: look.sort, cursor: after, before });
  // what an application's log calls a person is looked for here, too
  const items = found.length > 0 || !filter.search ? found : await findUsersBySubject(page.scope, filter.search.trim());
  // a first page that is the last says it itself
  const count = previous || cursor ? await countUsers(page.scope, filter) : { n: items.length, isMore: false };
  const ids = items.map(({ userId }) => userId);
  const origins = await originsOfUsers(page.scope, ids);
  const fields = filterFields(filter);
  const fieldsOfLook = lookFields(look);
  const here = String(new URLSearchParams({ ...fields, ...fieldsOfLook }));
  const saved = (await listViews(page.scope)).map((one) => ({ ...one, isHere: one.query === here }));
  const isHere = (view: Record<string, string>) => String(new URLSearchParams(view)) === String(new URLSearchParams(fields));
  renderPage(
    page,
    'admin-console/users/list',
    {
      users: items,
      mostTicked,
      cursor,
      previous,
      filter,
      fields,
      look,
      lookFields: fieldsOfLook,
      query: new URLSearchParams(fields),
      count,
      ...origins,
      photoOf: await listPhotos(page.scope, items),
      lastSignIns: await listLastSignIns(page.scope, ids),
      waiting: await findWaiting(page, origins.directories),
      columns: columns.filter((one) => one !== 'directory' || origins.directories.length > 0),
      usualColumns,
      views: [
        ...Object.entries(presets).map(([key, view]) => ({
          name: page.t(`users.views.${key}`),
          query: String(new URLSearchParams({ ...view, ...fieldsOfLook })),
          isHere: isHere(view) && !saved.some((one) => one.isHere),
        })),
        ...saved,
      ],
      savedHere: saved.find((one) => one.isHere),
      here,
      viewFaults: refusal?.fields ?? {},
      viewName: page.form.get('name'),
      isForAll: page.form.get('for_all') === 'yes',
      chips: describeFilter(page, filter, origins.directories).map(({ name, text }) => {
        const { [name]: _, ...others } = fields;
        if (name === 'q') delete others.by;
        return { text, query: String(new URLSearchParams({ ...others, ...fieldsOfLook })) };
      }),
      bulkChanges: offeredChanges(page),
      chosenChange: page.query('change'),
      linkActions,
    },
    { refusal },
  );
}

/** The list as it is shown, under a name; its address is that of the form. */
export async function submitView(page: PageContext): Promise<void> {
  const filter = filterFields(readFilter(page.query));
  const look = lookFields(readLook(page.query, page.ctx.URL.searchParams.getAll('columns')));
  const query = String(new URLSearchParams({ ...filter, ...look }));
  const view = { name: page.form.get('name'), query, isOwn: page.form.get('for_all') !== 'yes' };
  const done = await submitForm(
    page,
    () => keepView(page.scope, view).then(() => true),
    (refusal) => showUsers(page, refusal),
  );
  if (done) redirectTo(page, `/admin/users?${query}`, 'view_kept');
}

export async function submitViewRemoval(page: PageContext): Promise<void> {
  await removeView(page.scope, page.form.get('view'));
  redirectTo(page, '/admin/users', 'view_removed');
}

/** S17: people who wait to be accepted, and the page where that is done. */
async function findWaiting({ scope }: PageContext, directories: Directory[]) {
  const counts = await countPending(
    scope,
    directories.map(({ directoryId }) => directoryId),
    'person',
  );
  const some = [...counts].filter(([, { n }]) => n > 0);
  if (some.length === 0) return undefined;
  const path = some.length === 1 ? `/admin/directories/${some[0]![0]}/entries` : '/admin/directories';
  return { path, count: { n: some.reduce((sum, [, { n }]) => sum + n, 0), isMore: some.some(([, { isMore }]) => isMore) } };
}
