// Owns: what a company chose about new accounts (S33, S64): how they are activated, who may register, how long mailed links work.
// Does not: invite or register anybody (invitations).
export { type Activation, mayRegister, type NewAccounts, newAccountsSettings } from './new-accounts.ts';
