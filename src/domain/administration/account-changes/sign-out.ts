import { fullName, getUser } from '../../people/users/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { type SessionId, useCase } from '../../scope.ts';
import { endSession, endSessionsOfUser, listSessionsOfUser } from '../../sign-in/sessions/index.ts';

/**
 * An administrator signs somebody out of one session, or of all, and of what applications may do without one.
 * @param wanted the session's id, or `all`
 * @param atHand the administrator's own session, which goes on
 * @returns how many ended
 * @throws AppError not_found
 */
export const signOutUser = useCase(async (scope, userId: string, wanted: string, atHand: SessionId): Promise<number> => {
  const user = await getUser(scope, userId);
  const reason = 'user.signed-out';
  const one = (await listSessionsOfUser(scope, user.userId)).find(({ sessionId }) => sessionId === wanted && sessionId !== atHand);
  const ended =
    wanted === 'all'
      ? await endSessionsOfUser(scope, user.userId, reason, atHand)
      : Number(one !== undefined && (await endSession(scope, one.sessionId, reason)));
  if (ended > 0 || wanted === 'all')
    await recordEvent(scope, {
      type: 'user.signed-out',
      subject: { kind: 'user', id: user.userId, name: fullName(user) },
      details: { sessions: ended },
    });
  return ended;
});
