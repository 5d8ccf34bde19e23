import { z } from 'zod';
import type { NameId } from '../../../platform/saml/index.ts';
import { type Attempt, enqueue, idOf, job, jobType, sealedInJobs } from '../../job.ts';
import type { ApplicationId, Scope, SessionId, UserId } from '../../scope.ts';
import type { Participant } from './store.ts';

/** What a relying party is told by: the session's rows may be gone by then. */
export type NoticeTo = Pick<Participant, 'applicationId' | 'protocolSession' | 'userId'>;

/** One relying party is told that a session ended. */
export const relyingPartyNotice = jobType('notify-relying-party', {
  sessionId: idOf<SessionId>(),
  participant: z.object({ applicationId: idOf<ApplicationId>(), protocolSession: z.string(), userId: idOf<UserId>() }),
});

/** What a service provider is told by. Its name for the person may be an e-mail address: it is sealed in the queue. */
export const serviceProviderNotice = jobType('notify-service-provider', {
  sessionId: idOf<SessionId>(),
  applicationId: idOf<ApplicationId>(),
  sessionIndex: z.string(),
  sealedName: z.string(),
});

export type ServiceProviderNotice = { sessionId: SessionId; applicationId: ApplicationId; sessionIndex: string; nameId: NameId };

const purpose = 'service-provider-notice';

export const sealedNotices = sealedInJobs(serviceProviderNotice, 'sealedName', () => purpose);

export async function enqueueServiceProviderNotice(scope: Scope, notice: ServiceProviderNotice, runAt?: Date): Promise<void> {
  const { sessionId, applicationId, sessionIndex, nameId } = notice;
  const sealedName = scope.keyRing.encrypt(JSON.stringify(nameId), purpose);
  const key = `notify-service-provider ${sessionId} ${applicationId}`;
  await enqueue(scope, serviceProviderNotice, { sessionId, applicationId, sessionIndex, sealedName }, { key, maxAttempts: 8, runAt });
}

export type NoticeTools = {
  tellRelyingParty(scope: Scope, sessionId: SessionId, participant: NoticeTo): Promise<void>;
  tellServiceProvider(scope: Scope, notice: ServiceProviderNotice, attempt: Attempt): Promise<void>;
};

export const notifyRelyingPartyJob = job(relyingPartyNotice, (scope, { sessionId, participant }, { tellRelyingParty }: NoticeTools) =>
  tellRelyingParty(scope, sessionId, participant),
);

export const notifyServiceProviderJob = job(
  serviceProviderNotice,
  (scope, { sealedName, ...notice }, { tellServiceProvider }: NoticeTools, attempt) => {
    const nameId: NameId = JSON.parse(scope.keyRing.decrypt(sealedName, purpose).toString());
    return tellServiceProvider(scope, { ...notice, nameId }, attempt);
  },
);
