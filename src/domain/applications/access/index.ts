// Owns: whether this person may open this application now, and why: one pure function for OIDC, SAML, the Launchpad and Explain.
// Does not: sign anybody in (authentication) nor answer in a protocol's words (web).
export { type AccessFacts, type AccessVerdict, accessReasons, decide, type RefusalReason } from './decide.ts';
export { recordRefusal } from './record-refusal.ts';
export { type AccessFinder, createAccessFinder, type Profile } from './store.ts';
