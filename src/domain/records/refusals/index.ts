// Owns: how often something was refused to somebody who proved nothing, by the hour, reason and address; and the two events in which the audit says it: one at the first
// time, one when the hour is over. So whatever strangers send, the chain grows by a bounded number of events, and nothing that was sealed has to grow.
// Does not: refuse or slow anybody down (the protocols, sign-in).
export { countRefusal } from './count-refusal.ts';
export { closeRefusals } from './jobs.ts';
export { Joiner } from './join.ts';
export {
  type CountedRefusal,
  findCountedEvent,
  findRefusals,
  listHeldBack,
  listRefusals,
  mostSources,
  sweepRefusals,
} from './list-refusals.ts';
export { isOidcReason, type OidcReason, oidcReasons } from './reasons.ts';
