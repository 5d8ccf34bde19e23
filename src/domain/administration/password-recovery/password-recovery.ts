import { AppError, parseInput } from '../../../platform/errors/index.ts';
import { mailPerson } from '../../company/mails/index.ts';
import { enqueue } from '../../job.ts';
import type { Ask } from '../../people/directory-requests/index.ts';
import {
  actingAs,
  changeStatus,
  emailKey,
  fullName,
  lockUser,
  loginKey,
  markEmail,
  type Status,
  type User,
} from '../../people/users/index.ts';
import { clearAttempts, forgetBrowsers } from '../../records/attempts/index.ts';
import { claimLink, type FoundLink, releaseLink, useLink } from '../../records/one-time-links/index.ts';
import { countRefusal } from '../../records/refusals/index.ts';
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

/** The answer is the same, after the same time, for any name: everything that depends on the account happens in a job. @param request the sign-in that waits for it, by its address */
export async function requestRecovery(scope: Scope, login: string, locale: string, request?: string): Promise<void> {
  const { contextId, actor, keyRing } = scope;
  // one wish a name waits at a time, however often it is sent
  const key = `recovery ${contextId} ${keyRing.fingerprint(loginKey(login).key, 'recovery')[0]}`;
  const sealed = keyRing.encrypt(login.slice(0, 254), loginPurpose(contextId));
  await enqueue(scope, recoveryWish, { actor, locale, login: sealed, request }, { key });
}

export type Recovered = Pick<User, 'userId'> & { request?: string };

/**
 * A new password by a mailed link, here or, where the company wants that, in the directory. Ends every session and token, unblocks (S137), forgets known browsers; second
 * factors stay and are asked for at the next sign-in.
 * @returns whose personal password it is now, and the sign-in that waits for it; undefined for one of the network, which the directory has still to take
 * @throws AppError link_over, invalid_input, directory_unavailable, directory_refused
 */
export async function recoverPassword(
  scope: Scope,
  rules: PolicyRules,
  token: string,
  input: NewPasswordInput,
  ask?: Ask,
): Promise<Recovered | undefined> {
  const { standing, recovery } = await openRecovery(scope, token);
  const { user } = standing;
  if (recovery.by === 'network') {
    await reset(scope, ask, user, recovery.entry, { token, input });
    return undefined;
  }
  const keep = await choose(scope, rules, user, input);
  return inTransaction(scope, async (inside) => {
    const status = await lockRecovering(inside, user);
    const link = status && (await useLink(inside, 'recovery', token));
    if (!link) throw new AppError('link_over', 410);
    await keep(actingAs(inside, user));
    await settle(actingAs(inside, user), user, status, link);
    return { userId: user.userId, request: link.payload.request };
  });
}

/** @returns undefined where an administrator ended what there was to come back to */
async function lockRecovering(scope: Transaction, { userId }: User): Promise<Status | undefined> {
  const { status } = await lockUser(scope, userId);
  return mayRecover.includes(status) ? status : undefined;
}

/** What follows another password, whichever it is. */
async function settle(as: Transaction, user: User, status: Status, { payload }: FoundLink): Promise<void> {
  const { email = '', emailVerified, ...now } = await lockUser(as, user.userId);
  if (!emailVerified && email && payload.proves === emailKey(email)) await markEmail(as, { ...now, email, emailVerified }, 'link');
  if (status === 'blocked') await changeStatus(as, user.userId, 'unblock', 'recovered');
  await clearAttempts(as, user.userId);
  await forgetBrowsers(as, user.userId);
  await endSessionsOfUser(as, user.userId, 'password-changed');
  await mailPerson(as, user, { mail: 'password_changed', leadsTo: { page: 'recovery-request' } });
}

type Keep = (scope: Transaction) => Promise<void>;

async function choose(scope: Scope, rules: PolicyRules, user: User, input: NewPasswordInput): Promise<Keep> {
  const policy = await findPolicyOf(scope, rules, user);
  const { newPassword } = parseInput(newPasswordInput, input);
  const hash = await choosePassword(scope, user, newPassword, policy.password);
  return (inside) => setPersonalPassword(inside, user, hash);
}

/** Of parallel tries one reaches the directory, which has it before anything is written here. What it refuses gives the link back: the person may type another one. */
async function reset(
  scope: Scope,
  ask: Ask | undefined,
  user: User,
  entry: NetworkEntry,
  { token, input }: { token: string; input: NewPasswordInput },
): Promise<void> {
  const password = parseInput(newNetworkPasswordInput, input);
  const isClaimed = await inTransaction(
    scope,
    async (inside) => (await lockRecovering(inside, user)) !== undefined && claimLink(inside, 'recovery', token),
  );
  if (!ask || !isClaimed) throw new AppError('link_over', 410);
  try {
    await resetDirectoryPassword(scope, ask, entry, password);
  } catch (error) {
    await refuse(scope, user, token, error);
    throw error;
  }
  const isRecovered = await inTransaction(scope, async (inside) => {
    const as = actingAs(inside, user);
    const status = await lockRecovering(inside, user);
    const link = await useLink(inside, 'recovery', token);
    // it is another password there whatever became of the person and the link
    await forgetVerifier(inside, user.userId);
    await settleNetworkPassword(as, user);
    if (!status || !link) return false;
    await settle(as, user, status, link);
    return true;
  });
  if (!isRecovered) throw new AppError('link_over', 410);
}

const reasons: Record<string, string> = { directory_unavailable: 'directory-unavailable', invalid_input: 'password-refused' };

async function refuse(scope: Scope, user: User, token: string, error: unknown): Promise<void> {
  const reason = (error instanceof AppError && reasons[error.code]) || 'directory-refused';
  const subject = { kind: 'user', id: user.userId, name: fullName(user) } as const;
  await inTransaction(scope, async (inside) => {
    await releaseLink(inside, 'recovery', token);
    await countRefusal(actingAs(inside, user), { type: 'network-password.changed', subject, reason });
  });
}
