// Owns: what pages could not do, by the support code that the person was shown: the fault, the page, when and how often; so that an administrator of the company finds it.
// Does not: stand in the audit (refusals of a protocol and of a sign-in do), decide or show anything.
export { recordFailure } from './record-failure.ts';
export { findFailure, type PageFailure, sweepFailures } from './store.ts';
