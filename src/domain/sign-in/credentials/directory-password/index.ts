// Owns: the password of a person's network as a proof, asked of its directory through an agent; changing it there; verifiers for when the directory is away (S24, decision 0019).
// Does not: keep the password, count attempts (attempts) or decide what follows (authentication).
export {
  changeDirectoryPassword,
  type NetworkPasswordInput,
  networkPasswordInput,
  newNetworkPasswordInput,
  resetDirectoryPassword,
} from './change-directory-password.ts';
export { floorOfRefusals } from './pace.ts';
export { type DirectoryOutcome, type Network, type NetworkEntry, proveDirectoryPassword } from './prove-directory-password.ts';
export { forgetRefused, forgetVerifier, hasVerifier, keepVerifier, matchesVerifier, sweepVerifiers } from './verifiers.ts';
