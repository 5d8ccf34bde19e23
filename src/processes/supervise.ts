import { createApp, type Store } from '../app/index.ts';
import type { Config } from '../config/index.ts';
import { Supervisor } from '../platform/cluster/index.ts';
import type { Log } from '../platform/log/index.ts';
import { isDemo, openDemo, type ReadyDemo, tellShared } from './demo.ts';
import { listenForEnd, Openings } from './ending.ts';
import { type Orders, openLog, openServerStore, say, serveMetrics, version } from './serve.ts';

/** Beyond drain and grace: what a process needs to close what it has open. */
const closingSeconds = 10;

/** Prepares the store, and keeps `processes` server processes at one port until a signal ends it. It serves nothing itself. */
export async function supervise(config: Config): Promise<void> {
  const log = openLog(config);
  // a terminal that is closed ends us; elsewhere SIGHUP is an operator's word
  const isAtTerminal = process.stdout.isTTY === true;
  const end = listenForEnd(isAtTerminal ? undefined : ['SIGTERM', 'SIGINT']);
  let isAtWork = false;
  let restart = (): void => {}; // what starts is new already
  if (!isAtTerminal) process.on('SIGHUP', () => restart());
  const openings = new Openings();
  let isStopping = false;
  try {
    const store = await openServerStore(config, log, (message) => (isAtWork ? log.warn(message) : say(message)));
    openings.add(() => store.close());
    const demo = isDemo(config, store) ? await prepareDemo(config, store, log) : undefined;
    if (!store.isEmbedded) await openings.close(); // nothing is asked of it here
    const supervisor = new Supervisor<Orders>({
      count: config.processes,
      log,
      ordersFor: (place) => ({
        runsJobs: config.runJobs && place === 0,
        ...(store.isEmbedded ? { embeddedUrl: store.database.url } : {}),
      }),
      patienceMs: (config.drainSeconds + config.shutdownGraceSeconds + closingSeconds) * 1000,
    });
    openings.add(() => supervisor.stop('at-once'));
    const stop = async (signal: string): Promise<void> => {
      isStopping = true;
      say(`Stopping (${signal})`);
      end.atOnce.addEventListener('abort', () => void supervisor.stop('at-once'));
      await supervisor.stop(end.atOnce.aborted ? 'at-once' : 'drain');
      await openings.close();
      process.exit(0);
    };
    end.asked.then(stop);
    if (config.metricsPort) openings.add(await serveMetrics(config.metricsPort, () => supervisor.figures()));
    await supervisor.start();
    if (demo) openings.add(demo.startSamples(say));
    isAtWork = true;
    restart = () => {
      log.info('every server process is replaced (SIGHUP)');
      void supervisor.restartAll();
    };
    say(`Portaria ${await version()} is at ${config.baseUrl}, in ${config.processes} processes`);
    tellShared(config, store, say);
    demo?.announce(say);
  } catch (error) {
    if (isStopping) return;
    await openings.close();
    if (!end.isAsked) throw error;
  }
}

async function prepareDemo(config: Config, store: Store, log: Log): Promise<ReadyDemo | undefined> {
  const app = await createApp(config, store, log);
  try {
    return await openDemo(config, app, store);
  } finally {
    await app.close();
  }
}
