// SmartSync, the agent beside a directory: connects it to Portaria until a signal ends it.
import { Agent, createLog, SettingsError, SettingsStore, servePage } from '../smartsync/index.ts';

const graceMs = 5000;

// whoever read our output may be gone before us
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

function fail(error: unknown): never {
  process.stderr.write(`${error instanceof SettingsError ? error.message : `SmartSync does not start: ${(error as Error).message}`}\n`);
  process.exit(error instanceof SettingsError ? 78 : 1);
}

try {
  const log = createLog((line) => void process.stdout.write(`${line}\n`));
  // a fault that nobody foresaw must not end the sign-ins that depend on us
  process.on('unhandledRejection', (error) => log.say(`A fault inside SmartSync: ${(error as Error)?.message}`));
  process.on('uncaughtException', (error) => log.say(`A fault inside SmartSync: ${error.message}`));
  const agent = new Agent(new SettingsStore(process.env), log, process.env);
  const { pagePort } = agent.store.current;
  const page =
    pagePort > 0 &&
    (await servePage(agent, pagePort).catch((error: NodeJS.ErrnoException) => {
      // sign-ins do not need the page
      log.say(`The local page is not there: port ${pagePort} cannot be used (${error.code}). Set SMARTSYNC_PAGE_PORT to another one.`);
      return undefined;
    }));
  // not through the log, which the page shows
  if (page) process.stdout.write(`The local page is at http://127.0.0.1:${page.port}, its code is ${page.code}\n`);
  let isStopping = false;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
    process.on(signal, async () => {
      if (isStopping) return;
      isStopping = true;
      log.say(`Stopping (${signal})`);
      if (page) void page.close(0);
      await agent.close(graceMs);
      process.exit(0);
    });
} catch (error) {
  fail(error);
}
