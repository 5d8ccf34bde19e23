import { z } from 'zod';
import { AppError, parseInput } from '../../../platform/errors/index.ts';
import { loadSettings } from '../../company/context-settings/index.ts';
import { mailboxesOf, mailPerson } from '../../company/mails/index.ts';
import { newAccountsSettings } from '../../company/new-accounts/index.ts';
import { actorSchema, enqueue, job, jobType } from '../../job.ts';
import {
  actingAs,
  changeStatus,
  findUserByLogin,
  fullName,
  getUser,
  lockUser,
  type Status,
  type User,
  usernameKey,
} from '../../people/users/index.ts';
import { clearAttempts, forgetBrowsers } from '../../records/attempts/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { countRecentLinks, createLink, findLink, useLink } from '../../records/one-time-links/index.ts';
import { inTransaction, type Scope, type Transaction } from '../../scope.ts';
import { findPolicyOf } from '../../sign-in/authentication/index.ts';
import { choosePassword, type NewPasswordInput, newPasswordInput, setPersonalPassword } from '../../sign-in/credentials/password/index.ts';
import { endSessionsOfUser } from '../../sign-in/sessions/index.ts';
import type { PolicyRules } from '../../sign-in/sign-in-policy/index.ts';
import { sendInvitation } from '../invitations/index.ts';

const mostPerHour = 3;
/** Who may come back by themselves; what an administrator ended stays so. */
const mayRecover: Status[] = ['activated', 'blocked'];

/** What was typed may be a password in the wrong field: it lies sealed until the job reads it. */
const loginPurpose = (contextId: string) => `recovery-login:${contextId}`;

/** Somebody wrote that they forgot their password. `login` is sealed. */
const recoveryWish = jobType('send-recovery', { actor: actorSchema, login: z.string(), locale: z.string().optional() });

/** Who asks hears the same at the same time, whoever they name: everything that depends on the account happens in a job. */
export async function requestRecovery(scope: Scope, login: string, locale: string): Promise<void> {
  const { contextId, actor, keyRing } = scope;
  // one wish a name waits at a time, however often it is sent
  const key = `recovery ${contextId} ${keyRing.fingerprint(usernameKey(login), 'recovery')[0]}`;
  const sealed = keyRing.encrypt(login.slice(0, 254), loginPurpose(contextId));
  await enqueue(scope, recoveryWish, { actor, locale, login: sealed }, { key });
}

/** The job: mails a link, if there is somebody to mail to. @param sealedLogin as requestRecovery sealed it @param locale of whoever asked, for who has chosen none */
export async function sendRecovery(scope: Scope, sealedLogin: string, locale?: string): Promise<void> {
  const login = scope.keyRing.decrypt(sealedLogin, loginPurpose(scope.contextId)).toString();
  await inTransaction(scope, async (inside) => {
    const found = await findUserByLogin(inside, login);
    // locked: the address must not change between the mail and the link, nor two links be the latest
    const user = found && (await lockUser(inside, found.userId));
    // whoever lost the invitation gets another one
    if (user?.status === 'invited' && user.email && (await sendInvitation(inside, user, { locale, most: mostPerHour }))) return;
    const reason = user ? await whyNotMailed(inside, user) : 'unknown-person';
    await recordEvent(inside, {
      type: 'password.recovery-requested',
      outcome: reason ? 'failure' : 'success',
      subject: user ? { kind: 'user', id: user.userId, name: fullName(user) } : undefined,
      reason,
    });
    if (!user || reason) return;
    const { recoveryMinutes } = (await loadSettings(inside, newAccountsSettings)).value;
    const owner = { userId: user.userId };
    const token = await createLink(inside, { kind: 'recovery', owner, lifetimeSeconds: recoveryMinutes * 60 });
    const params = { minutes: recoveryMinutes };
    await mailPerson(inside, user, { mail: 'recovery', leadsTo: { page: 'recovery', token }, params, locale });
  });
}

export const sendRecoveryJob = job(recoveryWish, (scope, { actor, login, locale }) => sendRecovery({ ...scope, actor }, login, locale));

/** S137: either mailbox will do, for a person who has two. */
async function whyNotMailed(scope: Transaction, user: User): Promise<string | undefined> {
  if (mailboxesOf(user).length === 0) return 'no-mail';
  if (user.status === 'invited') return 'too-many'; // invitations
  if (!mayRecover.includes(user.status)) return user.status;
  const since = new Date(scope.clock.now().getTime() - 3_600_000);
  return (await countRecentLinks(scope, 'recovery', { userId: user.userId }, since)) < mostPerHour ? undefined : 'too-many';
}

/**
 * A new password by a mailed link. Ends every session and token, unblocks (S137), forgets known browsers; second factors stay and are asked for at the next sign-in.
 * @throws AppError link_over, invalid_input
 */
export async function recoverPassword(scope: Scope, rules: PolicyRules, token: string, input: NewPasswordInput): Promise<void> {
  const userId = (await findLink(scope, 'recovery', token))?.userId;
  if (!userId) throw new AppError('link_over', 410);
  const user = await getUser(scope, userId);
  const policy = await findPolicyOf(scope, rules, user);
  const { newPassword } = parseInput(newPasswordInput, input);
  const hash = await choosePassword(scope, user, newPassword, policy.password);
  await inTransaction(scope, async (inside) => {
    const { status } = await lockUser(inside, userId);
    if (!mayRecover.includes(status) || !(await useLink(inside, 'recovery', token))) throw new AppError('link_over', 410);
    const as = actingAs(inside, user);
    await setPersonalPassword(as, user, hash);
    if (status === 'blocked') await changeStatus(as, userId, 'unblock', 'recovered');
    await clearAttempts(as, userId);
    await forgetBrowsers(as, userId);
    await endSessionsOfUser(as, userId, 'password-changed');
    await mailPerson(as, user, { mail: 'password_changed', leadsTo: { page: 'recovery-request' } });
  });
}
