import { type AccountChange, accountChanges, changeAccount, offersChange } from '../../../domain/administration/account-changes/index.ts';
import { fullName, getUser } from '../../../domain/people/users/index.ts';
import { notFound } from '../../../platform/errors/index.ts';
import { type PageContext, renderPage } from '../../request/index.ts';
import { redirectTo } from '../submit.ts';
import { findOrigin } from './origin.ts';

/** What the page says after each. */
const notices: Record<AccountChange, string> = {
  'resend-invitation': 'user_invited',
  unblock: 'user_unblocked',
  deactivate: 'user_deactivated',
  reactivate: 'user_reactivated',
  'reset-password': 'password_reset',
  delete: 'user_deletion_requested',
};

async function loadChange(page: PageContext) {
  const change = page.params.change as AccountChange;
  if (!Object.hasOwn(accountChanges, change)) throw notFound();
  const user = await getUser(page.scope, page.params.user!);
  return { change, user, path: `/admin/users/${user.userId}` };
}

export async function confirmChange(page: PageContext): Promise<void> {
  const { change, user, path } = await loadChange(page);
  if (!offersChange(change, user, page.session!.userId === user.userId)) return redirectTo(page, path);
  const origin = await findOrigin(page.scope, user);
  renderPage(page, 'admin-console/confirm', {
    question: change === 'delete' && origin ? 'confirm.delete_imported' : `confirm.${change.replace('-', '_')}`,
    name: fullName(user),
    words: { directory: origin?.directory.name },
    action: `${path}/${change}`,
    back: path,
    dangerous: change === 'delete' || change === 'deactivate',
  });
}

export async function submitChange(page: PageContext): Promise<void> {
  const { change, user, path } = await loadChange(page);
  await changeAccount(page.scope, change, user.userId, page.locale);
  redirectTo(page, change === 'delete' ? '/admin/users' : path, notices[change]);
}
