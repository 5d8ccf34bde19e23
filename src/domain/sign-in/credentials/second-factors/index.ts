// Owns: the list of a person's second factors, whatever their kind, and taking one away. Does not: prove them (totp, passkey, recovery-code).
export {
  countProtected,
  type EnrolledFactor,
  listFactorKinds,
  listSecondFactors,
  listWithoutSecondFactor,
  removeAllSecondFactors,
  removeSecondFactor,
} from './store.ts';
