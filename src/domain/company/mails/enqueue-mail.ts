import type { Db } from '../../../platform/database/index.ts';
import { dropJobs, enqueueJob } from '../../../platform/jobs/index.ts';
import type { Transaction } from '../../scope.ts';
import type { MailName } from './mail-texts.ts';

/** A mail as a job carries it: which one, to whom, in whose language, and the page it leads to; sealed when the path itself is a secret. */
export type MailJob = {
  contextId: string;
  /** Whose mail it is: it goes with them. */
  userId?: string;
  to: string;
  locale?: string;
  mail: MailName;
  params: Record<string, string | number>;
  path?: string;
  sealedPath?: string;
};

/** What the path in a mail's job is sealed for: jobs lie in the store, bearer values do not. */
export const mailLinkPurpose = (contextId: string): string => `link-path:${contextId}`;

type NewMail = Pick<MailJob, 'userId' | 'to' | 'locale' | 'mail' | 'params'> & {
  /** Inside the context. */
  path: string;
  /** The path is a bearer value. */
  isSecret?: boolean;
};

/** Goes out when the transaction of `scope` is through, and never if it is not. */
export async function enqueueMail({ db, contextId, keyRing }: Transaction, { path, isSecret, ...mail }: NewMail): Promise<void> {
  const link = isSecret ? { sealedPath: keyRing.encrypt(path, mailLinkPurpose(contextId)) } : { path };
  await enqueueJob(db, 'send-mail', { contextId, ...mail, ...link });
}

/** Somebody with up to two mailboxes. `locale` was chosen, `seenLocale` is that of the pages on which they last signed in. */
export type Addressee = { userId: string; firstName: string; email?: string; recoveryEmail?: string; locale?: string; seenLocale?: string };

export const mailboxesOf = ({ email, recoveryEmail }: Addressee): string[] => [email, recoveryEmail].filter((one) => one !== undefined);

type PersonalMail = {
  mail: MailName;
  path: string;
  isSecret?: boolean;
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
  { mail, path, isSecret, params = {}, to, locale }: PersonalMail,
): Promise<void> {
  const language = person.locale ?? person.seenLocale ?? locale;
  for (const mailbox of to === undefined ? mailboxesOf(person) : [to])
    await enqueueMail(scope, {
      userId: person.userId,
      to: mailbox,
      locale: language,
      mail,
      params: { firstName: person.firstName, ...params },
      path,
      isSecret,
    });
}

/** Of people who are gone since: what waits for them, or failed for good, would keep their name and address. */
export const sweepMails = (db: Db): Promise<void> =>
  dropJobs(
    db,
    'send-mail',
    `payload->>'userId' IS NOT NULL AND NOT EXISTS (SELECT 1 FROM users u WHERE u.context_id = (payload->>'contextId')::uuid AND u.user_id = (payload->>'userId')::uuid)`,
  );
