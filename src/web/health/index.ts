// Owns: what machines ask of a running process: alive, ready, figures. Does not: answer people.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { limitKinds } from '../../domain/records/address-limits/index.ts';
import type { Readiness } from '../../domain/sign-in/readiness/index.ts';
import type { Figures, Siblings } from '../../platform/cluster/index.ts';
import { safeEqual } from '../../platform/crypto/index.ts';
import type { Log } from '../../platform/log/index.ts';
import { addCacheFigures } from './cache-figures.ts';
import { addDirectoryFigures, type DirectoryChecks } from './directory-figures.ts';

export type Health = {
  has(path: string): boolean;
  /** @param path one of ours */
  handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>;
  /** Counts and times the answer of a request. */
  observe(response: ServerResponse, kind: string): void;
  /** Counts what an address was not allowed to try. */
  countHeldBack(kind: string): void;
  /** Counts an answer to what was asked of a directory. */
  countDirectoryAnswer(kind: string, outcome: string): void;
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
  hashesWaiting(): number;
  countJobs(): Promise<Record<string, number>>;
  directories: DirectoryChecks;
  metricsToken: string | undefined;
  /** Where several processes serve the port. */
  siblings?: Pick<Siblings, 'missing' | 'allFigures'>;
};

export function createHealth({ isReady, log, hashesWaiting, countJobs, directories, metricsToken, siblings }: Checks): Health {
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
    aggregator: 'max', // every process reads the same queue
    help: 'Background work by state; failed has been tried as often as it may be',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      for (const [state, n] of Object.entries(await countJobs().catch(() => ({})))) this.set({ state }, n);
    },
  });
  addCacheFigures(registry);
  const heldBack = new Counter({
    name: 'portaria_held_back_total',
    help: 'What was answered 429 as too much of its kind had come from its address or network, or from the browsers of a person',
    labelNames: ['kind'],
    registers: [registry],
  });
  for (const kind of limitKinds) heldBack.inc({ kind }, 0);
  const countDirectoryAnswer = addDirectoryFigures(registry, directories);
  let draining = false;
  const held = new Set<string>();
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

  const metrics = () => siblings?.allFigures() ?? registry.metrics();
  const figures = async () => (await registry.getMetricsAsJSON()) as Figures;
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

  return {
    has: (path) => ['/healthz', '/readyz', '/metrics'].includes(path),
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
      return send(response, 200, await metrics(), registry.contentType);
    },
    observe(response, kind) {
      const start = performance.now();
      response.once('finish', () => {
        const figures = figuresOf(kind, `${Math.floor(response.statusCode / 100)}xx`);
        figures.answers.inc();
        figures.seconds.observe((performance.now() - start) / 1000);
      });
    },
    countHeldBack: (kind) => heldBack.inc({ kind }),
    countDirectoryAnswer,
    metrics,
    figures,
    hold(why) {
      held.add(why);
      return () => void held.delete(why);
    },
    drain() {
      draining = true;
    },
  };
}
