import { Cache } from '../cache/index.ts';
import type { Mail, Mailer } from './mailer.ts';

export type KeptMail = Mail & { at: Date };
/** Keeps mails instead of sending them: for a machine on which Portaria is tried out, where nobody set up a mail server. */
export type Mailbox = Mailer & { list(box: string): KeptMail[] };

/** Of each box. */
const most = 50;
const mostBoxes = 100;

/** Each process keeps what any of them is to send: whichever is asked shows it. */
export function shareMailbox(
  own: Mailbox,
  { passOn, onPassed }: { passOn(what: unknown): void; onPassed(handler: (what: unknown) => void): void },
): Mailbox {
  onPassed((what) => void own.send((what as { mail: Mail }).mail));
  return { ...own, send: async (mail) => passOn({ mail }) };
}

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
