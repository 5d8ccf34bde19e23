import type { KeyRing } from '../../platform/crypto/index.ts';
import { AppError, invalidInput } from '../../platform/errors/index.ts';
import { loadSettings } from '../context-settings/index.ts';
import { mailPerson } from '../mails/index.ts';
import { newAccountsSettings } from '../new-accounts/index.ts';
import { countRecentLinks, createLink, endLinks } from '../one-time-links/index.ts';
import { inTransaction, type Scope } from '../scope.ts';
import { actingAs, emailKey, getUser, isPlainEmail, setRecoveryEmail, type User } from '../users/index.ts';
import { useOwnLink } from './change-email.ts';

const mostPerHour = 5;

/** Mails a link to the address: it counts from the moment somebody there agrees. @throws AppError invalid_input on `recoveryEmail` */
export const requestRecoveryEmail = (scope: Scope, userId: string, email: string, keyRing: KeyRing): Promise<void> =>
  inTransaction(scope, async (inside) => {
    const user = await getUser(inside, userId, { lock: true });
    if (!isPlainEmail(email)) throw invalidInput({ recoveryEmail: 'fields.email' });
    if (user.email && emailKey(email) === emailKey(user.email)) throw invalidInput({ recoveryEmail: 'fields.recovery_email_same' });
    const owner = { userId: user.userId };
    const since = new Date(scope.clock.now().getTime() - 3_600_000);
    if ((await countRecentLinks(inside, 'recovery-email', owner, since)) >= mostPerHour) throw new AppError('too_many_mails', 429);
    await mailPerson(inside, user, { mail: 'recovery_email_asked', path: '/account', params: { email } });
    const { confirmationHours } = (await loadSettings(inside, newAccountsSettings)).value;
    const lifetimeSeconds = confirmationHours * 3600;
    const token = await createLink(inside, { kind: 'recovery-email', owner, lifetimeSeconds, payload: { email } });
    const params = { email, hours: confirmationHours };
    await mailPerson(inside, user, { mail: 'recovery_email', path: `/recovery-email/${token}`, keyRing, params, to: email });
  });

/** @returns the address that counts now @throws AppError link_over */
export const completeRecoveryEmail = (scope: Scope, token: string): Promise<string> =>
  inTransaction(scope, async (inside) => {
    const { user, email } = await useOwnLink(inside, 'recovery-email', token);
    await change(actingAs(inside, user), user, email);
    return email;
  });

export const removeRecoveryEmail = (scope: Scope, userId: string): Promise<void> =>
  inTransaction(scope, async (inside) => change(inside, await getUser(inside, userId, { lock: true }), undefined));

/** The other mailboxes of the person hear of it: whoever can recover an account owns it. */
async function change(scope: Scope, user: User, email: string | undefined): Promise<void> {
  // nor does anything that was mailed to the one before, or a wish that waits
  for (const kind of ['recovery', 'recovery-email'] as const) await endLinks(scope, { userId: user.userId }, kind);
  if (user.recoveryEmail === email) return;
  await setRecoveryEmail(scope, user, email);
  await mailPerson(scope, user, { mail: 'recovery_email_changed', path: '/account' });
}
