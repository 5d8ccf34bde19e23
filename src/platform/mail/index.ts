// Owns: talking to the mail server, or keeping mails where there is none. Does not: know which mail is due (jobs of the domain) nor its words (views/mail).
export { createMailbox, type KeptMail, type Mailbox, shareMailbox } from './mailbox.ts';
export { createMailer, type Mail, type Mailer, verifyMailServer } from './mailer.ts';
