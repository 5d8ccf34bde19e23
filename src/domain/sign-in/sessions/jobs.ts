import { job } from '../../job.ts';
import { sessionsEnd } from '../../people/users/index.ts';
import type { Scope, SessionId } from '../../scope.ts';
import { endSessionsOfUser } from './end-session.ts';
import { type NoticeTo, relyingPartyNotice } from './job-types.ts';

export type NoticeTools = { tellRelyingParty(scope: Scope, sessionId: SessionId, participant: NoticeTo): Promise<void> };

export const notifyRelyingPartyJob = job(relyingPartyNotice, (scope, { sessionId, participant }, { tellRelyingParty }: NoticeTools) =>
  tellRelyingParty(scope, sessionId, participant),
);

export const endSessionsJob = job(sessionsEnd, (scope, { userId, reason }) => endSessionsOfUser(scope, userId, reason));
