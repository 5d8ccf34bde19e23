import type { Db } from '../../../platform/database/index.ts';
import { dropJobs, enqueueJob } from '../../../platform/jobs/index.ts';
import type { Transaction } from '../../scope.ts';
import { isSecretPage, type MailPage, type OpenMailPage } from './mail-page.ts';
import type { MailName } from './mail-texts.ts';

/** A mail as a job carries it: which one, to whom, in whose language, and the page it leads to; sealed (as JSON) when that is a secret. */
export type MailJob = {
  contextId: string;
  /** Whose mail it is: it goes with them. */
  userId?: string;
  to: string;
  locale?: string;
  mail: MailName;
  params: Record<string, string | number>;
  leadsTo?: OpenMailPage;
  sealedLeadsTo?: string;
};

/** What the page in a mail's job is sealed for: jobs lie in the store, bearer values do not. */
export const mailLinkPurpose = (contextId: string): string => `link-path:${contextId}`;

type NewMail = Pick<MailJob, 'userId' | 'to' | 'locale' | 'mail' | 'params'> & { leadsTo: MailPage };

/**
 * The job that sends a mail. In version 0.1 it was `send-mail`, whose payload had a path. A process of that version takes only those: it would send
 * the new ones with a broken link.
 */
const task = 'deliver-mail';

/** Goes out when the transaction of `scope` is through, and never if it is not. */
export async function enqueueMail({ db, contextId, keyRing }: Transaction, { leadsTo, ...mail }: NewMail): Promise<void> {
  const link = isSecretPage(leadsTo)
    ? { sealedLeadsTo: keyRing.encrypt(JSON.stringify(leadsTo), mailLinkPurpose(contextId)) }
    : { leadsTo };
  await enqueueJob(db, task, { contextId, ...mail, ...link });
}

/** Somebody with up to two mailboxes. `locale` was chosen, `seenLocale` is that of the pages on which they last signed in. */
export type Addressee = { userId: string; firstName: string; email?: string; recoveryEmail?: string; locale?: string; seenLocale?: string };

export const mailboxesOf = ({ email, recoveryEmail }: Addressee): string[] => [email, recoveryEmail].filter((one) => one !== undefined);

type PersonalMail = {
  mail: MailName;
  leadsTo: MailPage;
  /** Besides the first name. */
  params?: Record<string, string | number>;
  /** One mailbox instead of all of theirs. */
  to?: string;
  /** For who has not been seen in any language. */
  locale?: string;
};

/** In the person's language, to every mailbox of theirs: what changes how somebody signs in is told to whoever might not have done it. */
export async function mailPerson(
  scope: Transaction,
  person: Addressee,
  { mail, leadsTo, params = {}, to, locale }: PersonalMail,
): Promise<void> {
  const language = person.locale ?? person.seenLocale ?? locale;
  for (const mailbox of to === undefined ? mailboxesOf(person) : [to])
    await enqueueMail(scope, {
      userId: person.userId,
      to: mailbox,
      locale: language,
      mail,
      params: { firstName: person.firstName, ...params },
      leadsTo,
    });
}

/** Mails that wait or failed for good. @param where a condition on their `payload`, a `MailJob`; of ours and not from outside */
export async function dropMails(db: Db, where: string): Promise<void> {
  for (const one of [task, 'send-mail']) await dropJobs(db, one, where);
}
