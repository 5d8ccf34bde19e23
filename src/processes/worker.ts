// Works on background jobs only, for deployments that keep them out of the web processes (PORTARIA_RUN_JOBS=false there).
import { createApp, openStore } from '../app/index.ts';
import { ConfigError, loadConfig } from '../config/index.ts';
import { createLog, createVoice, logFaults } from '../platform/log/index.ts';
import { listenForEnd } from './ending.ts';

const { say, fail: sayFailure } = createVoice();

// whoever read our output may be gone before us
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

function fail(error: unknown): never {
  if (error instanceof ConfigError) sayFailure(error.message, error.faults);
  else sayFailure(`Portaria's worker does not start: ${(error as Error).message}`);
  process.exit(error instanceof ConfigError ? 78 : 1);
}

async function main(): Promise<void> {
  const config = loadConfig();
  const log = createLog(config.logLevel);
  logFaults(log, (exitCode) => process.exit(exitCode));
  const end = listenForEnd();
  const store = await openStore(config, { say, warn: (message) => log.warn({ reason: message }, 'a connection to the database failed') });
  const app = await createApp(config, store, log);
  await app.startJobs();
  say('Working on jobs');
  say(`Stopping (${await end.asked})`);
  await app.stopJobs(config.shutdownGraceSeconds);
  await app.close();
  await store.close();
  process.exit(0);
}

await main().catch(fail);
