import { addSeconds } from '../../platform/clock/index.ts';
import { hashToken, newId, randomToken } from '../../platform/crypto/index.ts';
import { prepared } from '../../platform/database/index.ts';
import type { Scope, SessionId, UserId } from '../scope.ts';
import { endSession } from './end-session.ts';
import type { Session } from './store.ts';

/** `isKept`: the person asked to stay signed in, so the company's idle time does not end it. */
export type NewSession = {
  userId: UserId;
  amr: string[];
  authenticatedAt: Date;
  ip: string;
  userAgent: string;
  idleSeconds: number;
  lifetimeSeconds: number;
  isKept: boolean;
};

/**
 * A new bearer token at every sign-in (session fixation); the same person signing in again in the same browser keeps the session, another person ends it.
 * @param previous the live session of this browser
 * @returns the token for the cookie; the store has only its hash
 */
export async function startSession(
  scope: Scope,
  input: NewSession,
  previous: Session | undefined,
): Promise<{ sessionId: SessionId; token: string }> {
  const now = scope.clock.now();
  const token = randomToken();
  const proof = {
    token_hash: hashToken(token),
    amr: input.amr,
    authenticated_at: input.authenticatedAt,
    seen_at: now,
    expires_at: addSeconds(now, input.lifetimeSeconds),
    idle_seconds: input.idleSeconds,
    is_kept: input.isKept,
    ip: input.ip,
    user_agent: input.userAgent.slice(0, 400),
  };
  if (previous?.userId === input.userId) {
    const kept = await scope
      .db('sessions')
      .where({ context_id: scope.contextId, session_id: previous.sessionId, ended_at: null })
      .update({
        ...proof,
        // who asked to stay signed in is not asked again because an application wanted a fresh proof
        ...(input.isKept
          ? {}
          : {
              expires_at: scope.db.raw('CASE WHEN is_kept THEN greatest(expires_at, ?::timestamptz) ELSE ? END', [
                proof.expires_at,
                proof.expires_at,
              ]),
              idle_seconds: scope.db.raw('CASE WHEN is_kept THEN idle_seconds ELSE ? END', [proof.idle_seconds]),
              is_kept: scope.db.raw('is_kept'),
            }),
      });
    // it may have ended since it was read (a new password ends them all): an ended session is not revived
    if (kept === 1) return { sessionId: previous.sessionId, token };
  } else if (previous) await endSession(scope, previous.sessionId, 'replaced');
  const sessionId = newId(now.getTime()) as SessionId;
  await scope
    .db('sessions')
    .insert({ context_id: scope.contextId, session_id: sessionId, user_id: input.userId, ...proof, created_at: now })
    .options(prepared('session-start'));
  return { sessionId, token };
}
