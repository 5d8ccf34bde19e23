// Owns: "Forgot your password?": a link by mail, a new password by that link, and what ends with it (S137: it unblocks, it never takes a second factor away).
// Does not: sign anybody in: whoever recovered goes through the sign-in like everybody (authentication proveByLink).
export { sealedRecoveries, sendRecoveryJob } from './jobs.ts';
export { recoverPassword, requestRecovery } from './password-recovery.ts';
export { openRecovery } from './what-recovers.ts';
