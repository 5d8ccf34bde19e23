// Owns: how strict a company is about signing in, with what groups, applications and roles are stricter about, and which rules hold for somebody.
// Does not: enforce it (authentication, credentials and sessions ask) nor guard its change (authentication/change-policy).
export { admits } from './admits.ts';
export { findPoliciesOf, findPolicyOf, findPolicySubject } from './find-policy-of.ts';
export { demandOfGroup, withDemandOfGroup, withoutGroup } from './group-demand.ts';
export {
  defaultPolicy,
  defaultRules,
  demands as secondFactorDemands,
  type Hours,
  type PolicyOverride,
  type PolicyRules,
  rulesSchema,
  type SecondFactorDemand,
  type SignInPolicy,
} from './policy.ts';
export {
  createPolicyFinder,
  listTrialsOver,
  loadPolicy,
  type PolicyFinder,
  removePolicy,
  rulesInForce,
  type StoredPolicy,
  savePolicy,
  trialAt,
} from './store.ts';
export { type EffectivePolicy, explainPolicy, type PolicySubject, strictest } from './strictest.ts';
export { factorTexts, tellPolicyPart, tellPolicyValue } from './tell-policy-value.ts';
export { type WeakerPart, weakerParts } from './weaker-parts.ts';
