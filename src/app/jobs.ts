import type { TaskList } from 'graphile-worker';
import { deleteAccount, runBulkChange } from '../domain/administration/account-changes/index.ts';
import { exportAudit, exportCsv, listUnsealed, purgeOldEvents } from '../domain/administration/audit-keeping/index.ts';
import { sendRegistration } from '../domain/administration/invitations/index.ts';
import { sendRecovery } from '../domain/administration/password-recovery/index.ts';
import { runImport } from '../domain/administration/user-imports/index.ts';
import { warnOfExpiry } from '../domain/applications/expiry-warnings/index.ts';
import { listRefreshable, refreshMetadata } from '../domain/applications/partner-metadata/index.ts';
import { sweepExchanges } from '../domain/applications/traces/index.ts';
import { listContexts } from '../domain/company/contexts/index.ts';
import type { MailJob } from '../domain/company/mails/index.ts';
import { followPlan, listPlansAtEnds } from '../domain/people/planned-deactivations/index.ts';
import { exportUsers } from '../domain/people/user-exports/index.ts';
import {
  findUserById,
  forgetCustomValues,
  fullName,
  isActiveAdministrator,
  sweepMails,
  sweepUserCounts,
} from '../domain/people/users/index.ts';
import { sweepAttempts, sweepBrowsers } from '../domain/records/attempts/index.ts';
import { findHead, sealEvents } from '../domain/records/audit/index.ts';
import { sweepLinks } from '../domain/records/one-time-links/index.ts';
import { endOperation, type Run, runOperation, Superseded, sweepOperations } from '../domain/records/operations/index.ts';
import { sweepArtifacts } from '../domain/records/protocol-artifacts/index.ts';
import { type ContextId, type OperationId, openScope, type Scope, type SessionId, type UserId } from '../domain/scope.ts';
import { endTrial, sweepPendingRequests } from '../domain/sign-in/authentication/index.ts';
import { type EndReason, endSessionsOfUser, type Participant } from '../domain/sign-in/sessions/index.ts';
import { listTrialsOver } from '../domain/sign-in/sign-in-policy/index.ts';
import { enqueueJob, sweepFailedJobs } from '../platform/jobs/index.ts';
import type { Mailer } from '../platform/mail/index.ts';
import type { createBackChannelLogout } from '../web/oidc/index.ts';
import { auditWords, createMetadataFetcher, exportWords, importWords, type Services } from '../web/request/index.ts';
import { type OldMailJob, sendMail } from './send-mail.ts';

