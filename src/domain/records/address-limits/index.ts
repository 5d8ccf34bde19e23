// Owns: how often somebody at an address, in a network or in a person's own browser may be wrong, or ask for a mail, within ten minutes; the counts of all processes, the
// memory that answers before the store is asked, and the one event of an address and hour. Does not: count the attempts of a person (attempts) nor answer anybody (web).
export { AddressLimits } from './address-limits.ts';
export { sweepAddressCounts } from './counts.ts';
export { type LimitKind, type LimitSettings, limitKinds, type Place } from './rules.ts';
