import type { KeyRing } from '../../platform/crypto/index.ts';
import { AppError, invalidInput } from '../../platform/errors/index.ts';
import { recordEvent } from '../audit/index.ts';
import { loadSettings } from '../context-settings/index.ts';
import { enqueueMail } from '../mails/index.ts';
import { newAccountsSettings } from '../new-accounts/index.ts';
import { createLink, endLinks, useLink } from '../one-time-links/index.ts';
import { inTransaction, type Scope } from '../scope.ts';
import { changeEmail, emailKey, findUserByLogin, fullName, getUser, isEmail, type User } from '../users/index.ts';

/** The link that comes next, to whoever has to agree. */
async function sendLink(scope: Scope, user: User, kind: 'email-change' | 'email-confirm', to: string, email: string, keyRing: KeyRing) {
  const { confirmationHours } = (await loadSettings(scope, newAccountsSettings)).value;
  const owner = { userId: user.userId };
  const token = await createLink(scope, { kind, owner, lifetimeSeconds: confirmationHours * 3600, payload: { email } });
  await enqueueMail(scope, {
    to,
    locale: user.locale,
    mail: kind === 'email-change' ? 'email_change' : 'email_confirm',
    params: { firstName: user.firstName, email, hours: confirmationHours },
    path: `/${kind}/${token}`,
    keyRing,
  });
}

/**
 * Asks the mailbox that the account has now: a stranger at an open browser gets no further, and nobody else's mailbox hears of it.
 * @throws AppError invalid_input on `email`, not_found for a person who signs in with a username
 */
export const requestEmailChange = (scope: Scope, userId: string, email: string, keyRing: KeyRing): Promise<void> =>
  inTransaction(scope, async (inside) => {
    const user = await getUser(inside, userId, { lock: true });
    if (!user.email) throw new AppError('not_found', 404);
    if (!isEmail(email)) throw invalidInput({ email: 'fields.email' });
    if (emailKey(email) === emailKey(user.email)) throw invalidInput({ email: 'fields.email_same' });
    if (await findUserByLogin(inside, email)) throw invalidInput({ email: 'fields.taken' });
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
    await sendLink(inside, user, 'email-confirm', email, email, keyRing);
    return email;
  });

/** Both agreed. @throws AppError link_over, login_taken when somebody else has it by now */
export const completeEmailChange = (scope: Scope, token: string): Promise<string> =>
  inTransaction(scope, async (inside) => {
    const { user, email } = await useOwnLink(inside, 'email-confirm', token);
    const as: Scope = { ...inside, actor: { ...inside.actor, kind: 'person', id: user.userId, name: fullName(user) } };
    await changeEmail(as, user, email);
    // what was mailed to the old address is not the person's any more
    await endLinks(as, { userId: user.userId });
    await enqueueMail(as, {
      to: user.email!,
      locale: user.locale,
      mail: 'email_changed',
      params: { firstName: user.firstName, email },
      path: '/account',
    });
    return email;
  });

/** @throws AppError link_over */
export async function useOwnLink(scope: Scope, kind: 'email-change' | 'email-confirm' | 'recovery-email', token: string) {
  const link = await useLink(scope, kind, token);
  const user = link?.userId && (await getUser(scope, link.userId, { lock: true }));
  if (!link || !user || user.status !== 'activated') throw new AppError('link_over', 410);
  return { user, email: link.payload.email! };
}
