import type { KeyRing } from '../../platform/crypto/index.ts';
import { AppError, invalidInput } from '../../platform/errors/index.ts';
import { recordEvent } from '../audit/index.ts';
import { loadSettings } from '../context-settings/index.ts';
import { mailPerson } from '../mails/index.ts';
import { newAccountsSettings } from '../new-accounts/index.ts';
import { countRecentLinks, createLink, endLinks, findLink, useLink } from '../one-time-links/index.ts';
import { inTransaction, type Scope, type UserId } from '../scope.ts';
import { actingAs, changeEmail, emailKey, findUserByLogin, fullName, getUser, isPlainEmail, type User } from '../users/index.ts';

const mostPerHour = 5;

async function refuseFlood(scope: Scope, userId: UserId, kind: 'email-change' | 'email-confirm'): Promise<void> {
  const since = new Date(scope.clock.now().getTime() - 3_600_000);
  if ((await countRecentLinks(scope, kind, { userId }, since)) >= mostPerHour) throw new AppError('too_many_mails', 429);
}

/** The link that comes next, to whoever has to agree. */
async function sendLink(scope: Scope, user: User, kind: 'email-change' | 'email-confirm', to: string, email: string, keyRing: KeyRing) {
  const { confirmationHours } = (await loadSettings(scope, newAccountsSettings)).value;
  const owner = { userId: user.userId };
  const token = await createLink(scope, { kind, owner, lifetimeSeconds: confirmationHours * 3600, payload: { email } });
  const mail = kind === 'email-change' ? 'email_change' : 'email_confirm';
  const params = { email, hours: confirmationHours };
  await mailPerson(scope, user, { mail, path: `/${kind}/${token}`, keyRing, params, to });
}

/**
 * Asks the mailbox that the account has now: a stranger at an open browser gets no further, and nobody else's mailbox hears of it.
 * @throws AppError invalid_input on `email`, not_found for a person who signs in with a username
 */
export const requestEmailChange = (scope: Scope, userId: string, email: string, keyRing: KeyRing): Promise<void> =>
  inTransaction(scope, async (inside) => {
    const user = await getUser(inside, userId, { lock: true });
    if (!user.email) throw new AppError('not_found', 404);
    if (!isPlainEmail(email)) throw invalidInput({ email: 'fields.email' });
    if (emailKey(email) === emailKey(user.email)) throw invalidInput({ email: 'fields.email_same' });
    await refuseFlood(inside, user.userId, 'email-change');
    await endLinks(inside, { userId: user.userId }, 'email-confirm');
    await recordEvent(inside, {
      type: 'user.email-change-requested',
      subject: { kind: 'user', id: user.userId, name: fullName(user) },
      details: { before: user.email, after: email },
    });
    await sendLink(inside, user, 'email-change', user.email, email, keyRing);
  });

/** The old mailbox agreed: now the new one is asked. @returns the new address @throws AppError link_over */
export const confirmEmailChange = (scope: Scope, token: string, keyRing: KeyRing): Promise<string> =>
  inTransaction(scope, async (inside) => {
    const { user, email } = await useOwnLink(inside, 'email-change', token);
    // told to whoever reads the old mailbox, and only so often: nobody tries out who has an account
    if (await findUserByLogin(inside, email)) throw new AppError('login_taken', 409);
    await refuseFlood(inside, user.userId, 'email-confirm');
    await sendLink(inside, user, 'email-confirm', email, email, keyRing);
    return email;
  });

/** Both agreed. @throws AppError link_over, login_taken when somebody else has it by now */
export const completeEmailChange = (scope: Scope, token: string): Promise<string> =>
  inTransaction(scope, async (inside) => {
    const { user, email } = await useOwnLink(inside, 'email-confirm', token);
    const as = actingAs(inside, user);
    await changeEmail(as, user, email);
    // what was mailed to the old address is not the person's any more
    await endLinks(as, { userId: user.userId });
    await mailPerson(as, user, { mail: 'email_changed', path: '/account', params: { email } });
    return email;
  });

/** The person first and then the link, as whoever asks for one: locks in one order. @throws AppError link_over */
export async function useOwnLink(scope: Scope, kind: 'email-change' | 'email-confirm' | 'recovery-email', token: string) {
  const owner = (await findLink(scope, kind, token))?.userId;
  const user = owner && (await getUser(scope, owner, { lock: true }));
  const link = user && user.status === 'activated' ? await useLink(scope, kind, token) : undefined;
  if (!user || !link) throw new AppError('link_over', 410);
  return { user, email: link.payload.email! };
}
