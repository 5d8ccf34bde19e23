import { AppError, parseInput } from '../../../platform/errors/index.ts';
import { loadSettings } from '../../company/context-settings/index.ts';
import { mailPerson } from '../../company/mails/index.ts';
import { newAccountsSettings } from '../../company/new-accounts/index.ts';
import { actingAs, changeStatus, fullName, getUser, lockUser, noteLocale, type User } from '../../people/users/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { countRecentLinks, createLink, findLink, useLink } from '../../records/one-time-links/index.ts';
import { inTransaction, type Scope, type Transaction } from '../../scope.ts';
import { choosePassword, type NewPasswordInput, newPasswordInput, setPersonalPassword } from '../../sign-in/credentials/password/index.ts';
import { findPolicyOf, type PolicyRules } from '../../sign-in/sign-in-policy/index.ts';

/** S112, S113: a new link; the one before it ends. @throws AppError status_conflict, too_many_mails */
export const resendInvitation = (scope: Scope, userId: string, locale: string): Promise<void> =>
  inTransaction(scope, async (inside) => {
    const user = await lockUser(inside, userId);
    if (!canBeInvited(user)) throw new AppError('status_conflict', 409);
    if (!(await sendInvitation(inside, user, { locale }))) throw new AppError('too_many_mails', 429);
  });

export const canBeInvited = ({ status, email }: User): boolean => status === 'invited' && email !== undefined;

const mostPerHour = 10;

/**
 * The caller holds the person.
 * @param most mails in an hour, Infinity for somebody new: fewer for a request without an account, so that enough are left for an administrator
 * @returns false when enough were mailed
 */
export async function sendInvitation(
  scope: Transaction,
  user: User,
  { locale, most = mostPerHour }: { locale?: string; most?: number },
): Promise<boolean> {
  const { invitationDays } = (await loadSettings(scope, newAccountsSettings)).value;
  const owner = { userId: user.userId };
  const since = new Date(scope.clock.now().getTime() - 3_600_000);
  if (Number.isFinite(most) && (await countRecentLinks(scope, 'invitation', owner, since)) >= most) return false;
  const token = await createLink(scope, { kind: 'invitation', owner, lifetimeSeconds: invitationDays * 86_400 });
  await recordEvent(scope, { type: 'user.invited', subject: { kind: 'user', id: user.userId, name: fullName(user) } });
  const params = { days: invitationDays };
  await mailPerson(scope, user, { mail: 'invitation', leadsTo: { page: 'invitation', token }, params, to: user.email, locale });
  return true;
}

/** S61, S63: the link proves the address, the person chooses a password, and is Activated. @returns whom it activated. @throws AppError link_over, invalid_input */
export async function activateAccount(
  scope: Scope,
  rules: PolicyRules,
  token: string,
  input: NewPasswordInput,
  locale: string,
): Promise<User> {
  const userId = (await findLink(scope, 'invitation', token))?.userId;
  const user = userId && (await getUser(scope, userId));
  if (user?.status !== 'invited') throw new AppError('link_over', 410);
  const { newPassword } = parseInput(newPasswordInput, input);
  const policy = await findPolicyOf(scope, rules, user);
  const hash = await choosePassword(scope, user, newPassword, policy.password);
  return inTransaction(scope, async (inside) => {
    const { status } = await lockUser(inside, user.userId);
    if (status !== 'invited' || !(await useLink(inside, 'invitation', token))) throw new AppError('link_over', 410);
    const as = actingAs(inside, user);
    const activated = await changeStatus(as, user.userId, 'activate', 'invitation');
    await setPersonalPassword(as, user, hash);
    await noteLocale(as, user.userId, locale);
    return activated;
  });
}
