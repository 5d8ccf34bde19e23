// Owns: what machines ask of a running process: alive, ready, figures. Does not: answer people.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Readiness } from '../../domain/sign-in/readiness/index.ts';
import type { Figures, Siblings } from '../../platform/cluster/index.ts';
import { safeEqual } from '../../platform/crypto/index.ts';
import type { Log } from '../../platform/log/index.ts';
import { count, type FigureBook, observe } from '../../platform/metrics/index.ts';

export type Health = {
  has(path: string): boolean;
  /** @param path one of ours */
  handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>;
  /** Counts and times the answer of a request. */
  observe(response: ServerResponse, kind: string): void;
  /** Of this process, or of all that serve the port together. */
  metrics(): Promise<string>;
  /** Until what it returns is called, /readyz answers 503 with this reason. */
  hold(why: string): () => void;
  /** Of this process alone. */
  figures(): Promise<Figures>;
  /** From now on /readyz answers 503, so that balancers send no more. */
  drain(): void;
};

type Checks = {
  isReady(): Promise<Readiness>;
  log: Log;
  figures: FigureBook;
  metricsToken: string | undefined;
  version: string;
  clientAddress(socketAddress: string, headers: IncomingHttpHeaders): string;
  /** Where several processes serve the port. */
  siblings?: Pick<Siblings, 'missing' | 'allFigures'>;
};

/** Tells `portaria doctor --server` how its request arrived here. */
const arrivalPath = '/.well-known/portaria-arrival';

export function createHealth({ isReady, log, figures, metricsToken, version, clientAddress, siblings }: Checks): Health {
  let draining = false;
  const held = new Set<string>();
  let wasReady = true;

  const metrics = () => siblings?.allFigures() ?? figures.print();
  const send = (response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): void => {
    response.writeHead(status, {
      'content-type': type,
      'cache-control': 'no-store',
      ...(status === 503 ? { 'retry-after': '2' } : {}),
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    });
    response.end(body);
  };

  /** Of the caller, who has the token, and of the proxies between. */
  const arrivalOf = ({ socket, headers }: IncomingMessage): string => {
    const peer = socket.remoteAddress ?? '';
    const { 'x-forwarded-for': forwardedFor = null, forwarded = null } = headers;
    return JSON.stringify({ version, time: new Date().toISOString(), peer, client: clientAddress(peer, headers), forwardedFor, forwarded });
  };

  return {
    has: (path) => ['/healthz', '/readyz', '/metrics', arrivalPath].includes(path),
    async handle(request, response, path) {
      if (path === '/healthz') return send(response, 200, 'ok\n');
      if (path === '/readyz') {
        if (draining) return send(response, 503, 'shutting down\n');
        for (const why of held) return send(response, 503, `${why}\n`);
        const missing = siblings?.missing();
        if (missing) return send(response, 503, `${missing}\n`); // which the supervisor logs
        const answer = await isReady();
        if (answer.isReady !== wasReady) {
          wasReady = answer.isReady;
          if (answer.isReady) log.info('ready again');
          else log.warn({ reason: answer.why }, 'not ready');
        }
        return answer.isReady ? send(response, 200, 'ready\n') : send(response, 503, `${answer.why}\n`);
      }
      if (!metricsToken || !safeEqual(request.headers.authorization ?? '', `Bearer ${metricsToken}`))
        return send(response, metricsToken ? 401 : 404, 'not available\n');
      if (path === arrivalPath) return send(response, 200, arrivalOf(request), 'application/json');
      return send(response, 200, await metrics(), figures.contentType);
    },
    observe(response, kind) {
      const start = performance.now();
      response.once('finish', () => {
        count('portaria_http_answers_total', { kind, status: String(response.statusCode) });
        observe('portaria_http_seconds', { kind }, (performance.now() - start) / 1000);
      });
    },
    metrics,
    figures: figures.values,
    hold(why) {
      held.add(why);
      return () => void held.delete(why);
    },
    drain() {
      draining = true;
    },
  };
}
