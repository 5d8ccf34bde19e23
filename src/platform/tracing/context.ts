import { AsyncLocalStorage } from 'node:async_hooks';

/** The current trace and span. `isSampled`: the one who started it wants to keep it. */
export type TraceContext = { traceId: string; spanId: string; isSampled: boolean };

const active = new AsyncLocalStorage<TraceContext>();

/** Undefined where nobody traces. */
export const currentTrace = (): TraceContext | undefined => active.getStore();

/** Whatever `work` does belongs to this trace. */
export const inTrace = <T>(context: TraceContext | undefined, work: () => T): T => (context ? active.run(context, work) : work());

// version 00, and what a later one may append (W3C Trace Context §3.2)
const form = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.{0,200})?$/;

/** @returns undefined for what is no `traceparent`: a trace begins here then (§4.3) */
export function parseTraceparent(header: unknown): TraceContext | undefined {
  const [, traceId, spanId, flags] = (typeof header === 'string' && form.exec(header)) || [];
  return traceId && spanId && flags ? { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 } : undefined;
}

export const traceparentOf = ({ traceId, spanId, isSampled }: TraceContext): string => `00-${traceId}-${spanId}-0${isSampled ? 1 : 0}`;
