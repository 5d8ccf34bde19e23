import { clearAttempts } from '../../../domain/attempts/index.ts';
import { deleteAccount, giveTemporaryPassword } from '../../../domain/authentication/index.ts';
import { canBeInvited, resendInvitation } from '../../../domain/invitations/index.ts';
import { inTransaction } from '../../../domain/scope.ts';
import { canChangeStatus, changeStatus, fullName, getUser, type StatusChange, type User } from '../../../domain/users/index.ts';
import { notFound } from '../../../platform/errors/index.ts';
import { type PageContext, renderPage } from '../../request/index.ts';
import { redirectTo } from '../submit.ts';

/** The actions of a person's page, by the last part of their address. */
const changes = {
  'resend-invitation': { status: undefined, done: 'user_invited' },
  unblock: { status: 'unblock', done: 'user_unblocked' },
  deactivate: { status: 'deactivate', done: 'user_deactivated' },
  reactivate: { status: 'reactivate', done: 'user_reactivated' },
  'reset-password': { status: undefined, done: 'password_reset' },
  delete: { status: undefined, done: 'user_deleted' },
} as const satisfies Record<string, { status: StatusChange | undefined; done: string }>;

type Change = keyof typeof changes;

function isOffered(change: Change, user: User, isSelf: boolean): boolean {
  const { status } = changes[change];
  if (isSelf && change !== 'unblock') return false;
  if (status) return canChangeStatus(user, status);
  if (change === 'resend-invitation') return canBeInvited(user);
  // S117: whoever has an e-mail helps themselves on the sign-in page
  return change === 'delete' || (user.status === 'activated' && !user.email);
}

/** What may be done to this person now. */
export const actionsFor = (user: User, isSelf: boolean): Change[] =>
  (Object.keys(changes) as Change[]).filter((change) => isOffered(change, user, isSelf));

async function loadChange(page: PageContext) {
  const change = page.params.change as Change;
  if (!Object.hasOwn(changes, change)) throw notFound();
  const user = await getUser(page.scope, page.params.user!);
  return { change, user, path: `/admin/users/${user.userId}` };
}

export async function confirmChange(page: PageContext): Promise<void> {
  const { change, user, path } = await loadChange(page);
  if (!isOffered(change, user, page.session!.userId === user.userId)) return redirectTo(page, path);
  renderPage(page, 'admin-console/confirm', {
    question: `confirm.${change.replace('-', '_')}`,
    name: fullName(user),
    action: `${path}/${change}`,
    back: path,
    dangerous: change === 'delete' || change === 'deactivate',
  });
}

export async function submitChange(page: PageContext): Promise<void> {
  const { change, user, path } = await loadChange(page);
  const { status, done } = changes[change];
  if (status) {
    await inTransaction(page.scope, async (scope) => {
      await changeStatus(scope, user.userId, status);
      if (status === 'unblock') await clearAttempts(scope, user.userId);
    });
  } else if (change === 'delete') await inTransaction(page.scope, (scope) => deleteAccount(scope, user.userId));
  else if (change === 'resend-invitation') await resendInvitation(page.scope, user.userId, page.services.keyRing, page.locale);
  else await giveTemporaryPassword(page.scope, user, page.services);
  redirectTo(page, change === 'delete' ? '/admin/users' : path, done);
}
