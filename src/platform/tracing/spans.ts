import { currentTrace, inTrace, type TraceContext } from './context.ts';

/** What a span says, by the names of OpenTelemetry's conventions. */
export type SpanFacts = Record<string, string | number | boolean | undefined>;

/** `server` and `consumer` may begin a trace; the others are part of one, or nothing. */
type SpanKind = 'server' | 'consumer' | 'client';

export type Span = {
  readonly context: TraceContext;
  rename(name: string): void;
  set(facts: SpanFacts): void;
  /** @param failure its kind alone is told: its message may hold anything */
  end(failure?: unknown): void;
};

export type Tracer = {
  start(kind: SpanKind, name: string, facts: SpanFacts, parent: TraceContext | undefined): Span;
  /** Draws whether a trace is kept. Not by its id: a caller could choose one that is. */
  draw(): boolean;
  /** Sends what was not sent yet. */
  close(): Promise<void>;
};

// one for the process, as there is one log: statements know no application
let tracer: Tracer | undefined;

/** @param next from now on; undefined for none. */
export function useTracer(next: Tracer | undefined): void {
  tracer = next;
}

/** For a caller who may name a trace and not say whether we keep it. Without a tracer nothing is kept here, and what the caller says goes on to whom we call. */
export const sampleAnew = (context: TraceContext): TraceContext => (tracer ? { ...context, isSampled: tracer.draw() } : context);

/** @returns undefined if nobody would receive it */
export function startSpan(kind: SpanKind, name: string, facts: SpanFacts): Span | undefined {
  if (!tracer) return undefined;
  const parent = currentTrace();
  if (parent ? !parent.isSampled : kind === 'client') return undefined;
  return tracer.start(kind, name, facts, parent);
}

/** Does `work` within a span that ends with it. Without a tracer it costs nothing. */
export function inSpan<T>(kind: SpanKind, name: string, facts: SpanFacts, work: (span?: Span) => Promise<T>): Promise<T> {
  const span = startSpan(kind, name, facts);
  if (!span) return work();
  return inTrace(span.context, async () => {
    try {
      const result = await work(span);
      span.end();
      return result;
    } catch (error) {
      span.end(error);
      throw error;
    }
  });
}
