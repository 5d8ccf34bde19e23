// Owns: which mails there are, what a company wrote of its own into them, and putting one in the queue with what happened.
// Does not: send them (app/send-mail), lay them out (views/mail) nor know the addresses of the pages they lead to (app/page-paths).
export {
  type Addressee,
  dropMails,
  enqueueMail,
  mailboxesOf,
  mailLinkPurpose,
  mailPerson,
  sealedMailLinks,
  unsealPage,
} from './enqueue-mail.ts';
export { type MailJob, mailDelivery, type OldMailJob, oldMailDelivery } from './jobs.ts';
export type { MailPage } from './mail-page.ts';
export { changeMailText, fillIn, type MailName, type MailTexts, mailKinds, mailNames, mailTexts } from './mail-texts.ts';
