import { invalidInput } from '../../../platform/errors/index.ts';
import { mailPerson } from '../../company/mails/index.ts';
import { endLinks } from '../../records/one-time-links/index.ts';
import { inTransaction, type Scope, type Transaction } from '../../scope.ts';
import { actingAs, emailKey, isPlainEmail, lockUser, setRecoveryEmail, tidyEmail, type User } from '../users/index.ts';
import { refuseFlood, sendLink, useOwnLink } from './confirmation-links.ts';

/** Mails a link to the address: it counts from the moment somebody there agrees. @throws AppError invalid_input on `recoveryEmail` */
export const requestRecoveryEmail = (scope: Scope, userId: string, typed: string): Promise<void> =>
  inTransaction(scope, async (inside) => {
    const user = await lockUser(inside, userId);
    const email = tidyEmail(typed);
    if (!isPlainEmail(email)) throw invalidInput({ recoveryEmail: 'fields.email' });
    if (user.email && emailKey(email) === emailKey(user.email)) throw invalidInput({ recoveryEmail: 'fields.recovery_email_same' });
    await refuseFlood(inside, user, 'recovery-email');
    await mailPerson(inside, user, { mail: 'recovery_email_asked', leadsTo: { page: 'account' }, params: { email } });
    await sendLink(inside, user, 'recovery-email', email, email);
  });

/** @returns the address that counts now @throws AppError link_over */
export const completeRecoveryEmail = (scope: Scope, token: string): Promise<string> =>
  inTransaction(scope, async (inside) => {
    const { user, email } = await useOwnLink(inside, 'recovery-email', token);
    await change(actingAs(inside, user), user, email);
    return email;
  });

export const removeRecoveryEmail = (scope: Scope, userId: string): Promise<void> =>
  inTransaction(scope, async (inside) => change(inside, await lockUser(inside, userId), undefined));

/** The other mailboxes of the person hear of it: whoever can recover an account owns it. */
async function change(scope: Transaction, user: User, email: string | undefined): Promise<void> {
  // nor does anything that was mailed to the one before, or a wish that waits
  for (const kind of ['recovery', 'recovery-email'] as const) await endLinks(scope, { userId: user.userId }, kind);
  if (user.recoveryEmail === email) return;
  await setRecoveryEmail(scope, user, email);
  await mailPerson(scope, user, { mail: 'recovery_email_changed', leadsTo: { page: 'account' } });
}
