import { allowNewBrowsers, findWaitOfNewBrowsers } from '../../../domain/administration/account-changes/index.ts';
import { fullName, getUser } from '../../../domain/people/users/index.ts';
import { type PageContext, renderPage, rulesOf } from '../../request/index.ts';
import { redirectTo } from '../submit.ts';

export async function confirmNewBrowsers(page: PageContext): Promise<void> {
  const user = await getUser(page.scope, page.params.user!);
  const path = `/admin/users/${user.userId}`;
  if (!(await findWaitOfNewBrowsers(page.scope, (await rulesOf(page)).base.lockout, user))) return redirectTo(page, path);
  renderPage(page, 'admin-console/confirm', {
    question: 'confirm.new_browsers',
    name: fullName(user),
    action: `${path}/new-browsers`,
    back: path,
    dangerous: false,
  });
}

export async function submitNewBrowsers(page: PageContext): Promise<void> {
  await allowNewBrowsers(page.scope, page.params.user!);
  redirectTo(page, `/admin/users/${page.params.user}`, 'new_browsers_allowed');
}
