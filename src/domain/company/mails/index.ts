// Owns: which mails there are, what a company wrote of its own into them, and putting one in the queue with what happened.
// Does not: send them (app/send-mail) nor lay them out (views/mail).
export { type Addressee, enqueueMail, type MailJob, mailboxesOf, mailLinkPurpose, mailPerson, sweepMails } from './enqueue-mail.ts';
export { changeMailText, fillIn, type MailName, type MailTexts, mailKinds, mailNames, mailTexts } from './mail-texts.ts';
