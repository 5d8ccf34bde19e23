// Works on background jobs only, for deployments that keep them out of the web processes (PORTARIA_RUN_JOBS=false there).
import { createApp, openStore } from '../app/index.ts';
import { loadConfig } from '../config/index.ts';
import { createLog } from '../platform/log/index.ts';

const config = loadConfig();
const log = createLog(config.logLevel);
const store = await openStore(config, { warn: (message) => log.warn({ reason: message }, 'a connection to the database failed') });
const app = await createApp(config, store, log);
await app.startJobs();
log.info('working on jobs');

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, async () => {
    await app.close(config.shutdownGraceSeconds);
    await store.close();
    process.exit(0);
  });
}
