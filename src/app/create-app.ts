import type { IncomingMessage, ServerResponse } from 'node:http';
import Koa from 'koa';
import type { Config } from '../config/index.ts';
import { createAccessFinder } from '../domain/applications/access/index.ts';
import { createSettingsFinder } from '../domain/company/context-settings/index.ts';
import { createContextFinder } from '../domain/company/contexts/index.ts';
import { DirectoryQueue } from '../domain/people/directory-requests/index.ts';
import { AddressLimits, limitKinds } from '../domain/records/address-limits/index.ts';
import { ArtifactStore } from '../domain/records/protocol-artifacts/index.ts';
import { createReadiness } from '../domain/sign-in/readiness/index.ts';
import { createSessionFinder } from '../domain/sign-in/sessions/index.ts';
import { createPolicyFinder } from '../domain/sign-in/sign-in-policy/index.ts';
import { type Clock, systemClock } from '../platform/clock/index.ts';
import type { Siblings } from '../platform/cluster/index.ts';
import { loadPasswordEngine } from '../platform/crypto/index.ts';
import { ChangeListener, type Database, isUnavailable, NoticedCache, openDatabase, timeLimits } from '../platform/database/index.ts';
import { createPageCompression, createRequestLog, createViews, logStray, type Upgrades } from '../platform/http/index.ts';
import { createI18n } from '../platform/i18n/index.ts';
import { type RunningJobs, startJobs } from '../platform/jobs/index.ts';
import type { Log } from '../platform/log/index.ts';
import { createMailbox, createMailer, type Mailer, shareMailbox } from '../platform/mail/index.ts';
import { count, createFigures } from '../platform/metrics/index.ts';
import { addressMatcher, clientAddress, createOutbound, hostMatcher } from '../platform/net/index.ts';
import { openTracer, type Tracer, useTracer } from '../platform/tracing/index.ts';
import { createHealth, type Health } from '../web/health/index.ts';
import { createHostFiles } from '../web/host/index.ts';
import { createBackChannelLogout, ProviderDirectory } from '../web/oidc/index.ts';
import { ContextDirectory, createPageRouter, mayCompress, type Services } from '../web/request/index.ts';
import { createSoapLogout, SamlDirectory } from '../web/saml/index.ts';
import { createSmartSync } from '../web/smartsync/index.ts';
import { loadAssets, loadConfigurationSchema, loadFavicon, loadIcons } from './assets.ts';
import { createTasks, crontab } from './jobs.ts';
import { logLostSecrets } from './lost-secrets.ts';
import { measuresOf } from './measures.ts';
import { type Store, whileItStarts } from './open-store.ts';
import { pathOf } from './page-paths.ts';
import { createFrontDoor, pageRoutes } from './web-routes.ts';

export type App = {
  services: Services;
  health: Health;
  /** Mails are kept on a page instead of being sent. */
  keepsMails: boolean;
  handle(request: IncomingMessage, response: ServerResponse): void;
  upgrades: Upgrades;
  startJobs(): Promise<void>;
  /** Takes no new job; long ones stop at a safe place, others have so long. @param graceSeconds without end unless told */
  stopJobs(graceSeconds?: number): Promise<void>;
  /** Stops jobs, too, where they have not been told to. */
  close(): Promise<void>;
};

/** Only where Portaria is tried out: the demo on its own store, at an address that no other machine can use. Mails carry links that open accounts. */
const keepsMails = ({ smtpUrl, demo, baseUrl }: Config, { isEmbedded }: Store): boolean =>
  !smtpUrl && demo && isEmbedded && ['localhost', '127.0.0.1', '[::1]'].includes(new URL(baseUrl).hostname);

/** At most; each of the four workers of a process may hold several. */
const jobConnections = 16;

type OwnFiles = Pick<Services, 'i18n' | 'views' | 'assets' | 'icon'>;
let ownFiles: OwnFiles | undefined;

/** Texts, templates and assets, once in a process: templates cost more to compile than all that they render in a test. */
const readOwnFiles = (folder = new URL('../../views/', import.meta.url)): OwnFiles =>
  (ownFiles ??= { i18n: createI18n(folder), views: createViews(folder), assets: loadAssets(), icon: loadIcons() });

/**
 * Builds the server's objects from its configuration and an open store. Starts nothing but the change listener.
 * @param siblings where several processes serve the port
 */
