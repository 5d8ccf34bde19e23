import { readPassword } from '../../../platform/crypto/index.ts';
import { AppError, invalidInput, parseInput } from '../../../platform/errors/index.ts';
import { mailPerson } from '../../company/mails/index.ts';
import { actingAs, endProofs, fullName, identifier, lockUser, type User } from '../../people/users/index.ts';
import { forgetAsks, forgetBrowsers, forgetOtherAsks, reserveAsk, settleAsk } from '../../records/attempts/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { endLinks } from '../../records/one-time-links/index.ts';
import { inTransaction, type Scope, type SessionId, type Transaction } from '../../scope.ts';
import {
  changeDirectoryPassword,
  forgetRefused,
  keepVerifier,
  type Network,
  type NetworkPasswordInput,
  networkPasswordInput,
} from '../credentials/directory-password/index.ts';
import { endSessionsOfUser, type Session } from '../sessions/index.ts';
import { networkEntryOf } from './evaluate-password.ts';
import { holdOwner } from './own-credentials.ts';
import { type PendingRequest, type Proven, recordProof } from './pending-requests.ts';
import { refuseAttempt } from './refuse-attempt.ts';
import { findStanding, proofHolds, type Standing, stillHolds } from './standing.ts';
import { type Lockout, takeAttempt } from './take-attempt.ts';

/** Where the network password is changed: the directory, and the count on which wrong ones stand. `browser`: the browser's own cookie. */
export type NetworkChange = { network: Network; lockout: Lockout; browser: string };

/**
 * In the middle of a sign-in: the directory wants another password before it lets the person in.
 * @returns the proof renewed for the new password
 * @throws AppError invalid_input, request_expired, directory_unavailable, directory_refused
 */
export async function changeRequiredNetworkPassword(
  scope: Scope,
  at: NetworkChange,
  request: PendingRequest & { proven: Proven },
  input: NetworkPasswordInput,
): Promise<Proven> {
  const { proven } = request;
  const standing = await findStanding(scope, proven.userId, at.browser);
  if (!standing || standing.user.status === 'deactivated' || !stillHolds(standing, proven)) throw new AppError('request_expired', 409);
  await change(scope, at, standing, input);
  const renewed = await inTransaction(scope, async (inside) => {
    const user = await lockUser(inside, proven.userId);
    const holds = user.status !== 'deactivated' && (await proofHolds(inside, proven));
    // it is another password there whatever became of the sign-in
    await settleNetworkPassword(actingAs(inside, user), user);
    if (!holds) return undefined;
    const { networkPassword: _, ...rest } = { ...proven, at: scope.clock.now().getTime() };
    await recordProof(inside, request, rest);
    return rest;
  });
  if (!renewed) throw new AppError('request_expired', 409);
  keep(scope, at.network, standing, input);
  return renewed;
}

/** In My profile. Other sessions end, as with a personal password. @throws AppError invalid_input, not_found, signed_out, request_expired, directory_unavailable, directory_refused */
export async function changeOwnNetworkPassword(
  scope: Scope,
  at: NetworkChange,
  session: Session,
  input: NetworkPasswordInput,
): Promise<void> {
  const standing = await findStanding(scope, session.userId, at.browser);
  if (!standing) throw new AppError('signed_out', 401);
  await inTransaction(scope, (inside) => holdOwner(inside, session));
  await change(scope, at, standing, input);
  await inTransaction(scope, async (inside) => {
    const user = await lockUser(inside, session.userId);
    await settleNetworkPassword(inside, user, session.sessionId);
    await forgetBrowsers(inside, user.userId, at.browser);
    await mailPerson(inside, user, { mail: 'own_password_changed', leadsTo: { page: 'account' } });
  });
  keep(scope, at.network, standing, input);
}

/** Asks the directory to change it. The present password is typed once more, and a wrong one counts as at the sign-in. */
async function change(
  scope: Scope,
  { network, lockout, browser }: NetworkChange,
  standing: Standing,
  input: NetworkPasswordInput,
): Promise<void> {
  const { user } = standing;
  const entry = networkEntryOf(standing, network.rules);
  if (!entry) throw new AppError('not_found', 404);
  const passwords = parseInput(networkPasswordInput, input);
  const { userId } = user;
  const { attempt, result } = await takeAttempt(
    scope,
    { userId, browser },
    lockout,
    async ({ taken, isKnownBrowser }) => {
      const ask = taken === undefined ? 'used-up' : isKnownBrowser ? 'taken' : await reserveAsk(scope, userId);
      if (ask === 'busy') return undefined;
      if (ask === 'used-up') return { reason: 'attempts-used-up' } as const;
      let isChanged = false;
      try {
        isChanged = await changeDirectoryPassword(scope, network.ask, entry, passwords);
        if (isChanged) return {};
        await forgetRefused(scope, userId, passwords.currentPassword);
        return { reason: 'wrong-password' } as const;
      } catch (error) {
        return { error };
      } finally {
        if (isChanged) await (isKnownBrowser ? forgetOtherAsks : forgetAsks)(scope, userId);
        else if (!isKnownBrowser) await settleAsk(scope, userId);
      }
    },
    // what the directory does not like of the new one is no guess at the old one
    ({ reason }) => (reason === 'wrong-password' ? 'settled' : 'refunded'),
  );
  if (!result) throw new AppError('busy', 503);
  if (result.error) throw result.error;
  if (!result.reason) return;
  await refuseAttempt(scope, { login: identifier(user), user, reason: result.reason, attempt, lockout, standing });
  throw invalidInput({ currentPassword: 'fields.own_network_password' });
}

/** What was proven by the old one, and every session that it opened, is over. @param except the session that stays; all of them end unless told */
export async function settleNetworkPassword(scope: Transaction, user: User, except?: SessionId): Promise<void> {
  await recordEvent(scope, { type: 'network-password.changed', subject: { kind: 'user', id: user.userId, name: fullName(user) } });
  await endProofs(scope, user.userId);
  await endLinks(scope, { userId: user.userId });
  await endSessionsOfUser(scope, user.userId, 'password-changed', except);
}

function keep(scope: Scope, { rules }: Network, { user, network: entry }: Standing, { newPassword }: NetworkPasswordInput): void {
  if (rules.whileAway && user.role !== 'administrator')
    void keepVerifier(scope, user.userId, entry!.directoryId, readPassword(newPassword));
}
