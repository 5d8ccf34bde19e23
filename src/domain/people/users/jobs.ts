import { z } from 'zod';
import { customValuesOfField } from '../../company/custom-fields/index.ts';
import { type MailJob, mailDelivery, type OldMailJob, oldMailDelivery } from '../../company/mails/index.ts';
import { actorSchema, idOf, job, jobType, longJob } from '../../job.ts';
import type { ContextId, Scope, UserId } from '../../scope.ts';
import { findUserById, forgetCustomValues } from './store.ts';

// The jobs of these two types stand in account-changes, which can end sessions.

/** Somebody's access ended: their sessions end, and relying parties are told. */
export const sessionsEnd = jobType('end-sessions-of-user', {
  userId: idOf<UserId>(),
  reason: z.enum(['user.blocked', 'user.deactivated', 'user.deleted']),
});

/** Their deletion was asked for: the rest of it. */
export const accountDeletion = jobType('delete-account', { userId: idOf<UserId>(), actor: actorSchema });

/** A custom field is gone: nobody keeps a value of it. Asked for by custom-fields, which knows no people. */
export const forgetCustomValuesJob = longJob(customValuesOfField, (scope, { fieldId }) => forgetCustomValues(scope, fieldId));

export type MailTools = { deliverMail(contextId: ContextId, mail: MailJob | OldMailJob): Promise<void> };

/** Of somebody who is gone since, a mail goes to nobody. */
async function deliver(scope: Scope, mail: MailJob | OldMailJob, { deliverMail }: MailTools): Promise<void> {
  if (!mail.userId || (await findUserById(scope, mail.userId))) await deliverMail(scope.contextId, mail);
}

export const deliverMailJob = job(mailDelivery, deliver);
export const deliverOldMailJob = job(oldMailDelivery, deliver);
