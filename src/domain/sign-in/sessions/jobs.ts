import { z } from 'zod';
import { idOf, job, jobType } from '../../job.ts';
import type { ApplicationId, Scope, SessionId, UserId } from '../../scope.ts';
import type { Participant } from './store.ts';

/** What a relying party is told by: the session's rows may be gone by then. */
export type NoticeTo = Pick<Participant, 'applicationId' | 'protocolSession' | 'userId'>;

/** One relying party is told that a session ended. */
export const relyingPartyNotice = jobType('notify-relying-party', {
  sessionId: idOf<SessionId>(),
  participant: z.object({ applicationId: idOf<ApplicationId>(), protocolSession: z.string(), userId: idOf<UserId>() }),
});

export type NoticeTools = { tellRelyingParty(scope: Scope, sessionId: SessionId, participant: NoticeTo): Promise<void> };

export const notifyRelyingPartyJob = job(relyingPartyNotice, (scope, { sessionId, participant }, { tellRelyingParty }: NoticeTools) =>
  tellRelyingParty(scope, sessionId, participant),
);
