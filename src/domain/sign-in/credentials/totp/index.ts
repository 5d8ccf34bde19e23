// Owns: authenticator apps: the secret they share with us, and accepting each of their codes once.
// Does not: count attempts (attempts) nor decide when one is asked for (authentication).
export { addTotp, proveTotp, startTotp } from './enrolled-totp.ts';
export { matchTotp, newTotpSecret, totpUri } from './totp.ts';
