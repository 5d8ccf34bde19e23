import type { KeyRing, SealedColumn } from '../../../platform/crypto/index.ts';
import type { Db } from '../../../platform/database/index.ts';
import { dropJobs } from '../../../platform/jobs/index.ts';
import { enqueue, sealedInJobs } from '../../job.ts';
import type { Transaction, UserId } from '../../scope.ts';
import { type MailJob, mailDelivery, oldMailDelivery } from './jobs.ts';
import { isSecretPage, type MailPage, secretMailPage } from './mail-page.ts';
import type { MailName } from './mail-texts.ts';

/** What the page in a mail's job is sealed for: jobs lie in the store, bearer values do not. */
export const mailLinkPurpose = (contextId: string): string => `link-path:${contextId}`;

/** @throws ZodError when what was sealed names no page of a one-time link */
export const unsealPage = (keyRing: KeyRing, contextId: string, sealed: string): MailPage =>
  secretMailPage.parse(JSON.parse(keyRing.decrypt(sealed, mailLinkPurpose(contextId)).toString()));

export const sealedMailLinks: SealedColumn[] = [
  sealedInJobs(mailDelivery, 'sealedLeadsTo', mailLinkPurpose),
  sealedInJobs(oldMailDelivery, 'sealedPath', mailLinkPurpose),
];

type NewMail = Pick<MailJob, 'userId' | 'to' | 'locale' | 'mail' | 'params'> & { leadsTo: MailPage };

/** Goes out when the transaction of `scope` is through, and never if it is not. */
export async function enqueueMail(scope: Transaction, { leadsTo, ...mail }: NewMail): Promise<void> {
  const link = isSecretPage(leadsTo)
    ? { sealedLeadsTo: scope.keyRing.encrypt(JSON.stringify(leadsTo), mailLinkPurpose(scope.contextId)) }
    : { leadsTo };
  await enqueue(scope, mailDelivery, { ...mail, ...link });
}

/** Somebody with up to two mailboxes. `locale` was chosen, `seenLocale` is that of the pages on which they last signed in. */
export type Addressee = {
  userId: UserId;
  firstName: string;
  lastName: string;
  email?: string;
  recoveryEmail?: string;
  locale?: string;
  seenLocale?: string;
};

export const mailboxesOf = ({ email, recoveryEmail }: Addressee): string[] => [email, recoveryEmail].filter((one) => one !== undefined);

type PersonalMail = {
  mail: MailName;
  leadsTo: MailPage;
  /** Besides the first name, or the only one. */
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
      params: { firstName: person.firstName || person.lastName, ...params },
      leadsTo,
    });
}

/** Mails that wait or failed for good. @param where a condition on their `payload`, a `MailJob`; of ours and not from outside */
export async function dropMails(db: Db, where: string): Promise<void> {
  for (const { name } of [mailDelivery, oldMailDelivery]) await dropJobs(db, name, where);
}
