import type { Mail, Mailer } from './mailer.ts';

export type KeptMail = Mail & { at: Date };
/** Keeps mails instead of sending them: for a machine on which Portaria is tried out, where nobody set up a mail server. */
export type Mailbox = Mailer & { list(): KeptMail[] };

const most = 50;

export function createMailbox(now: () => Date): Mailbox {
  const mails: KeptMail[] = [];
  return {
    async send(mail) {
      mails.unshift({ ...mail, at: now() });
      mails.length = Math.min(mails.length, most);
    },
    list: () => [...mails],
    close: () => {},
  };
}
