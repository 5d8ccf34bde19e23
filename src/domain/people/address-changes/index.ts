// Owns: the addresses that people change themselves: the e-mail they sign in with, confirmed at the old one and then at the new one, and the recovery e-mail (S137).
// Does not: let an administrator change them (S87).
export { completeEmailChange, confirmEmailChange, requestEmailChange } from './change-email.ts';
export { completeRecoveryEmail, removeRecoveryEmail, requestRecoveryEmail } from './change-recovery-email.ts';
