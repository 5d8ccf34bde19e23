// Works on background jobs only, for deployments that keep them out of the web processes (PORTARIA_RUN_JOBS=false there).
import { createApp, openStore } from '../app/index.ts';
import { loadConfig } from '../config/index.ts';
import { createLog } from '../platform/log/index.ts';
import { listenForEnd } from './ending.ts';

const config = loadConfig();
const log = createLog(config.logLevel);
const end = listenForEnd();
const store = await openStore(config, { warn: (message) => log.warn({ reason: message }, 'a connection to the database failed') });
const app = await createApp(config, store, log);
await app.startJobs();
log.info('working on jobs');

await end.asked;
await app.stopJobs(config.shutdownGraceSeconds);
await app.close();
await store.close();
process.exit(0);
