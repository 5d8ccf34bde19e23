// The web server: opens the store, serves pages and protocols, works on jobs, and ends in good order.
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApp, isExampleInstalled, loadSampleKeys, openStore, prepareDemo, type Store, startExample } from '../app/index.ts';
import { type Config, ConfigError, loadConfig } from '../config/index.ts';
import { limitsOfRequests } from '../platform/database/index.ts';
import { listen } from '../platform/http/index.ts';
import { createLog, type Log } from '../platform/log/index.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

// whoever read our output may be gone before us: that is no reason to fall, least of all while stopping in good order
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

function fail(error: unknown): never {
  process.stderr.write(`${error instanceof ConfigError ? error.message : `Portaria does not start: ${(error as Error).message}`}\n`);
  process.exit(error instanceof ConfigError ? 78 : 1);
}

/** Told to stop: whatever fails from now on, fails because everything is being closed. */
let stopping = false;
let isAtWork = false;

async function main(): Promise<void> {
  const config = loadConfig();
  const log = createLog(config.logLevel);
  // a server at work writes a log, which programs read
  const tell = (message: string): void => (isAtWork ? log.warn(message) : say(message));
  const store = await openStore(config, {
    limits: limitsOfRequests(config.databaseTimeoutSeconds),
    say: tell,
    warn: (message) => log.warn({ reason: message }, 'a connection to the database failed'),
  });
  const opened: (() => void | Promise<void>)[] = [() => store.close()];
  const closeAll = async (): Promise<void> => {
    for (const close of opened.toReversed()) await close();
  };
  try {
    await serve(config, log, store, opened, closeAll);
  } catch (error) {
    if (stopping) return;
    await closeAll(); // the embedded store would outlive us
    throw error;
  }
}

/** @param opened what has to be closed, in reverse, however this ends */
async function serve(
  config: Config,
  log: Log,
  store: Store,
  opened: (() => void | Promise<void>)[],
  closeAll: () => Promise<void>,
): Promise<void> {
  const samples = { oidc: `http://localhost:${config.port + 1}`, saml: `http://localhost:${config.port + 2}` };
  const sampleApi = `http://localhost:${config.port + 3}`;
  const isDemo = config.demo && store.isEmbedded && config.port > 0;
  if (isDemo) config.outboundAllow.push(new URL(samples.oidc).host);
  const app = await createApp(config, store, log);
  let endsAt = Number.POSITIVE_INFINITY;
  opened.push(() => app.close(stopping ? Math.max(0, endsAt - Date.now()) / 1000 : undefined));
  // before anybody can reach us: a server that is told to stop while it starts leaves nothing behind either
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    say(`Stopping (${signal})`);
    app.health.drain();
    await sleep(config.drainSeconds * 1000);
    endsAt = Date.now() + config.shutdownGraceSeconds * 1000;
    await closeAll();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void stop(signal));

  // before the public port: whoever finds us ready can read our metrics
  const metrics = config.metricsPort ? await serveMetrics(config.metricsPort, app.health.metrics) : undefined;
  opened.push(() => metrics?.close());
  const server = await listen(app.handle, config.port, config.host, app.upgrades).catch((error) => {
    throw error.code === 'EADDRINUSE' ? new Error(`port ${config.port} is in use. Set PORT to another one.`) : error;
  });
  opened.push(() => server.close(config.shutdownGraceSeconds));
  const sampleKeys = isDemo ? await loadSampleKeys(config.dataDir) : undefined;
  const demo = sampleKeys && (await prepareDemo(app.services, samples, sampleKeys));
  const hasSamples = ['openid-connect', 'saml', 'api'].every(isExampleInstalled);
  if (demo && hasSamples) {
    const ISSUER = demo.issuer;
    const { identifier: IDENTIFIER = '', metadata: RESOURCE_METADATA = '' } = demo.api ?? {};
    const running = [
      startExample(
        'openid-connect',
        { ISSUER, CLIENT_ID: 'sample', ADDRESS: samples.oidc, ...(demo.api ? { API: sampleApi, API_IDENTIFIER: IDENTIFIER } : {}) },
        say,
      ),
      ...(demo.api ? [startExample('api', { ISSUER, IDENTIFIER, RESOURCE_METADATA, ADDRESS: sampleApi }, say)] : []),
      startExample('saml', { ISSUER, PRIVATE_KEY: sampleKeys.key, CERTIFICATE: sampleKeys.certificate, ADDRESS: samples.saml }, say),
    ];
    opened.push(() => running.forEach((one) => void one.kill()));
  }
  if (config.runJobs) await app.startJobs();
  isAtWork = true;

  say(`Portaria ${await version()} is at ${config.baseUrl}`);
  if (demo) {
    say('');
    say(`  Launchpad       ${demo.issuer}/launchpad`);
    say(`  Administration  ${demo.issuer}/admin`);
    if (hasSamples) {
      say(`  Sample (OIDC)   ${samples.oidc}/`);
      say(`  Sample (SAML)   ${samples.saml}/`);
      if (demo.api) say(`  Sample (API)    ${sampleApi}/notes`);
    } else say('  Samples         not installed: examples/ and its packages are missing here');
    if (app.keepsMails) say(`  Mails           ${demo.issuer}/mails (on this machine only; set PORTARIA_SMTP_URL to send them)`);
    for (const { login, password } of demo.passwords) say(`  ${login.padEnd(22)}${password}`);
    if (demo.passwords.length > 0) say('  These passwords are shown only now.');
    say('');
  }
}

async function serveMetrics(port: number, metrics: () => Promise<string>): Promise<{ close(): void }> {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') return void response.writeHead(404).end();
    metrics().then(
      (text) => response.end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return { close: () => void server.close() };
}

async function version(): Promise<string> {
  return (await import('../../package.json', { with: { type: 'json' } })).default.version;
}

await main().catch(fail);
