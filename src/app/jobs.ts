import type { TaskList } from 'graphile-worker';
import { sweepExpired } from '../domain/protocol-artifacts/index.ts';
import { type ContextId, inTransaction, type Scope } from '../domain/scope.ts';
import { type EndReason, endSessionsOfUser, listParticipants, type Participant } from '../domain/sessions/index.ts';
import { enqueueJob } from '../platform/jobs/index.ts';
import type { createBackChannelLogout } from '../web/oidc/index.ts';
import type { Services } from '../web/request/index.ts';

/** Every task of the queue. A task that throws is tried again, later each time. */
export function createTasks(services: Services, sendBackChannelLogout: ReturnType<typeof createBackChannelLogout>): TaskList {
  const scopeOf = (contextId: string): Scope => ({
    db: services.database.knex,
    contextId: contextId as ContextId,
    actor: { kind: 'system', name: 'jobs' },
    clock: services.clock,
  });

  return {
    'end-sessions-of-user': async (payload) => {
      const { contextId, userId, reason } = payload as { contextId: string; userId: string; reason: EndReason };
      await inTransaction(scopeOf(contextId), (scope) => endSessionsOfUser(scope, userId, reason));
    },
    // one job for each relying party: one that does not answer holds up no other
    'notify-relying-parties': async (payload) => {
      const { contextId, sessionId } = payload as { contextId: string; sessionId: string };
      await inTransaction(scopeOf(contextId), async (scope) => {
        for (const participant of await listParticipants(scope, sessionId)) {
          await enqueueJob(
            scope.db,
            'notify-relying-party',
            { contextId, sessionId, participant },
            { key: `notify ${sessionId} ${participant.applicationId}`, maxAttempts: 8 },
          );
        }
      });
    },
    'notify-relying-party': async (payload) => {
      const { contextId, sessionId, participant } = payload as { contextId: string; sessionId: string; participant: Participant };
      await sendBackChannelLogout(scopeOf(contextId), sessionId, participant);
    },
    'sweep-expired': async () => {
      await sweepExpired(services.database.knex);
    },
  };
}

/** Scheduled work, run once whatever the number of processes. */
export const crontab = '*/15 * * * * sweep-expired';
