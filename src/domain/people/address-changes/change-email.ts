import { AppError, invalidInput } from '../../../platform/errors/index.ts';
import { mailPerson } from '../../company/mails/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { endLinks } from '../../records/one-time-links/index.ts';
import { inTransaction, type Scope } from '../../scope.ts';
import { findFilledFields } from '../directory-entries/index.ts';
import { actingAs, changeEmail, emailKey, findUserByLogin, fullName, isPlainEmail, lockUser, tidyEmail } from '../users/index.ts';
import { refuseFlood, sendLink, useOwnLink } from './confirmation-links.ts';

/**
 * Asks the mailbox that the account has now: a stranger at an open browser gets no further, and nobody else's mailbox hears of it.
 * @throws AppError invalid_input on `email`, not_found for a person who signs in with a username, field_of_directory where the person's directory says it
 */
export const requestEmailChange = (scope: Scope, userId: string, typed: string): Promise<void> =>
  inTransaction(scope, async (inside) => {
    const user = await lockUser(inside, userId);
    if (!user.email) throw new AppError('not_found', 404);
    const filled = user.role === 'administrator' ? undefined : await findFilledFields(inside, user.userId);
    if (filled?.fields.has('email'))
      throw new AppError('field_of_directory', 409, {
        params: { directory: filled.directory.name },
        fields: { email: 'fields.of_directory' },
      });
    const email = tidyEmail(typed);
    if (!isPlainEmail(email)) throw invalidInput({ email: 'fields.email' });
    if (emailKey(email) === emailKey(user.email)) throw invalidInput({ email: 'fields.email_same' });
    await refuseFlood(inside, user, 'email-change');
    await endLinks(inside, { userId: user.userId }, 'email-confirm');
    await recordEvent(inside, {
      type: 'user.email-change-requested',
      subject: { kind: 'user', id: user.userId, name: fullName(user) },
      details: { before: user.email, after: email },
    });
    await sendLink(inside, user, 'email-change', user.email, email);
  });

/** The old mailbox agreed: now the new one is asked. @returns the new address @throws AppError link_over */
export const confirmEmailChange = (scope: Scope, token: string): Promise<string> =>
  inTransaction(scope, async (inside) => {
    const { user, email } = await useOwnLink(inside, 'email-change', token);
    // told to whoever reads the old mailbox, and only so often: nobody tries out who has an account
    if (await findUserByLogin(inside, email)) throw new AppError('login_taken', 409);
    await refuseFlood(inside, user, 'email-confirm');
    await sendLink(inside, user, 'email-confirm', email, email);
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
    await mailPerson(as, user, { mail: 'email_changed', leadsTo: { page: 'account' }, params: { email } });
    return email;
  });
