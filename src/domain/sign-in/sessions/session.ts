import type { Role } from '../../people/users/index.ts';
import type { SessionId, UserId } from '../../scope.ts';

/** A live session and the person it belongs to. `photo`: the tag of theirs. */
export type Session = {
  sessionId: SessionId;
  userId: UserId;
  amr: string[];
  authenticatedAt: Date;
  seenAt: Date;
  expiresAt: Date;
  person: { firstName: string; lastName: string; role: Role; login: string; locale?: string; termsEdition?: number; photo?: string };
};
