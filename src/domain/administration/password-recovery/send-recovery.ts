import { loadSettings } from '../../company/context-settings/index.ts';
import { mailboxesOf, mailPerson } from '../../company/mails/index.ts';
import { newAccountsSettings } from '../../company/new-accounts/index.ts';
import { directoryRules } from '../../people/directories/index.ts';
import { emailKey, findUserByLogin, fullName, lockUser, type Status, type User } from '../../people/users/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { countRecentLinks, createLink } from '../../records/one-time-links/index.ts';
import { countRefusal } from '../../records/refusals/index.ts';
import { inTransaction, type Scope, type Transaction } from '../../scope.ts';
import { findStanding, type KeptFacts } from '../../sign-in/authentication/index.ts';
import { sendInvitation } from '../invitations/index.ts';
import { whatRecovers } from './what-recovers.ts';

const mostPerHour = 3;
/** Who may come back by themselves; what an administrator ended stays so. */
export const mayRecover: Status[] = ['activated', 'blocked'];

/** What was typed may be a password in the wrong field: it lies sealed until the job reads it. */
export const loginPurpose = (contextId: string) => `recovery-login:${contextId}`;

/** The job: mails a link, if there is somebody to mail to. @param sealedLogin as requestRecovery sealed it `locale` of whoever asked, for who has chosen none; `request`: the sign-in that waits for it */
export async function sendRecovery(
  scope: Scope,
  sealedLogin: string,
  { locale, request }: { locale?: string; request?: string } = {},
): Promise<void> {
  const login = scope.keyRing.decrypt(sealedLogin, loginPurpose(scope.contextId)).toString();
  await inTransaction(scope, async (inside) => {
    const found = await findUserByLogin(inside, login);
    // locked: the address must not change between the mail and the link, nor two links be the latest
    const user = found && (await lockUser(inside, found.userId));
    // whoever lost the invitation gets another one
    if (user?.status === 'invited' && user.email && (await sendInvitation(inside, user, { locale, most: mostPerHour }))) return;
    const reason = user ? await whyNotMailed(inside, user) : 'unknown-person';
    const subject = user && ({ kind: 'user', id: user.userId, name: fullName(user) } as const);
    const type = 'password.recovery-requested';
    const account = user && { status: user.status, statusChangedAt: user.statusChangedAt.getTime() };
    const facts: KeptFacts | undefined = account && { account };
    if (!user || reason)
      return void (await countRefusal(inside, { type, subject, reason: reason ?? 'unknown-person', details: { facts } }));
    await recordEvent(inside, { type, subject });
    const { recoveryMinutes } = (await loadSettings(inside, newAccountsSettings)).value;
    const owner = { userId: user.userId };
    // mailed to the address alone, it proves it
    const proves = user.email !== undefined && user.recoveryEmail === undefined && { proves: emailKey(user.email) };
    const payload = { ...proves, ...(request && { request }) };
    const token = await createLink(inside, { kind: 'recovery', owner, lifetimeSeconds: recoveryMinutes * 60, payload });
    const standing = await findStanding(inside, user.userId, '');
    const { by } = whatRecovers(standing!, (await loadSettings(inside, directoryRules)).value);
    // the link of this one only counts the mails: nobody gets it, and it opens nothing
    if (by === 'told') return mailPerson(inside, user, { mail: 'network_recovery', leadsTo: { page: 'account' }, locale });
    const params = { minutes: recoveryMinutes };
    await mailPerson(inside, user, { mail: 'recovery', leadsTo: { page: 'recovery', token }, params, locale });
  });
}

/** S137: either mailbox will do, for a person who has two. */
async function whyNotMailed(scope: Transaction, user: User): Promise<string | undefined> {
  if (mailboxesOf(user).length === 0) return 'no-mail';
  if (user.status === 'invited') return 'too-many'; // invitations
  if (!mayRecover.includes(user.status)) return user.status;
  const since = new Date(scope.clock.now().getTime() - 3_600_000);
  return (await countRecentLinks(scope, 'recovery', { userId: user.userId }, since)) < mostPerHour ? undefined : 'too-many';
}
