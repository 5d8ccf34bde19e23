import { recordEvent } from '../audit/index.ts';
import { findPassword } from '../credentials/password/index.ts';
import { inTransaction, type Scope } from '../scope.ts';
import { type Session, startSession } from '../sessions/index.ts';
import { fullName, getUser } from '../users/index.ts';
import { closePendingRequest, type PendingRequest, type Proven } from './pending-requests.ts';

/**
 * Turns a proof into a session, once.
 * @returns undefined when the proof was used meanwhile, or the person is no longer active
 */
export async function completeSignIn(
  scope: Scope,
  request: PendingRequest,
  proven: Proven,
  previous: Session | undefined,
): Promise<{ token: string } | undefined> {
  return inTransaction(scope, async (inside) => {
    if (!(await closePendingRequest(inside, request.requestId))) return undefined;
    // locked: a deactivation or a new password at the same moment comes before or after, not between
    const user = await getUser(inside, proven.userId, { lock: true });
    const password = await findPassword(inside, user.userId);
    if (user.status !== 'activated' || password?.changedAt.getTime() !== proven.passwordChangedAt) return undefined;
    const as: Scope = { ...inside, actor: { ...inside.actor, kind: 'person', id: user.userId, name: fullName(user) } };
    const { token, sessionId } = await startSession(
      as,
      {
        userId: user.userId,
        amr: proven.amr,
        authenticatedAt: new Date(proven.at),
        ip: scope.actor.ip ?? '',
        userAgent: scope.actor.userAgent ?? '',
      },
      previous,
    );
    await recordEvent(as, {
      type: 'sign-in.succeeded',
      subject: { kind: 'user', id: user.userId, name: fullName(user) },
      applicationId: request.applicationId,
      details: { session: sessionId, amr: proven.amr, protocol: request.destination.protocol },
    });
    return { token };
  });
}
