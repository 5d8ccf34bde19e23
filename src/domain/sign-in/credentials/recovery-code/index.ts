// Owns: the codes that stand in for a lost second factor: ten, each once, of which the store has hashes only.
// Does not: count attempts (attempts) nor decide when one is asked for (authentication).
export { countRecoveryCodes, makeRecoveryCodes, proveRecoveryCode } from './recovery-codes.ts';
