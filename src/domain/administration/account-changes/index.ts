// Owns: what an administrator does to accounts, one or many: when it is offered, doing it, and doing it to all of a list (S112–S136).
// Does not: data and links of a person (users, assignments), nor second factors, which ask for more (authentication).
export { type AccountChange, accountChanges, changeAccount, offersChange } from './account-changes.ts';
export { type BulkChange, bulkChanges, changeUsers, runBulkChange, startBulkChange } from './bulk.ts';
export { deleteAccount } from './delete-account.ts';
export { deleteAccountJob, endSessionsJob } from './jobs.ts';
export { allowNewBrowsers, findWaitOfNewBrowsers } from './new-browsers.ts';
export { signOutUser } from './sign-out.ts';
