// Owns: what machines ask of a running process: alive, ready, figures. Does not: answer people.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Readiness } from '../../domain/sign-in/readiness/index.ts';
import { safeEqual } from '../../platform/crypto/index.ts';
import type { Log } from '../../platform/log/index.ts';
import { addDirectoryFigures, type DirectoryChecks } from './directory-figures.ts';

export type Health = {
  has(path: string): boolean;
  /** @param path one of ours */
  handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>;
  /** Counts and times the answer of a request. */
  observe(response: ServerResponse, kind: string): void;
  /** Counts an answer to what was asked of a directory. */
  countDirectoryAnswer(kind: string, outcome: string): void;
  metrics(): Promise<string>;
  /** From now on /readyz answers 503, so that balancers send no more. */
  drain(): void;
};

type Checks = {
  isReady(): Promise<Readiness>;
  log: Log;
  hashesWaiting(): number;
  countJobs(): Promise<Record<string, number>>;
  directories: DirectoryChecks;
  metricsToken: string | undefined;
};

export function createHealth({ isReady, log, hashesWaiting, countJobs, directories, metricsToken }: Checks): Health {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const answers = new Counter({
    name: 'portaria_http_answers_total',
    help: 'Answers by kind of request and status class',
    labelNames: ['kind', 'status'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'portaria_http_seconds',
    help: 'Time to answer',
    labelNames: ['kind'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });
  new Gauge({
    name: 'portaria_password_hashes_waiting',
    help: 'Password verifications waiting for their turn',
    registers: [registry],
    collect() {
      this.set(hashesWaiting());
    },
  });
  new Gauge({
    name: 'portaria_jobs',
    help: 'Background work by state; failed has been tried as often as it may be',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      for (const [state, n] of Object.entries(await countJobs().catch(() => ({})))) this.set({ state }, n);
    },
  });
  const countDirectoryAnswer = addDirectoryFigures(registry, directories);
  let draining = false;
  let wasReady = true;

  // looking a label up costs more than counting
  const known = new Map<string, { answers: Counter.Internal; seconds: Histogram.Internal<'kind'> }>();
  const figuresOf = (kind: string, status: string) => {
    const key = `${kind} ${status}`;
    let figures = known.get(key);
    if (!figures) {
      figures = { answers: answers.labels(kind, status), seconds: seconds.labels(kind) };
      known.set(key, figures);
    }
    return figures;
  };

  const send = (response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): void => {
    response.writeHead(status, {
      'content-type': type,
      'cache-control': 'no-store',
      ...(status === 503 ? { 'retry-after': '2' } : {}),
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    });
    response.end(body);
  };

  return {
    has: (path) => ['/healthz', '/readyz', '/metrics'].includes(path),
    async handle(request, response, path) {
      if (path === '/healthz') return send(response, 200, 'ok\n');
      if (path === '/readyz') {
        if (draining) return send(response, 503, 'shutting down\n');
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
      return send(response, 200, await registry.metrics(), registry.contentType);
    },
    observe(response, kind) {
      const start = performance.now();
      response.once('finish', () => {
        const figures = figuresOf(kind, `${Math.floor(response.statusCode / 100)}xx`);
        figures.answers.inc();
        figures.seconds.observe((performance.now() - start) / 1000);
      });
    },
    countDirectoryAnswer,
    metrics: () => registry.metrics(),
    drain() {
      draining = true;
    },
  };
}
