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
    meaning: 'Public URL of the server; issuers, links and cookies are based on it. Unset: http://localhost:PORT',
    type: origin.optional(),
  },
  dataDir: {
    env: 'PORTARIA_DATA_DIR',
    meaning: 'Directory of the embedded store and of generated secrets; created with mode 0700',
    type: notEmpty,
  },
  databaseUrl: {
    env: 'DATABASE_URL',
    meaning:
      'URL of a PostgreSQL 15 or newer. Unset: the embedded store in the data directory. `application_name` is ignored, because Portaria sets its own',
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
      'Maximum number of database connections for requests (at least 4 per process). Background jobs use up to 27 more, listening for changes one, and /readyz briefly one',
    unit: 'connections',
    type: whole(1, 200),
  },
  databaseTimeoutSeconds: {
    env: 'PORTARIA_DATABASE_TIMEOUT_SECONDS',
    meaning:
      'How long a request waits for the database: for a connection, a lock or a statement. After that the response is 503 with Retry-After; half a second later if the database does not respond at all',
    unit: 'seconds',
    type: whole(1, 60),
  },
  masterKeys: {
    env: 'PORTARIA_MASTER_KEYS',
    meaning:
      'Keys that encrypt secrets in the store: id:base64 of 32 bytes, comma-separated; the first one encrypts. Unset with the embedded store: generated at the first start in the data directory',
    secret: true,
    type: readBy(parseMasterKeys).optional(),
  },
  trustedProxies: {
    env: 'PORTARIA_TRUSTED_PROXIES',
    meaning: 'Addresses or CIDR ranges of the reverse proxies whose X-Forwarded-For or Forwarded (RFC 7239) header is trusted',
    type: readBy(addressMatcher),
  },
  forwardedHeader: {
    env: 'PORTARIA_FORWARDED_HEADER',
    meaning:
      'Which header those proxies set: x-forwarded-for, forwarded, or any (Forwarded is used if there is no X-Forwarded-For). A header that they pass on unchanged can be forged by the caller',
    type: oneOf('any', 'x-forwarded-for', 'forwarded'),
  },
  addressAttempts: {
    env: 'PORTARIA_ADDRESS_ATTEMPTS',
    meaning:
      'Wrong passwords, codes, passkeys and client secrets, of each kind, allowed per address (IPv6: /64) and company in ten minutes; ten times as many per network (/24, IPv6: /48). Beyond that the response is 429. Correct ones do not count, and a browser somebody has signed in with before has a limit of its own. 0: no limit',
    unit: 'attempts',
    type: whole(0, 100_000),
  },
  addressMails: {
    env: 'PORTARIA_ADDRESS_MAILS',
    meaning: 'The same as PORTARIA_ADDRESS_ATTEMPTS, for password recoveries and for registrations. 0: no limit',
    unit: 'requests',
    type: whole(0, 100_000),
  },
  sharedNetworks: {
    env: 'PORTARIA_SHARED_NETWORKS',
    meaning: 'Addresses or CIDR ranges shared by many people, such as those of a large office: each address has ten times the limit',
    type: readBy(addressMatcher),
  },
  outboundAllow: {
    env: 'PORTARIA_OUTBOUND_ALLOW',
    meaning:
      'Private addresses the server may call, for instance for back-channel logout: host, host:port or CIDR range; every public address is allowed',
    type: readBy(createOutbound),
  },
  samlHttpHosts: {
    env: 'PORTARIA_SAML_HTTP_HOSTS',
    meaning:
      'Hosts in private networks where SAML applications may receive responses over http, which anybody on the network path can read: names, *.names, addresses or CIDR ranges. It has to be allowed for each application, too',
    type: readBy(hostMatcher),
  },
  metricsToken: {
    env: 'PORTARIA_METRICS_TOKEN',
    meaning: 'Bearer token for /metrics on the public port, 16 characters or more. Unset: /metrics is available on the metrics port only',
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
    meaning: 'Lowest severity that is logged',
    type: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
  },
  accessLog: {
    env: 'PORTARIA_ACCESS_LOG',
    meaning: 'Severity of the log line of each request; off: no line. Health checks, metrics and static files are logged at debug',
    type: oneOf('off', 'debug', 'info', 'warn'),
  },
  tracesEndpoint: {
    env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    meaning:
      'OpenTelemetry collector that accepts OTLP over HTTP, such as http://collector:4318. Unset: no traces, and OpenTelemetry is not loaded',
    type: z.url({ protocol: /^https?$/, error: 'must begin with http:// or https://' }).optional(),
  },
  tracesHeaders: {
    env: 'OTEL_EXPORTER_OTLP_HEADERS',
    meaning: 'Headers for the collector: name=value, comma-separated, values percent-encoded',
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
    meaning: 'Ratio of traces starting here that are kept, from 0 to 1; for traces started behind a trusted proxy, that proxy decides',
    type: share,
  },
  drainSeconds: {
    env: 'PORTARIA_DRAIN_SECONDS',
    meaning:
      'How long after SIGTERM /readyz returns 503 while requests are still accepted, so that a balancer can stop sending them. Together with the grace period it should be less than the 30 seconds Kubernetes waits',
    unit: 'seconds',
    type: whole(0, 300),
  },
  shutdownGraceSeconds: {
    env: 'PORTARIA_SHUTDOWN_GRACE_SECONDS',
    meaning: 'How long requests and jobs in progress may take to finish after SIGTERM; unfinished jobs are continued by the next process',
    unit: 'seconds',
    type: whole(1, 600),
  },
  passwordConcurrency: {
    env: 'PORTARIA_PASSWORD_CONCURRENCY',
    meaning: 'Password hashes computed concurrently. 0: processor cores minus one',
    unit: 'hashes',
    type: whole(0, 64),
  },
  passwordQueue: {
    env: 'PORTARIA_PASSWORD_QUEUE',
    meaning: 'Password hashes that may be queued; beyond that the response is 503 with Retry-After',
    unit: 'hashes',
    type: whole(1, 100_000),
  },
  contextCacheSize: {
    env: 'PORTARIA_CONTEXT_CACHE_SIZE',
    meaning: 'Companies whose keys, settings and applications are cached in memory, about 45 KB each',
    unit: 'contexts',
    type: whole(1, 100_000),
  },
  processes: {
    env: 'PORTARIA_PROCESSES',
    meaning:
      'Server processes on this port; auto: one per processor. Connections for requests, concurrent hashes and cached companies are divided among them',
    unit: 'processes',
    type: z
      .union([z.literal('auto').transform(() => availableParallelism()), whole(1, 64)], {
        error: 'must be auto, or a whole number from 1 to 64',
      })
      .transform((count) => Math.min(count, 64)),
  },
  runJobs: { env: 'PORTARIA_RUN_JOBS', meaning: 'Whether this process also runs background jobs', type: flag },
  demo: { env: 'PORTARIA_DEMO', meaning: 'Whether an empty embedded store is filled with config/demo.yaml', type: flag },
  smtpUrl: {
    env: 'PORTARIA_SMTP_URL',
    meaning: 'URL of the mail server, such as smtps://user:password@mail.example.com',
    secret: true,
    type: z.url({ protocol: /^smtps?$/, error: 'must begin with smtp:// or smtps://' }).optional(),
  },
  mailFrom: {
    env: 'PORTARIA_MAIL_FROM',
    meaning: 'Sender address of e-mails; the sender name is the company’s. Unset: portaria@ and the host of the base URL',
    type: z
      .email({ pattern: /^[^\s@<>,;"]+@[^\s@<>,;"]+$/, error: 'must be an address, such as login@example.com, without a name' })
      .optional(),
  },
  backupPassphrase: {
    env: 'PORTARIA_BACKUP_PASSPHRASE',
    meaning:
      'Passphrase that encrypts the files of `portaria backup` and decrypts them for `portaria restore`; 12 characters or more. Unset: asked for at the terminal',
    secret: true,
    type: z.string().min(12, 'must have at least 12 characters').optional(),
  },
  securityContact: {
    env: 'PORTARIA_SECURITY_CONTACT',
    meaning:
      'Where to report vulnerabilities (mailto:, https: or tel:), published in /.well-known/security.txt. Unset: the file does not exist',
    type: z
      .string()
      .regex(/^(mailto:|https:\/\/|tel:)[\x21-\x7e]+$/, 'must begin with mailto:, https:// or tel:')
      .optional(),
  },
} satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;
export type Config = { [K in SettingName]: z.output<(typeof settings)[K]['type']> } & { baseUrl: string };
