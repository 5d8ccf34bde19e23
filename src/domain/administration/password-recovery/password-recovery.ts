import { AppError, parseInput } from '../../../platform/errors/index.ts';
import { mailPerson } from '../../company/mails/index.ts';
import { enqueue } from '../../job.ts';
import { actingAs, changeStatus, getUser, lockUser, loginKey } from '../../people/users/index.ts';
import { clearAttempts, forgetBrowsers } from '../../records/attempts/index.ts';
import { findLink, useLink } from '../../records/one-time-links/index.ts';
import { inTransaction, type Scope } from '../../scope.ts';
import { choosePassword, type NewPasswordInput, newPasswordInput, setPersonalPassword } from '../../sign-in/credentials/password/index.ts';
import { endSessionsOfUser } from '../../sign-in/sessions/index.ts';
import { findPolicyOf, type PolicyRules } from '../../sign-in/sign-in-policy/index.ts';
import { recoveryWish } from './jobs.ts';
import { loginPurpose, mayRecover } from './send-recovery.ts';

/** Who asks hears the same at the same time, whoever they name: everything that depends on the account happens in a job. */
export async function requestRecovery(scope: Scope, login: string, locale: string): Promise<void> {
  const { contextId, actor, keyRing } = scope;
  // one wish a name waits at a time, however often it is sent
  const key = `recovery ${contextId} ${keyRing.fingerprint(loginKey(login).key, 'recovery')[0]}`;
  const sealed = keyRing.encrypt(login.slice(0, 254), loginPurpose(contextId));
  await enqueue(scope, recoveryWish, { actor, locale, login: sealed }, { key });
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
