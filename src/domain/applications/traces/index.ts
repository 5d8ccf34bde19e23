// Owns: the trace of an application: a quarter of an hour in which its protocol's messages are kept for an administrator to read, redacted.
// Does not: decode or redact (the protocols hand in what may be shown).
export {
  type Exchange,
  isTraced,
  listExchanges,
  recordExchange,
  startTrace,
  stopTrace,
  sweepExchanges,
  type TracedExchange,
} from './traces.ts';
