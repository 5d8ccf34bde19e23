import { startUserExport } from '../../../domain/people/user-exports/index.ts';
import { countUsers } from '../../../domain/people/users/index.ts';
import { type PageContext, renderPage } from '../../request/index.ts';
import { redirectTo } from '../submit.ts';
import { filterFields, readFilter } from './filter.ts';

/** S52: what the list shows is what is exported; asked before. */
export async function confirmExport(page: PageContext): Promise<void> {
  const filter = readFilter(page.query);
  const fields = filterFields(filter);
  const locals = { count: await countUsers(page.scope, filter), filter, hidden: Object.entries(fields), canMail: page.services.canMail };
  renderPage(page, 'admin-console/users/export', { ...locals, back: `/admin/users?${new URLSearchParams(fields)}` });
}

export async function submitExport(page: PageContext): Promise<void> {
  const operationId = await startUserExport(page.scope, readFilter(page.form.get), page.locale);
  redirectTo(page, `/admin/operations/${operationId}`);
}
