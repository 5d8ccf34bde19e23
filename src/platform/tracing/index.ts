// Owns: to which trace the work at hand belongs (W3C Trace Context), its spans, and the collector that hears of them where there is one (decision 0025).
// Does not: decide what is traced; carry a value of a statement, a form or an address; load OpenTelemetry unless a collector is configured.
export { currentTrace, inTrace, parseTraceparent, type TraceContext, traceparentOf } from './context.ts';
export { type Collector, openTracer } from './open-tracer.ts';
export { inSpan, type Span, sampleAnew, startSpan, type Tracer, useTracer } from './spans.ts';
export { statementSummary, traceKnex } from './statements.ts';
