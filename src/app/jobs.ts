import { accessExport } from '../domain/administration/access-map/index.ts';
import { changeUsers, deleteAccountJob, endSessionsJob } from '../domain/administration/account-changes/index.ts';
import { auditCsv, auditExport, purgeAudit, sealAudit } from '../domain/administration/audit-keeping/index.ts';
import { changeEntries } from '../domain/administration/directory-acceptance/index.ts';
import { writeStateJob, writeStates } from '../domain/administration/directory-provisioning/index.ts';
import { type DirectoryTools, readDirectories, sweepRuns, workOnDirectoryJob } from '../domain/administration/directory-runs/index.ts';
import { approvalInvitations, approvalReset } from '../domain/administration/environments/index.ts';
import { sendRegistrationJob } from '../domain/administration/invitations/index.ts';
import { type OperationTools, runOperationJob } from '../domain/administration/operation-runs/index.ts';
import { sendRecoveryJob } from '../domain/administration/password-recovery/index.ts';
import { simulation } from '../domain/administration/simulations/index.ts';
import { userImport } from '../domain/administration/user-imports/index.ts';
import { warnOfExpiryChore } from '../domain/applications/expiry-warnings/index.ts';
import { type FetchMetadata, refreshAllMetadata, refreshMetadataJob } from '../domain/applications/partner-metadata/index.ts';
import { sweepExchanges } from '../domain/applications/traces/index.ts';
import type { Chore, Job, Server } from '../domain/job.ts';
import { followStaleDirectories, tellOfAwayDirectories } from '../domain/people/directories/index.ts';
import { sweepDirectoryRequests } from '../domain/people/directory-requests/index.ts';
import { followPlanJob, followPlans } from '../domain/people/planned-deactivations/index.ts';
import { userExport } from '../domain/people/user-exports/index.ts';
import {
  deliverMailJob,
  deliverOldMailJob,
  forgetCustomValuesJob,
  type MailTools,
  sweepMails,
  sweepUserCounts,
} from '../domain/people/users/index.ts';
import { sweepAddressCounts } from '../domain/records/address-limits/index.ts';
import { sweepAttempts, sweepBrowsers, sweepCodeGuesses } from '../domain/records/attempts/index.ts';
import { sweepLinks } from '../domain/records/one-time-links/index.ts';
import { sweepOperations } from '../domain/records/operations/index.ts';
import { sweepFailures } from '../domain/records/page-failures/index.ts';
import { sweepArtifacts } from '../domain/records/protocol-artifacts/index.ts';
import { closeRefusals, sweepRefusals } from '../domain/records/refusals/index.ts';
import { openScope } from '../domain/scope.ts';
import { endPolicyTrials, sweepPendingRequests } from '../domain/sign-in/authentication/index.ts';
import { sweepVerifiers } from '../domain/sign-in/credentials/directory-password/index.ts';
import { type NoticeTools, notifyRelyingPartyJob, notifyServiceProviderJob } from '../domain/sign-in/sessions/index.ts';
import { sweepFailedJobs, type Tasks } from '../platform/jobs/index.ts';
import type { Mailer } from '../platform/mail/index.ts';
import { accessWords, auditWords, createMetadataFetcher, exportWords, importWords, type Services } from '../web/request/index.ts';
import { sendMail } from './send-mail.ts';

type Tools = OperationTools & NoticeTools & MailTools & DirectoryTools & { fetchMetadata: FetchMetadata };

export const jobs: Job<Tools>[] = [
  deleteAccountJob,
  deliverMailJob,
  deliverOldMailJob,
  endSessionsJob,
  followPlanJob,
  forgetCustomValuesJob,
  notifyRelyingPartyJob,
  notifyServiceProviderJob,
  refreshMetadataJob,
  runOperationJob,
  sendRecoveryJob,
  sendRegistrationJob,
  workOnDirectoryJob,
  writeStateJob,
];

/** What administrators ask for and do not wait for. */
export const operationKinds = [
  accessExport,
  approvalInvitations,
  approvalReset,
  auditCsv,
  auditExport,
  changeEntries,
  changeUsers,
  simulation,
  userExport,
  userImport,
];

const sweeps = [
  sweepArtifacts,
  sweepPendingRequests,
  sweepAttempts,
  sweepAddressCounts,
  sweepBrowsers,
  sweepCodeGuesses,
  sweepExchanges,
  sweepRefusals,
  sweepFailures,
  sweepLinks,
  sweepOperations,
  sweepFailedJobs,
  sweepMails,
  sweepUserCounts,
  sweepDirectoryRequests,
  sweepVerifiers,
  sweepRuns,
];

/** What is over goes, a few thousand rows at a time. */
const sweepExpired: Chore = {
  name: 'sweep-expired',
  async run({ db, stop }) {
    for (const sweep of sweeps) {
      stop?.throwIfAborted();
      await sweep(db);
    }
  },
};

/** Scheduled work, run once whatever the number of processes. */
export const calendar: { when: string; chore: Chore; options?: string }[] = [
  { when: '* * * * *', chore: endPolicyTrials },
  // one that fails stays to be seen, and the next takes its place
  { when: '* * * * *', chore: sealAudit, options: '?max=1&jobKey=seal-audit' },
  { when: '* * * * *', chore: closeRefusals },
  { when: '29 4 * * *', chore: purgeAudit },
  { when: '* * * * *', chore: followPlans },
  { when: '* * * * *', chore: readDirectories },
  { when: '* * * * *', chore: writeStates },
  { when: '* * * * *', chore: tellOfAwayDirectories },
  { when: '*/5 * * * *', chore: followStaleDirectories },
  { when: '*/15 * * * *', chore: sweepExpired },
  { when: '17 * * * *', chore: refreshAllMetadata },
  { when: '43 6 * * *', chore: warnOfExpiryChore },
];

export const crontab = calendar.map(({ when, chore, options }) => [when, chore.name, options].filter(Boolean).join(' ')).join('\n');

/** Every task of the queue, by name. One that throws is tried again, later each time. */
export function createTasks(services: Services, notices: NoticeTools, mailer?: Mailer): Tasks {
  const { i18n, contexts } = services;
  const server: Server = {
    db: services.database.knex,
    clock: services.clock,
    log: services.log,
    scopeOf: (contextId) => openScope(services, contextId, { kind: 'system', name: 'jobs' }),
  };
  const words = {
    contexts,
    accessWords: (locale: string) => accessWords(i18n, locale),
    auditWords: (locale: string) => auditWords(i18n, locale),
    exportWords: (locale: string) => exportWords(i18n, locale),
    importWords: importWords(i18n),
  };
  const tools: Tools = {
    runners: Object.fromEntries(operationKinds.map(({ kind, run }) => [kind, (scope, operation) => run(scope, operation, words)])),
    ...notices,
    deliverMail: (contextId, mail) => sendMail({ services, mailer }, contextId, mail),
    fetchMetadata: createMetadataFetcher(services),
    askDirectory: services.askDirectory,
  };
  const tasks: Tasks = {};
  for (const { name, run } of jobs) tasks[name] = (payload, attempt) => run(server.scopeOf, payload, tools, attempt);
  for (const { chore } of calendar)
    tasks[chore.name] = (_, { stop }) => chore.run({ ...server, stop, scopeOf: (contextId) => ({ ...server.scopeOf(contextId), stop }) });
  return tasks;
}
