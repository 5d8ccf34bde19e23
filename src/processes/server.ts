// The web server: opens the store, serves pages and protocols, works on jobs, and ends in good order. One process, or several on one port (PORTARIA_PROCESSES).
import { type Config, ConfigError, loadConfig } from '../config/index.ts';
import { isSupervised, joinSiblings, NeverReady } from '../platform/cluster/index.ts';
import { createVoice } from '../platform/log/index.ts';
import { type Orders, serveAlone, serveAmongSiblings } from './serve.ts';
import { supervise } from './supervise.ts';

// whoever read our output may be gone before us: that is no reason to fall, least of all while stopping in good order
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

function fail(error: unknown): never {
  // the process that did not start has said why
  if (error instanceof NeverReady) process.exit(error.exitCode);
  const { fail: say } = createVoice();
  if (error instanceof ConfigError) say(error.message, error.faults);
  else say(`Portaria does not start: ${(error as Error).message}`);
  process.exit(error instanceof ConfigError ? 78 : 1);
}

function start(config: Config): Promise<void> {
  if (isSupervised()) return serveAmongSiblings(config, (figures) => joinSiblings<Orders>(figures));
  return config.processes > 1 ? supervise(config) : serveAlone(config);
}

await (async () => start(loadConfig()))().catch(fail);
