// Owns: the journey from a pending request to a session: what must be proven next, proving a password, changing one that must be changed.
// Does not: show pages (web/sign-in), decide access (access) or speak a protocol (web/oidc, web/saml).
//
//   OIDC, SAML, Launchpad or a page: who wants to go where, with which demands
//     session enough? nextStep says done ──────────────────> back to where they came from
//     otherwise openPendingRequest: bound to this browser; a row of its own, or sealed in its address where no application waits
//       ┌─> gatherFacts: session, proof, policy, factors, terms, of one person
//       │   nextStep: a pure function from these facts to one step
//       │     identify      → the name; or proveAlone, whose answer names its person
//       │     password      → provePassword  ┐ each attempt is counted before it is looked at,
//       │     second-factor → proveFactor    ┘ and a wrong one goes to refuseAttempt
//       │     enrol         → enrolAtSignIn
//       │     network-password → changeRequiredNetworkPassword, where the directory wants another one
//       │     new-password  → changeRequiredPassword
//       │     terms         → the person accepts
//       ┌──── proveByLink: a mailed link and the password chosen by it, in the place of the first two
//       └──── recordProof: what was proven stays with the request
//             kept-out      → recordKeptOut, and a page that says why
//             done          → completeSignIn, one transaction: close the request, hold the person, ask nextStep
//                             again, lift a block, note the browser, start the session ──> back to where they came from
export {
  changeOwnNetworkPassword,
  changeRequiredNetworkPassword,
  type NetworkChange,
  settleNetworkPassword,
} from './change-network-password.ts';
export {
  changePolicy,
  confirmPolicy,
  endTrial,
  forgetGroupRules,
  type PolicyChange,
  refuseUnknownTargets,
  revertPolicy,
} from './change-policy.ts';
export { changeRequiredPassword } from './change-required-password.ts';
export { completeSignIn } from './complete-sign-in.ts';
export { type Enrolled, type Enrolment, enrolAtSignIn, enrolFactor } from './enrol-factor.ts';
export { type DirectoryRefusal, mayUsePersonalPassword, networkEntryOf } from './evaluate-password.ts';
export { type Arrival, describeFactors, describePassword, findNextStep, gatherFacts } from './gather-facts.ts';
export { giveTemporaryPassword } from './give-temporary-password.ts';
export { type Identified, identify, takesLogin } from './identify.ts';
export { endPolicyTrials } from './jobs.ts';
export { keepAdministrators } from './keep-administrators.ts';
export { keepsWayIn } from './keeps-way-in.ts';
export { keepsWayInAt } from './keeps-way-in-at.ts';
export type { KeptFacts, KeptRule } from './kept-facts.ts';
export { type Basis, type Demands, type Facts, isStrong, nextStep, type PasswordFacts, type Step } from './next-step.ts';
export {
  addOwnFactor,
  changeOwnPassword,
  demandsOfOwnChanges,
  forgetOwnBrowser,
  removeOwnFactor,
  renewRecoveryCodes,
} from './own-credentials.ts';
export {
  closePendingRequest,
  findLostRequest,
  findPendingRequest,
  openPendingRequest,
  type PendingRequest,
  type Proven,
  recordProof,
  sweepPendingRequests,
} from './pending-requests.ts';
export { proveByLink } from './prove-by-link.ts';
export { proveAlone, proveFactor, takesAlone } from './prove-factor.ts';
export { provePassword } from './prove-password.ts';
export { keptOutReasons, type SignInReason, signInReasons } from './reasons.ts';
export { mayLiftBlock, recordKeptOut } from './refuse-attempt.ts';
export { resetSecondFactors } from './reset-second-factors.ts';
export { findStanding, listStandings, type Standing } from './standing.ts';
export { type OpenAttempt, settleOpen } from './take-attempt.ts';
