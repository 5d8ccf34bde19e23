import { addSeconds } from '../../../platform/clock/index.ts';
import { hashToken, newId, randomToken } from '../../../platform/crypto/index.ts';
import { insertRow } from '../../../platform/database/index.ts';
import type { SessionId, Transaction, UserId } from '../../scope.ts';
import { endSession } from './end-session.ts';
import type { Session } from './session.ts';

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
  /** The directory did not answer, and a verifier stood in: enough for applications, and not for the administrators' console. */
  isDirectoryAway?: boolean;
  /** How long the rules let this person stay signed in at all; 0 is not. */
  keepSeconds: number;
};

/**
 * A new bearer token at every sign-in (session fixation); the same person signing in again in the same browser keeps the session, another person ends it.
 * @param previous the live session of this browser
 * @returns the token for the cookie (the store has only its hash), and for how long the browser is to keep it when it was kept before. `written`: a new session is on its way,
 * so that what is written with it need not wait for it; the caller awaits it
 */
export async function startSession(
  scope: Transaction,
  input: NewSession,
  previous: Session | undefined,
): Promise<{ sessionId: SessionId; token: string; keptForSeconds?: number; written?: Promise<void> }> {
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
    is_directory_away: input.isDirectoryAway ?? false,
    ip: input.ip,
    user_agent: input.userAgent.slice(0, 400),
  };
  if (previous?.userId === input.userId) {
    const own = { context_id: scope.contextId, session_id: previous.sessionId, ended_at: null };
    const before = input.isKept ? undefined : await scope.db('sessions').where(own).first('is_kept', 'expires_at');
    // who asked to stay signed in stays so though an application wanted a fresh proof, for as long as the rules of today let them
    const latest = addSeconds(now, input.keepSeconds);
    const isKept = before?.is_kept === true && input.keepSeconds > 0;
    const until: Date | undefined = isKept
      ? new Date(Math.min(latest.getTime(), Math.max(before.expires_at.getTime(), proof.expires_at.getTime())))
      : undefined;
    const stays = until ? { is_kept: true, idle_seconds: input.keepSeconds, expires_at: until } : {};
    const kept = await scope
      .db('sessions')
      .where(own)
      .update({ ...proof, ...stays });
    // it may have ended since it was read (a new password ends them all): an ended session is not revived
    const keptForSeconds = until && Math.floor((until.getTime() - now.getTime()) / 1000);
    if (kept === 1) return { sessionId: previous.sessionId, token, keptForSeconds };
  } else if (previous) await endSession(scope, previous.sessionId, 'replaced');
  const sessionId = newId(now.getTime()) as SessionId;
  const written = insertRow(scope.db, 'sessions', {
    context_id: scope.contextId,
    session_id: sessionId,
    user_id: input.userId,
    ...proof,
    created_at: now,
  });
  return { sessionId, token, written };
}