/** Every task of the queue. A task that throws is tried again, later each time. */
export function createTasks(
  services: Services,
  sendBackChannelLogout: ReturnType<typeof createBackChannelLogout>,
  mailer?: Mailer,
): TaskList {
  const scopeOf = (contextId: string): Scope => openScope(services, contextId as ContextId, { kind: 'system', name: 'jobs' });

  /** What each kind of operation does. */
  const runners: Record<string, Run> = {
    'change-users': (scope, operation) => runBulkChange(scope, operation),
    'export-audit': (scope, operation) => exportAudit(scope, operation, services),
    'export-audit-csv': (scope, operation) => exportCsv(scope, operation, (locale) => auditWords(services.i18n, locale)),
    'import-users': (scope, operation) => runImport(scope, operation, importWords(services.i18n)),
    'export-users': (scope, operation) => exportUsers(scope, operation, (locale) => exportWords(services.i18n, locale)),
  };

  async function deliverMail(job: MailJob | OldMailJob): Promise<void> {
    // of somebody who is gone since it goes to nobody
    if (job.userId && !(await findUserById(scopeOf(job.contextId), job.userId))) return;
    await sendMail({ services, mailer }, job);
  }

  return {
    'end-sessions-of-user': async (payload) => {
      const { contextId, userId, reason } = payload as { contextId: string; userId: UserId; reason: EndReason };
      await endSessionsOfUser(scopeOf(contextId), userId, reason);
    },
    'delete-account': async (payload) => {
      const { contextId, userId, actor } = payload as { contextId: string; userId: UserId; actor: Scope['actor'] };
      const outside = scopeOf(contextId);
      // a job's payload does not name people: who asked is looked up
      const who = actor.id ? await findUserById(outside, actor.id) : undefined;
      await deleteAccount({ ...outside, actor: { ...actor, name: who ? fullName(who) : '' } }, userId);
    },
    'run-operation': async (payload, { job }) => {
      const { contextId, operationId } = payload as { contextId: string; operationId: string };
      const scope = scopeOf(contextId);
      try {
        await runOperation(
          scope,
          operationId,
          ({ requestedBy }) => isActiveAdministrator(scope, requestedBy),
          (inside, operation) => runners[operation.kind]!(inside, operation),
        );
      } catch (error) {
        // nobody tries again: who waits for it is told
        if (job.attempts >= job.max_attempts && !(error instanceof Superseded))
          await endOperation(scope, { operationId: operationId as OperationId }, { fault: 'server_error' });
        throw error;
      }
    },
    'notify-relying-party': async (payload) => {
      const { contextId, sessionId, participant } = payload as { contextId: string; sessionId: SessionId; participant: Participant };
      await sendBackChannelLogout(scopeOf(contextId), sessionId, participant);
    },
    'deliver-mail': (payload) => deliverMail(payload as MailJob),
    // queued by a process of version 0.1
    'send-mail': (payload) => deliverMail(payload as OldMailJob),
    'send-recovery': async (payload) => {
      const { contextId, actor, login, locale } = payload as { contextId: string; actor: Scope['actor']; login: string; locale?: string };
      await sendRecovery({ ...scopeOf(contextId), actor }, login, locale);
    },
    'send-registration': async (payload) => {
      const { contextId, actor, registration } = payload as { contextId: string; actor: Scope['actor']; registration: string };
      await sendRegistration({ ...scopeOf(contextId), actor }, registration);
    },
    'warn-of-expiry': async () => {
      for (const { contextId } of await listContexts(services.database.knex)) await warnOfExpiry(scopeOf(contextId));
    },
    'refresh-metadata': async (payload) => {
      const { contextId, applicationId } = payload as { contextId: string; applicationId: string };
      await refreshMetadata(scopeOf(contextId), applicationId, createMetadataFetcher(services));
    },
    'refresh-all-metadata': async () => {
      for (const one of await listRefreshable(services.database.knex))
        await enqueueJob(services.database.knex, 'refresh-metadata', one, { key: `metadata ${one.applicationId}`, maxAttempts: 1 });
    },
    'forget-custom-values': async (payload) => {
      const { contextId, fieldId } = payload as { contextId: string; fieldId: string };
      await forgetCustomValues(scopeOf(contextId), fieldId);
    },
    'follow-planned-deactivations': async () => {
      for (const one of await listPlansAtEnds(services.database.knex, services.clock.now()))
        await enqueueJob(services.database.knex, 'follow-planned-deactivation', one, { key: `plan ${one.contextId} ${one.userId}` });
    },
    'follow-planned-deactivation': async (payload) => {
      const { contextId, userId, timeZone } = payload as { contextId: string; userId: UserId; timeZone: string };
      await followPlan(scopeOf(contextId), userId, timeZone);
    },
    'seal-audit': async () => {
      let failed: unknown;
      for (const { contextId, timeZone } of await listUnsealed(services.database.knex)) {
        try {
          await sealEvents(scopeOf(contextId), timeZone);
        } catch (error) {
          services.log.error({ err: error, context: contextId }, 'the audit could not be sealed');
          failed = error;
        }
      }
      if (failed) throw failed; // seen by doctor and jobs list; the others are sealed
    },
    'purge-audit': async () => {
      let failed: unknown;
      for (const { contextId, code } of await listContexts(services.database.knex)) {
        await purgeOldEvents(scopeOf(contextId)).catch((error) => {
          services.log.error({ err: error, context: contextId }, 'what is old could not be deleted from the audit');
          failed = error;
        });
        const head = await findHead(scopeOf(contextId));
        // kept outside of the store: whoever cuts a chain back cannot change what was logged
        if (head) services.log.info({ context: code, seq: head.seq, hash: head.hash.toString('hex') }, 'audit chain');
      }
      if (failed) throw failed;
    },
    'end-policy-trials': async () => {
      for (const contextId of await listTrialsOver(services.database.knex, services.clock.now())) await endTrial(scopeOf(contextId));
    },
    'sweep-expired': async () => {
      for (const sweep of [
        sweepArtifacts,
        sweepPendingRequests,
        sweepAttempts,
        sweepBrowsers,
        sweepExchanges,
        sweepLinks,
        sweepOperations,
        sweepFailedJobs,
        sweepMails,
        sweepUserCounts,
      ])
        await sweep(services.database.knex);
    },
  };
}

/** Scheduled work, run once whatever the number of processes. */
export const crontab = [
  '* * * * * end-policy-trials',
  // one that fails stays to be seen, and the next takes its place
  '* * * * * seal-audit ?max=1&jobKey=seal-audit',
  '29 4 * * * purge-audit',
  '* * * * * follow-planned-deactivations',
  '*/15 * * * * sweep-expired',
  '17 * * * * refresh-all-metadata',
  '43 6 * * * warn-of-expiry',
].join('\n');
