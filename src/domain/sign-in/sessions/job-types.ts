import { z } from 'zod';
import { idOf, jobType } from '../../job.ts';
import type { ApplicationId, SessionId, UserId } from '../../scope.ts';
import type { Participant } from './store.ts';

/** What a relying party is told by: the session's rows may be gone by then. */
export type NoticeTo = Pick<Participant, 'applicationId' | 'protocolSession' | 'userId'>;

/** One relying party is told that a session ended. */
export const relyingPartyNotice = jobType('notify-relying-party', {
  sessionId: idOf<SessionId>(),
  participant: z.object({ applicationId: idOf<ApplicationId>(), protocolSession: z.string(), userId: idOf<UserId>() }),
});
