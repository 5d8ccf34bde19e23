import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type App, createApp, openStore, type Store } from '../app/index.ts';
import { type Config, partOf } from '../config/index.ts';
import { systemClock } from '../platform/clock/index.ts';
import type { Ending, Siblings } from '../platform/cluster/index.ts';
import { limitsOfRequests } from '../platform/database/index.ts';
import { listen, type WebServer } from '../platform/http/index.ts';
import { createLog, createVoice, type Log, logFaults } from '../platform/log/index.ts';
import { collectWhenQuiet } from '../platform/memory/index.ts';
import { isDemo, openDemo, tellShared } from './demo.ts';
import { listenForEnd, Openings, type SignalledEnd } from './ending.ts';

export const { say } = createVoice();

/** A process that can no longer be trusted ends. */
export function openLog(config: Config): Log {
  const log = createLog(config.logLevel);
  logFaults(log, (exitCode) => process.exit(exitCode));
  return log;
}

/** What the supervisor of several processes tells each. */
export type Orders = {
  /** One of them works on jobs, so that they hold no more connections than those of one process. */
  runsJobs: boolean;
  /** Of the embedded store, which the supervisor runs. */
  embeddedUrl?: string;
};

/** How the store is opened by a server. @param tell called with what an operator should know */
export const openServerStore = (config: Config, log: Log, tell: (message: string) => void, orders?: Orders): Promise<Store> =>
  openStore(config, {
    limits: limitsOfRequests(config.databaseTimeoutSeconds),
    isServer: true,
    say: tell,
    warn: (message) => log.warn({ reason: message }, 'a connection to the database failed'),
    migrations: orders === undefined,
    embeddedUrl: orders?.embeddedUrl,
  });

/** One process that serves the port alone, until a signal ends it. */
export async function serveAlone(config: Config): Promise<void> {
  const log = openLog(config);
  const end = listenForEnd();
  let isAtWork = false;
  // a server at work writes a log, which programs read
  const tell = (message: string): void => (isAtWork ? log.warn(message) : say(message));
  const openings = new Openings();
  let stopping: Stopping | undefined;
  try {
    const store = await openServerStore(config, log, tell);
    openings.add(() => store.close());
    const isOfDemo = isDemo(config, store);
    const app = await createApp(config, store, log);
    const isPrepared = app.health.hold('starting');
    stopping = endWhenAsked({ config, app, openings, end, say });
    // before the public port: whoever finds us ready can read our metrics
    if (config.metricsPort) openings.add(await serveMetrics(config.metricsPort, app.health.metrics));
    stopping.has(await openPort(config, app, openings));
    const demo = isOfDemo ? await openDemo(config, app, store) : undefined;
    if (demo) openings.add(demo.startSamples(say));
    if (config.runJobs) await app.startJobs();
    collectWhenQuiet();
    isAtWork = true;
    say(`Portaria ${await version()} is at ${config.baseUrl}`);
    tellShared(config, store, say);
    demo?.announce(say);
    isPrepared();
  } catch (error) {
    if (end.isAsked && stopping) return; // whatever fails from now on, fails because everything is being closed
    await openings.close(); // the embedded store would outlive us
    if (!end.isAsked) throw error;
  }
}

/** One of several processes that serve the port together, until the supervisor tells it to end. */
export async function serveAmongSiblings(
  config: Config,
  join: (figures: () => ReturnType<App['health']['figures']>) => Promise<Siblings<Orders>>,
) {
  // a hang-up is for the supervisor
  process.on('SIGHUP', () => {});
  const end = listenForEnd(['SIGTERM', 'SIGINT']);
  let app: App | undefined;
  const siblings = await join(async () => (app ? app.health.figures() : []));
  const own = partOf(config);
  const log = openLog(own);
  const openings = new Openings();
  let stopping: Stopping | undefined;
  try {
    const store = await openServerStore(own, log, (message) => log.warn(message), siblings.orders);
    openings.add(() => store.close());
    isDemo(own, store);
    app = await createApp(own, store, log, systemClock, siblings);
    const { health } = app;
    openings.add(async () => siblings.leave(await health.figures()));
    stopping = endWhenAsked({ config: own, app, openings, end, siblings, say: () => {} });
    stopping.has(await openPort(own, app, openings));
    if (siblings.orders.runsJobs) await app.startJobs();
    collectWhenQuiet();
    siblings.tellReady();
  } catch (error) {
    const isTold = end.isAsked || siblings.isStopping();
    if (isTold && stopping) return;
    await openings.close();
    if (!isTold) throw error;
    process.exit(0); // the supervisor's line would keep it
  }
}

type Serving = { config: Config; app: App; openings: Openings; end: SignalledEnd; siblings?: Siblings; say(line: string): void };
type Stopping = { has(port: WebServer): void };

/** Before anybody can reach us: a server that is stopped while it starts leaves nothing behind either. */
function endWhenAsked({ config, app, openings, end, siblings, say: tell }: Serving): Stopping {
  let port: WebServer | undefined;
  let isStopping = false;
  const hurry = new AbortController();
  openings.add(() => app.close());
  const stop = async (ending: Ending, why: string): Promise<void> => {
    if (ending === 'at-once') hurry.abort();
    if (isStopping) return;
    isStopping = true;
    tell(`Stopping (${why})`);
    void app.stopJobs(config.drainSeconds + config.shutdownGraceSeconds);
    port?.drain();
    if (ending === 'replaced') port?.refuse();
    else app.health.drain();
    await sleep(config.drainSeconds * 1000, undefined, { signal: hurry.signal }).catch(() => {});
    await openings.close();
    process.exit(0);
  };
  end.atOnce.addEventListener('abort', () => hurry.abort());
  end.asked.then((signal) => stop(end.atOnce.aborted ? 'at-once' : 'drain', signal));
  siblings?.onStop((ending) => void stop(ending, ending));
  return {
    has(opened) {
      port = opened;
      if (isStopping) port.drain();
    },
  };
}

async function openPort(config: Config, app: App, openings: Openings): Promise<WebServer> {
  const server = await listen(app.handle, config.port, config.host, app.upgrades).catch((error) => {
    throw error.code === 'EADDRINUSE' ? new Error(`port ${config.port} is in use. Set PORT to another one.`) : error;
  });
  openings.add(() => server.close(config.shutdownGraceSeconds));
  return server;
}

/** @returns ends it */
export async function serveMetrics(port: number, metrics: () => Promise<string>): Promise<() => void> {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') return void response.writeHead(404).end();
    metrics().then(
      (text) => response.end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return () => void server.close();
}

export async function version(): Promise<string> {
  return (await import('../../package.json', { with: { type: 'json' } })).default.version;
}
