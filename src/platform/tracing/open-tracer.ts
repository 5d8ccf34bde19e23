import { setTimeout as sleep } from 'node:timers/promises';
import type { Tracer } from './spans.ts';

/** Where spans are sent by OTLP over HTTP. `ratio`: of the traces that begin here, those that are kept. */
export type Collector = {
  endpoint: string;
  headers: Record<string, string>;
  serviceName: string;
  serviceVersion: string;
  ratio: number;
  warn(message: string): void;
};

const quietMs = 60_000;
/** What is left to send may keep a process that long from ending. */
const closingMs = 2000;

/** Loads OpenTelemetry, which nobody pays for who has no collector, and opens the way to it. */
export async function openTracer({ endpoint, headers, serviceName, serviceVersion, ratio, warn }: Collector): Promise<Tracer> {
  const { diag, DiagLogLevel, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } = await import('@opentelemetry/api');
  const { BatchSpanProcessor, ParentBasedSampler, TraceIdRatioBasedSampler, TracerProvider } = await import('@opentelemetry/sdk-trace');
  const { resourceFromAttributes } = await import('@opentelemetry/resources');
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto');

  // a collector that is away fails every few seconds
  let quietUntil = 0;
  const tell = (message: string): void => {
    if (Date.now() < quietUntil) return;
    quietUntil = Date.now() + quietMs;
    warn(message);
  };
  const ignore = (): void => {};
  diag.setLogger(
    { error: tell, warn: tell, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );

  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces`, headers, timeoutMillis: 5000 });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName, 'service.version': serviceVersion, 'process.pid': process.pid }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  const own = provider.getTracer('portaria', serviceVersion);
  const kinds = { server: SpanKind.SERVER, consumer: SpanKind.CONSUMER, client: SpanKind.CLIENT };

  return {
    draw: () => Math.random() < ratio,
    start(kind, name, attributes, parent) {
      const context = parent
        ? trace.setSpanContext(ROOT_CONTEXT, {
            traceId: parent.traceId,
            spanId: parent.spanId,
            traceFlags: parent.isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
            isRemote: kind !== 'client',
          })
        : ROOT_CONTEXT;
      const span = own.startSpan(name, { kind: kinds[kind], attributes }, context);
      const { traceId, spanId, traceFlags } = span.spanContext();
      return {
        context: { traceId, spanId, isSampled: (traceFlags & TraceFlags.SAMPLED) !== 0 },
        rename: (next) => void span.updateName(next),
        set: (facts) => void span.setAttributes(facts),
        end(failure) {
          if (failure !== undefined) {
            const { name: type, code } = failure as { name?: string; code?: unknown };
            span.setStatus({ code: SpanStatusCode.ERROR });
            span.setAttribute('error.type', String(typeof code === 'string' && /^[A-Z0-9_]{3,40}$/.test(code) ? code : (type ?? 'error')));
          }
          span.end();
        },
      };
    },
    close: () => Promise.race([provider.shutdown(), sleep(closingMs, undefined, { ref: false })]),
  };
}
