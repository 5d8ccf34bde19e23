import { Cache } from '../cache/index.ts';
import type { Mail, Mailer } from './mailer.ts';

export type KeptMail = Mail & { at: Date };
/** Keeps mails instead of sending them: for a machine on which Portaria is tried out, where nobody set up a mail server. */
export type Mailbox = Mailer & { list(box: string): KeptMail[] };

/** Of each box. */
const most = 50;
const mostBoxes = 100;

export function createMailbox(now: () => Date): Mailbox {
  const boxes = new Cache<KeptMail[]>({ name: 'kept_mails', max: mostBoxes });
  return {
    async send(mail) {
      boxes.set(mail.box, [{ ...mail, at: now() }, ...(boxes.get(mail.box) ?? [])].slice(0, most));
    },
    list: (box) => [...(boxes.get(box) ?? [])],
    close: () => {},
  };
}
