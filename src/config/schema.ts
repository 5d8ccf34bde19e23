import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { parseMasterKeys } from '../platform/crypto/index.ts';
import { addressMatcher, createOutbound, hostMatcher } from '../platform/net/index.ts';
import { flag, notEmpty, oneOf, origin, port, readBy, readHeaders, share, whole } from './types.ts';

/** One setting: where it comes from, what it means, and how it is checked. The README table is made from this list. */
export type Setting = {
  env: string;
  meaning: string;
  unit?: string;
  secret?: boolean;
  type: z.ZodType;
};

/** Every setting of the server. Values come from config/default.json, then the environment, then NAME_FILE. */
export const settings = {
  port: { env: 'PORT', meaning: 'Port of the web server', type: port },
  host: { env: 'PORTARIA_HOST', meaning: 'Address the web server listens on', type: notEmpty },
  baseUrl: {
    env: 'PORTARIA_BASE_URL',
    meaning:
      'Public address of the server; everything that leaves it (issuers, links, cookies) derives from here. Unset: http://localhost:PORT',
    type: origin.optional(),
  },
  dataDir: {
    env: 'PORTARIA_DATA_DIR',
    meaning: 'Folder of the embedded store and of generated secrets; made with mode 0700',
    type: notEmpty,
  },
  databaseUrl: {
    env: 'DATABASE_URL',
    meaning:
      'PostgreSQL 15 or newer. Unset: the embedded store in the data directory. Its connections name themselves: `application_name` is left out',
    secret: true,
    type: z
      .string()
      // not z.url: an address of a Unix socket (postgres://user@/name?host=/run/postgresql) has no host
      .regex(/^postgres(ql)?:\/\//, 'must begin with postgres://')
      // by their names a restore sees which connections are a server's
      .transform((url) => url.replace(/([?&])application_name=[^&]*&?/g, '$1').replace(/[?&]$/, ''))
      .optional(),
  },
  databasePoolSize: {
    env: 'PORTARIA_DATABASE_POOL_SIZE',
    meaning:
      'Connections to the database that a server holds at most for requests (at least 4 for each of its processes). Background jobs have up to 27 more where they run, changes are listened for on one, and /readyz opens one for a moment',
    unit: 'connections',
    type: whole(1, 200),
  },
  databaseTimeoutSeconds: {
    env: 'PORTARIA_DATABASE_TIMEOUT_SECONDS',
    meaning:
      'How long a request waits for the database: for a connection, a lock or a statement. Then it is answered 503 with Retry-After, and half a second later also where the database says nothing at all',
    unit: 'seconds',
    type: whole(1, 60),
  },
  masterKeys: {
    env: 'PORTARIA_MASTER_KEYS',
    meaning:
      'Key ring for secrets at rest: id:base64 of 32 bytes, comma-separated, the first encrypts. Unset with the embedded store: made at first start, kept in the data directory',
    secret: true,
    type: readBy(parseMasterKeys).optional(),
  },
  trustedProxies: {
    env: 'PORTARIA_TRUSTED_PROXIES',
    meaning: 'Addresses or CIDR ranges of the reverse proxies whose X-Forwarded-For or Forwarded (RFC 7239) is believed',
    type: readBy(addressMatcher),
  },
  forwardedHeader: {
    env: 'PORTARIA_FORWARDED_HEADER',
    meaning:
      'Which of the two those proxies write: x-forwarded-for, forwarded, or any (Forwarded counts where there is no X-Forwarded-For). A header that they pass on as it came is the caller’s own word',
    type: oneOf('any', 'x-forwarded-for', 'forwarded'),
  },
  addressAttempts: {
    env: 'PORTARIA_ADDRESS_ATTEMPTS',
    meaning:
      'Wrong passwords, codes, passkeys and client secrets, of each kind, that one address (IPv6: /64) may send a company within ten minutes; a network (/24, IPv6: /48) ten times as many. More are answered 429. Right ones do not count, and whoever has signed in with a browser before has as many in it of their own. 0: no limit',
    unit: 'attempts',
    type: whole(0, 100_000),
  },
  addressMails: {
    env: 'PORTARIA_ADDRESS_MAILS',
    meaning: 'As PORTARIA_ADDRESS_ATTEMPTS, for recoveries and for registrations that are asked for. 0: no limit',
    unit: 'requests',
    type: whole(0, 100_000),
  },
  sharedNetworks: {
    env: 'PORTARIA_SHARED_NETWORKS',
    meaning:
      'Addresses or CIDR ranges behind which many people sit, such as those of a large office: each address may do ten times as much',
    type: readBy(addressMatcher),
  },
  outboundAllow: {
    env: 'PORTARIA_OUTBOUND_ALLOW',
    meaning:
      'Private addresses the server may call (back-channel logout and the like): host, host:port or CIDR; every public address is allowed',
    type: readBy(createOutbound),
  },
  samlHttpHosts: {
    env: 'PORTARIA_SAML_HTTP_HOSTS',
    meaning:
      'Hosts in private networks where SAML applications may receive answers by http, which anybody on the way can read: names, *.names, addresses or CIDR ranges. Each application has to allow it, too',
    type: readBy(hostMatcher),
  },
  metricsToken: {
    env: 'PORTARIA_METRICS_TOKEN',
    meaning:
      'Bearer token that opens /metrics on the public port, of 16 characters or more. Unset: /metrics answers only on the metrics port',
    secret: true,
    type: z.string().min(16, 'must have at least 16 characters').optional(),
  },
  metricsPort: {
    env: 'PORTARIA_METRICS_PORT',
    meaning: 'Separate port for /metrics without a token, on the loopback address. 0: none',
    type: port,
  },
  logLevel: {
    env: 'PORTARIA_LOG_LEVEL',
    meaning: 'Least severity that is logged',
    type: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
  },
  accessLog: {
    env: 'PORTARIA_ACCESS_LOG',
    meaning:
      'Severity of the line that each request leaves in the log; off: there is none. Health, metrics and the files of pages leave theirs at debug',
    type: oneOf('off', 'debug', 'info', 'warn'),
  },
  tracesEndpoint: {
    env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    meaning:
      'Collector of OpenTelemetry that takes OTLP over HTTP, such as http://collector:4318. Unset: no traces, and nothing of OpenTelemetry is loaded',
    type: z.url({ protocol: /^https?$/, error: 'must begin with http:// or https://' }).optional(),
  },
  tracesHeaders: {
    env: 'OTEL_EXPORTER_OTLP_HEADERS',
    meaning: 'Headers that the collector asks for: name=value, comma-separated, values percent-encoded',
    secret: true,
    type: z.string().transform(readHeaders).optional(),
  },
  tracesServiceName: {
    env: 'OTEL_SERVICE_NAME',
    meaning: 'Name of this service in traces',
    type: notEmpty.max(200, 'must have at most 200 characters'),
  },
  tracesRatio: {
    env: 'OTEL_TRACES_SAMPLER_ARG',
    meaning:
      'Share of the traces beginning here that are kept, from 0 to 1; a trace that began at a caller behind a trusted proxy is kept as that one says',
    type: share,
  },
  drainSeconds: {
    env: 'PORTARIA_DRAIN_SECONDS',
    meaning:
      'How long after SIGTERM /readyz says 503 while requests are still taken, so that a balancer can turn away. Together with the grace below the 30 seconds that Kubernetes waits',
    unit: 'seconds',
    type: whole(0, 300),
  },
  shutdownGraceSeconds: {
    env: 'PORTARIA_SHUTDOWN_GRACE_SECONDS',
    meaning: 'How long requests and jobs in flight may finish after SIGTERM; jobs that did not are taken up by the next process',
    unit: 'seconds',
    type: whole(1, 600),
  },
  passwordConcurrency: {
    env: 'PORTARIA_PASSWORD_CONCURRENCY',
    meaning: 'Password hashes computed at once; 0: processor cores minus one',
    unit: 'hashes',
    type: whole(0, 64),
  },
  passwordQueue: {
    env: 'PORTARIA_PASSWORD_QUEUE',
    meaning: 'Password hashes that may wait; more are answered 503 with Retry-After',
    unit: 'hashes',
    type: whole(1, 100_000),
  },
  contextCacheSize: {
    env: 'PORTARIA_CONTEXT_CACHE_SIZE',
    meaning: 'Companies whose keys, settings and applications are held in memory, at some 45 KB each',
    unit: 'contexts',
    type: whole(1, 100_000),
  },
  processes: {
    env: 'PORTARIA_PROCESSES',
    meaning:
      'Server processes on this one port; auto: as many as there are processors. Connections for requests, hashes at once and cached companies are divided among them',
    unit: 'processes',
    type: z
      .union([z.literal('auto').transform(() => availableParallelism()), whole(1, 64)], {
        error: 'must be auto, or a whole number from 1 to 64',
      })
      .transform((count) => Math.min(count, 64)),
  },
  runJobs: { env: 'PORTARIA_RUN_JOBS', meaning: 'Whether this process also works on background jobs', type: flag },
  demo: { env: 'PORTARIA_DEMO', meaning: 'Whether an empty embedded store is filled with config/demo.yaml', type: flag },
  smtpUrl: {
    env: 'PORTARIA_SMTP_URL',
    meaning: 'Mail server, such as smtps://user:password@mail.example.com',
    secret: true,
    type: z.url({ protocol: /^smtps?$/, error: 'must begin with smtp:// or smtps://' }).optional(),
  },
  mailFrom: {
    env: 'PORTARIA_MAIL_FROM',
    meaning: 'Address of the sender of the mails; the name beside it is the company’s. Unset: portaria@ and the host of the base URL',
    type: z
      .email({ pattern: /^[^\s@<>,;"]+@[^\s@<>,;"]+$/, error: 'must be an address, such as login@example.com, without a name' })
      .optional(),
  },
  backupPassphrase: {
    env: 'PORTARIA_BACKUP_PASSPHRASE',
    meaning:
      'Seals what `portaria backup` writes, and opens it for `portaria restore`; 12 characters or more. Unset: asked for at the terminal',
    secret: true,
    type: z.string().min(12, 'must have at least 12 characters').optional(),
  },
  securityContact: {
    env: 'PORTARIA_SECURITY_CONTACT',
    meaning: 'Where weaknesses are reported (mailto:, https: or tel:), told in /.well-known/security.txt. Unset: there is no such file',
    type: z
      .string()
      .regex(/^(mailto:|https:\/\/|tel:)[\x21-\x7e]+$/, 'must begin with mailto:, https:// or tel:')
      .optional(),
  },
} satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;
export type Config = { [K in SettingName]: z.output<(typeof settings)[K]['type']> } & { baseUrl: string };
