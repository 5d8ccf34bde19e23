// Owns: which addresses a name or IP is, lists of ranges, and calls to addresses that somebody registered. Does not: know why a call is made.
export { addressMatcher, networkOf, widerNetworkOf } from './addresses.ts';
export { clientAddress, type ForwardedHeader } from './forwarded.ts';
export { createOutbound, type OutboundFetch, OutboundRefused } from './outbound.ts';
export { hostMatcher } from './private-hosts.ts';
