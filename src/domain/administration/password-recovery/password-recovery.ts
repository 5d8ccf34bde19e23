import { AppError, parseInput } from '../../../platform/errors/index.ts';
import { mailPerson } from '../../company/mails/index.ts';
import { enqueue } from '../../job.ts';
import type { Ask } from '../../people/directory-requests/index.ts';
import { actingAs, changeStatus, lockUser, loginKey, type User } from '../../people/users/index.ts';
import { clearAttempts, forgetBrowsers } from '../../records/attempts/index.ts';
import { useLink } from '../../records/one-time-links/index.ts';
import { inTransaction, type Scope, type Transaction } from '../../scope.ts';
import { settleNetworkPassword } from '../../sign-in/authentication/index.ts';
import {
  forgetVerifier,
  type NetworkEntry,
  newNetworkPasswordInput,
  resetDirectoryPassword,
} from '../../sign-in/credentials/directory-password/index.ts';
import { choosePassword, type NewPasswordInput, newPasswordInput, setPersonalPassword } from '../../sign-in/credentials/password/index.ts';
import { endSessionsOfUser } from '../../sign-in/sessions/index.ts';
import { findPolicyOf, type PolicyRules } from '../../sign-in/sign-in-policy/index.ts';
import { recoveryWish } from './jobs.ts';
import { loginPurpose, mayRecover } from './send-recovery.ts';
import { openRecovery } from './what-recovers.ts';

/** Who asks hears the same at the same time, whoever they name: everything that depends on the account happens in a job. */
export async function requestRecovery(scope: Scope, login: string, locale: string): Promise<void> {
  const { contextId, actor, keyRing } = scope;
  // one wish a name waits at a time, however often it is sent
  const key = `recovery ${contextId} ${keyRing.fingerprint(loginKey(login).key, 'recovery')[0]}`;
  const sealed = keyRing.encrypt(login.slice(0, 254), loginPurpose(contextId));
  await enqueue(scope, recoveryWish, { actor, locale, login: sealed }, { key });
}

/**
 * A new password by a mailed link, here or, where the company wants that, in the directory. Ends every session and token, unblocks (S137), forgets known browsers; second
 * factors stay and are asked for at the next sign-in.
 * @throws AppError link_over, invalid_input, directory_unavailable, directory_refused
 */
export async function recoverPassword(scope: Scope, rules: PolicyRules, token: string, input: NewPasswordInput, ask?: Ask): Promise<void> {
  const { standing, recovery } = await openRecovery(scope, token);
  const { user } = standing;
  const keep = recovery.by === 'personal' ? await choose(scope, rules, user, input) : await reset(scope, ask, user, recovery.entry, input);
  await inTransaction(scope, async (inside) => {
    const { status } = await lockUser(inside, user.userId);
    if (!mayRecover.includes(status) || !(await useLink(inside, 'recovery', token))) throw new AppError('link_over', 410);
    const as = actingAs(inside, user);
    await keep(as);
    if (status === 'blocked') await changeStatus(as, user.userId, 'unblock', 'recovered');
    await clearAttempts(as, user.userId);
    await forgetBrowsers(as, user.userId);
    await endSessionsOfUser(as, user.userId, 'password-changed');
    await mailPerson(as, user, { mail: 'password_changed', leadsTo: { page: 'recovery-request' } });
  });
}

type Keep = (scope: Transaction) => Promise<void>;

async function choose(scope: Scope, rules: PolicyRules, user: User, input: NewPasswordInput): Promise<Keep> {
  const policy = await findPolicyOf(scope, rules, user);
  const { newPassword } = parseInput(newPasswordInput, input);
  const hash = await choosePassword(scope, user, newPassword, policy.password);
  return (inside) => setPersonalPassword(inside, user, hash);
}

/** The directory has it before anything is written here. */
async function reset(scope: Scope, ask: Ask | undefined, user: User, entry: NetworkEntry, input: NewPasswordInput): Promise<Keep> {
  if (!ask || !mayRecover.includes(user.status)) throw new AppError('link_over', 410);
  await resetDirectoryPassword(scope, ask, entry, parseInput(newNetworkPasswordInput, input));
  return async (inside) => {
    await forgetVerifier(inside, user.userId);
    await settleNetworkPassword(inside, user);
  };
}
