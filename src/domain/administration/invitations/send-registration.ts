import { networkOf } from '../../../platform/net/index.ts';
import { loadSettings } from '../../company/context-settings/index.ts';
import { enqueueMail, mailPerson } from '../../company/mails/index.ts';
import { newAccountsSettings } from '../../company/new-accounts/index.ts';
import { emailKey, findUserByLogin, fullName, lockUser } from '../../people/users/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { countLinksBy, createLink } from '../../records/one-time-links/index.ts';
import { countRefusal } from '../../records/refusals/index.ts';
import { inTransaction, type Scope } from '../../scope.ts';
import { sendInvitation } from './invite-user.ts';

/** `request`: the sign-in that waits for whoever has the account, in the browser where it was asked for. */
export type Registration = { firstName: string; lastName: string; email: string; locale: string; request?: string };

const mostPerDay = 3;
/** From one address: an office of newcomers, and no mail cannon. */
const mostPerHourFrom = 60;
export const sealedFor = (contextId: string) => `registration:${contextId}`;

/** The job: a link that makes the account; to somebody who has one, the way to sign in. */
export async function sendRegistration(scope: Scope, sealed: string): Promise<void> {
  const input: Registration = JSON.parse(scope.keyRing.decrypt(sealed, sealedFor(scope.contextId)).toString());
  const { email, locale } = input;
  const owner = { addressKey: emailKey(email) };
  // of one mailbox, whatever stands behind a plus
  const mailbox = owner.addressKey.replace(/\+[^@]*@/, '@');
  await inTransaction(scope, async (inside) => {
    const since = new Date(scope.clock.now().getTime() - 86_400_000);
    const found = await findUserByLogin(inside, email);
    // the person before any link, as everywhere
    const known = found && (await lockUser(inside, found.userId));
    const from = networkOf(scope.actor.ip ?? '');
    const hour = new Date(scope.clock.now().getTime() - 3_600_000);
    const isMailed =
      (await countLinksBy(inside, 'registration', { mailbox }, since)) < mostPerDay &&
      (await countLinksBy(inside, 'registration', { from }, hour)) < mostPerHourFrom;
    const type = 'registration.requested';
    const subject = known && ({ kind: 'user', id: known.userId, name: fullName(known) } as const);
    if (known || !isMailed) await countRefusal(inside, { type, subject, reason: known ? 'has-an-account' : 'too-many' });
    else await recordEvent(inside, { type });
    if (!isMailed) return;
    const { confirmationHours } = (await loadSettings(inside, newAccountsSettings)).value;
    // also for who has an account: the count of mails to an address is the same
    const token = await createLink(inside, {
      kind: 'registration',
      owner,
      lifetimeSeconds: confirmationHours * 3600,
      payload: { ...input, from, mailbox },
    });
    if (known?.status === 'invited') await sendInvitation(inside, known, { locale, most: mostPerDay });
    else if (known)
      await mailPerson(inside, known, { mail: 'already_registered', leadsTo: { page: 'recovery-request' }, to: known.email, locale });
    else {
      // what a stranger typed as a name is no greeting
      const params = { hours: confirmationHours };
      await enqueueMail(inside, { to: email, locale, mail: 'registration', params, leadsTo: { page: 'registration', token } });
    }
  });
}
