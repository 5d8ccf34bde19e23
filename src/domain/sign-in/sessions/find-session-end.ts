import { hashToken } from '../../../platform/crypto/index.ts';
import type { Scope, UserId } from '../../scope.ts';

export type SessionEnd = { userId: UserId; authenticatedAt: Date; seenAt: Date; endedAt?: Date; expiresAt: Date; reason?: string };

/** How a session that is no longer good came to its end: `reason` where somebody or something ended it, else time did. */
export async function findSessionEnd({ db, contextId }: Scope, token: string | undefined): Promise<SessionEnd | undefined> {
  if (!token || token.length > 100) return undefined;
  const row = await db('sessions')
    .where({ context_id: contextId, token_hash: hashToken(token) })
    .first('user_id', 'authenticated_at', 'seen_at', 'ended_at', 'expires_at', 'end_reason');
  return (
    row && {
      userId: row.user_id,
      authenticatedAt: row.authenticated_at,
      seenAt: row.seen_at,
      endedAt: row.ended_at ?? undefined,
      expiresAt: row.expires_at,
      reason: row.end_reason ?? undefined,
    }
  );
}