export async function createApp(config: Config, store: Store, log: Log, clock: Clock = systemClock, siblings?: Siblings): Promise<App> {
  const { database, keyRing, hasher } = store;
  const { version } = (await import('../../package.json', { with: { type: 'json' } })).default;
  const engine = await loadPasswordEngine();
  if (engine.faults.length > 0) log.warn({ engine: engine.name, faults: engine.faults }, 'passwords are hashed by a slower engine');
  const tracer = await startTracing(config, version, log);
  const listener = new ChangeListener(database.url);
  const contexts = new ContextDirectory(createContextFinder(database), listener, config.baseUrl, config.contextCacheSize, pathOf);
  const cache = new NoticedCache(listener, config.contextCacheSize);
  const findPolicy = createPolicyFinder(database, cache, clock);
  const queue = new DirectoryQueue({ database, listener, cache, log }, (kind, outcome) =>
    count('portaria_directory_answers_total', { kind, outcome }),
  );
  let work: Database | undefined;
  const isTrustedProxy = addressMatcher(config.trustedProxies);
  const services: Services = {
    database,
    clock,
    keyRing,
    log,
    contexts,
    hasher,
    ...readOwnFiles(),
    findPolicy,
    findSettings: createSettingsFinder(database, cache),
    findSession: createSessionFinder(database, clock, findPolicy),
    findAccess: createAccessFinder(database),
    askDirectory: queue.ask,
    artifacts: new ArtifactStore(database),
    limits: new AddressLimits(
      { wrong: config.addressAttempts, mails: config.addressMails, isShared: addressMatcher(config.sharedNetworks) },
      (kind) => count('portaria_held_back_total', { kind }),
    ),
    forgetCached: (contextId) => listener.tell(contextId),
    outbound: createOutbound(config.outboundAllow),
    isHttpHost: hostMatcher(config.samlHttpHosts),
    pathOf,
    canMail: config.smtpUrl !== undefined || keepsMails(config, store),
    clientAddress: (socket, headers) => clientAddress(socket, headers, isTrustedProxy, config.forwardedHeader),
  };
  const providers = new ProviderDirectory(services, listener, config.contextCacheSize);
  const saml = new SamlDirectory(listener, config.contextCacheSize);
  for (const kind of limitKinds) count('portaria_held_back_total', { kind }, 0);
  const health = createHealth({
    isReady: createReadiness(database, clock),
    log,
    figures: createFigures(
      measuresOf({
        databases: () => (work ? [database, work] : [database]),
        clock,
        version,
        isEmbedded: store.isEmbedded,
        hashesWaiting: () => services.hasher.waiting,
        agents: () => smartSync.connected,
      }),
    ),
    metricsToken: config.metricsToken,
    version,
    clientAddress: services.clientAddress,
    siblings,
  });

  const koa = new Koa();
  koa.on('error', logStray(log));
  koa.use(services.assets.middleware);
  koa.use(createPageCompression(mayCompress));
  const own = keepsMails(config, store) ? createMailbox(() => clock.now()) : undefined;
  const mailbox = own && siblings ? shareMailbox(own, siblings) : own;
  const router = createPageRouter(services, pageRoutes(providers, saml, mailbox));
  koa.use(router.middleware);
  const hostFiles = createHostFiles(services, {
    icon: loadFavicon(),
    securityContact: config.securityContact,
    configurationSchema: loadConfigurationSchema(config.baseUrl),
  });

  const smartSync = createSmartSync({ services, listener, queue, software: `portaria/${version}` });

  // it retries by itself, and caches are not used until then; an external database that is unavailable is reported at once
  await listener.start().catch((error) => {
    if (!store.isEmbedded || !isUnavailable(error)) throw error;
  });
  let starting: Promise<RunningJobs | undefined> | undefined;
  let jobsStopped: Promise<void> | undefined;
  // including those being started; if that fails, their starter reports it
  const stopJobs = (graceSeconds?: number) =>
    (jobsStopped ??= Promise.resolve(starting).then(
      (jobs) => jobs?.stop(graceSeconds),
      () => {},
    ));
  let mailer: Mailer | undefined = mailbox;
  return {
    services,
    health,
    keepsMails: mailbox !== undefined,
    ...createFrontDoor({
      services,
      providers,
      health,
      hostFiles,
      smartSync,
      router,
      pages: koa.callback(),
      requestLog: createRequestLog({
        log,
        level: config.accessLog,
        // without proxies nobody stands between: an id then is for finding lines, and proves nothing
        isBelieved: (socketAddress) => config.trustedProxies.length === 0 || isTrustedProxy(socketAddress),
        // what is kept costs us: it is ours to say, or a proxy's
        maySample: isTrustedProxy,
        clientAddress: services.clientAddress,
      }),
      isSecure: config.baseUrl.startsWith('https:'),
    }),
    async startJobs() {
      if (jobsStopped) return;
      mailer = config.smtpUrl ? createMailer(config.smtpUrl, config.mailFrom ?? `portaria@${new URL(config.baseUrl).hostname}`) : mailbox;
      const notices = {
        tellRelyingParty: createBackChannelLogout(services, providers),
        tellServiceProvider: createSoapLogout(services, saml),
      };
      // nobody waits for it: it has connections of its own, on which statements may take longer
      work = openDatabase(database.url, jobConnections, timeLimits.work);
      const tasks = createTasks({ ...services, database: work }, notices, mailer);
      starting = whileItStarts(store, async () => (jobsStopped ? undefined : startJobs(database.url, tasks, crontab, log)));
      await starting;
      logLostSecrets({ ...services, database: work }, log).catch((err) => log.warn({ err }, 'sealed secrets could not be checked'));
    },
    stopJobs,
    async close() {
      await smartSync.close();
      queue.close();
      await stopJobs();
      await work?.close();
      mailer?.close();
      await listener.close();
      if (tracer) useTracer(undefined);
      await tracer?.close().catch((error) => log.warn({ err: error }, 'traces could not be sent'));
    },
  };
}

/** @returns undefined without a collector: nothing is traced then, and nothing loaded */
async function startTracing(config: Config, serviceVersion: string, log: Log): Promise<Tracer | undefined> {
  const { tracesEndpoint: endpoint, tracesHeaders: headers = {}, tracesServiceName: serviceName, tracesRatio: ratio } = config;
  if (!endpoint) return undefined;
  const warn = (message: string) => log.warn({ reason: message.slice(0, 500) }, 'traces could not be sent');
  const tracer = await openTracer({ endpoint, headers, serviceName, serviceVersion, ratio, warn });
  useTracer(tracer);
  return tracer;
}
