import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { inWork, isRequestId, type Log, newRequestId, type Work } from '../log/index.ts';
import { inTrace, parseTraceparent, type Span, sampleAnew, startSpan, type TraceContext, traceparentOf } from '../tracing/index.ts';

export type AccessLevel = 'off' | 'debug' | 'info' | 'warn';

type Options = {
  log: Log;
  /** Of the line that each request leaves. */
  level: AccessLevel;
  /** Whether this caller may name the request and its trace. */
  isBelieved(socketAddress: string): boolean;
  /** Whether this caller may say that a trace is kept, or that it is not. */
  maySample(socketAddress: string): boolean;
  clientAddress(socketAddress: string, headers: IncomingHttpHeaders): string;
};

export type RequestLog = {
  /** Does `serve` as the work of one request, and writes its line when the answer has left or the caller has gone. */
  follow(request: IncomingMessage, response: ServerResponse, serve: () => void): void;
  /** Of a connection that became something else: what is done on it belongs to the request that opened it. */
  followUpgrade(request: IncomingMessage, at: { company: string; path: string }, serve: () => void): void;
};

/** One id for a request: in each line, in the audit, in the answer, beside the support code, in its spans and in the jobs it asked for. */
export function createRequestLog({ log, level, isBelieved, maySample, clientAddress }: Options): RequestLog {
  const quiet: AccessLevel = level === 'off' ? 'off' : 'debug';

  function begin({ headers, socket }: IncomingMessage): { work: Work & { facts: object }; parent: TraceContext | undefined } {
    const peer = socket.remoteAddress ?? '';
    const believed = isBelieved(peer);
    const named = believed ? parseTraceparent(headers.traceparent) : undefined;
    const asked = headers['x-request-id'];
    return {
      work: { requestId: believed && isRequestId(asked) ? asked : newRequestId(), facts: {} },
      parent: named && !maySample(peer) ? sampleAnew(named) : named,
    };
  }

  function write(request: IncomingMessage, { facts = {} }: Work, answer: { status: number; ms: number; outcome: string }): void {
    const { isQuiet, ...told } = facts;
    const at = isQuiet ? quiet : level;
    if (at === 'off' || !log.isLevelEnabled(at)) return;
    const ip = clientAddress(request.socket.remoteAddress ?? '', request.headers);
    log[at]({ method: request.method, ...answer, ip, ...told }, 'request');
  }

  return {
    follow(request, response, serve) {
      const start = performance.now();
      const { work, parent } = begin(request);
      response.setHeader('x-request-id', work.requestId!);
      const inRequest = (run: () => void): void => inWork(work, () => inTrace(parent, run));
      inRequest(() => {
        const span = startSpan('server', request.method ?? '', { 'http.request.method': request.method });
        const trace = span?.context ?? parent;
        if (trace) response.setHeader('traceparent', traceparentOf(trace));
        response.once('close', () => {
          const outcome = outcomeOf(response);
          inRequest(() =>
            inTrace(trace, () => {
              write(request, work, { status: response.statusCode, ms: Math.round((performance.now() - start) * 10) / 10, outcome });
              if (span) endSpan(span, request, response.statusCode, work);
            }),
          );
        });
        inTrace(trace, serve);
      });
    },
    followUpgrade(request, at, serve) {
      const { work, parent } = begin(request);
      Object.assign(work.facts, at);
      inWork(work, () =>
        inTrace(parent, () => {
          write(request, work, { status: 101, ms: 0, outcome: 'ok' });
          serve();
        }),
      );
    },
  };
}

const gone = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'HPE_INVALID_EOF_STATE', 'ERR_STREAM_PREMATURE_CLOSE']);

/** Events that a library writes to the console if nobody listens. A caller that disconnected is not an error. */
export const logStray =
  (log: Log) =>
  (error: Error): void => {
    const isGone = gone.has(String((error as { code?: unknown }).code));
    log[isGone ? 'debug' : 'error']({ err: error }, isGone ? 'a caller left' : 'a request failed outside its page');
  };

function outcomeOf({ writableFinished, statusCode }: ServerResponse): string {
  if (!writableFinished) return 'aborted';
  return statusCode >= 500 ? 'failed' : statusCode >= 400 ? 'refused' : 'ok';
}

function endSpan(span: Span, { method = '' }: IncomingMessage, status: number, { requestId, facts = {} }: Work): void {
  const { path, company, isQuiet: _, ...told } = facts;
  const route = company && path?.startsWith(`/${company}/`) ? path.slice(company.length + 1) : path;
  span.rename(route ? `${method} ${route}` : method);
  const about = Object.entries(told).map(([name, value]) => [`portaria.${name}`, value]);
  span.set({
    'http.route': route,
    'http.response.status_code': status,
    'portaria.company': company,
    'portaria.request_id': requestId,
    ...Object.fromEntries(about),
  });
  span.end(status >= 500 ? { name: String(status) } : undefined);
}
