import { z } from 'zod';
import { parseKeyRing } from '../platform/crypto/index.ts';
import { addressMatcher, createOutbound, hostMatcher } from '../platform/net/index.ts';

/** One setting: where it comes from, what it means, and how it is checked. The README table is made from this list. */
export type Setting = {
  env: string;
  meaning: string;
  unit?: string;
  secret?: boolean;
  type: z.ZodType;
};

const port = z.coerce.number().int().min(0).max(65535);
const positive = z.coerce.number().int().positive();
const list = z
  .union([
    z.array(z.string()),
    z.string().transform((s) =>
      s
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    ),
  ])
  .pipe(z.array(z.string()));
/** A list that whoever uses it can read: its fault is told with all others, before anything starts. */
const readBy = (read: (entries: string[]) => unknown) =>
  list.superRefine((entries, { addIssue }) => {
    try {
      read(entries);
    } catch (error) {
      addIssue((error as Error).message);
    }
  });
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((s) => s === 'true')]);
const origin = z
  .url({ protocol: /^https?$/ })
  .refine(
    (s) => ['/', ''].includes(new URL(s).pathname) && !new URL(s).search,
    'must be an origin, such as https://login.example.com, without a path',
  )
  .transform((s) => new URL(s).origin);

/** Every setting of the server. Values come from config/default.json, then the environment, then NAME_FILE. */
export const settings = {
  port: { env: 'PORT', meaning: 'Port of the web server', type: port },
  host: { env: 'PORTARIA_HOST', meaning: 'Address the web server listens on', type: z.string().min(1) },
  baseUrl: {
    env: 'PORTARIA_BASE_URL',
    meaning:
      'Public address of the server; everything that leaves it (issuers, links, cookies) derives from here. Unset: http://localhost:PORT',
    type: origin.optional(),
  },
  dataDir: {
    env: 'PORTARIA_DATA_DIR',
    meaning: 'Folder of the embedded store and of generated secrets; made with mode 0700',
    type: z.string().min(1),
  },
  databaseUrl: {
    env: 'DATABASE_URL',
    meaning: 'PostgreSQL 15 or newer. Unset: the embedded store in the data directory',
    secret: true,
    type: z
      .string()
      // not z.url: an address of a Unix socket (postgres://user@/name?host=/run/postgresql) has no host
      .regex(/^postgres(ql)?:\/\//, 'must begin with postgres://')
      .optional(),
  },
  databasePoolSize: {
    env: 'PORTARIA_DATABASE_POOL_SIZE',
    meaning:
      'Connections to the database that one process holds at most for requests. Background jobs have up to 27 more where they run, changes are listened for on one, and /readyz opens one for a moment',
    unit: 'connections',
    type: positive.max(200),
  },
  databaseTimeoutSeconds: {
    env: 'PORTARIA_DATABASE_TIMEOUT_SECONDS',
    meaning:
      'How long a request waits for the database: for a connection, a lock or a statement. Then it is answered 503 with Retry-After, and half a second later also where the database says nothing at all',
    unit: 'seconds',
    type: positive.max(60),
  },
  masterKeys: {
    env: 'PORTARIA_MASTER_KEYS',
    meaning:
      'Key ring for secrets at rest: id:base64 of 32 bytes, comma-separated, the first encrypts. Unset with the embedded store: made at first start, kept in the data directory',
    secret: true,
    type: readBy(parseKeyRing).optional(),
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
    type: z.enum(['any', 'x-forwarded-for', 'forwarded']),
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
    meaning: 'Bearer token that opens /metrics on the public port. Unset: /metrics answers only on the metrics port',
    secret: true,
    type: z.string().min(16).optional(),
  },
  metricsPort: {
    env: 'PORTARIA_METRICS_PORT',
    meaning: 'Separate port for /metrics without a token, on the loopback address. 0: none',
    type: port,
  },
  logLevel: {
    env: 'PORTARIA_LOG_LEVEL',
    meaning: 'Least severity that is logged',
    type: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
  },
  drainSeconds: {
    env: 'PORTARIA_DRAIN_SECONDS',
    meaning: 'How long after SIGTERM /readyz says 503 while requests are still taken, so that a balancer can turn away',
    unit: 'seconds',
    type: z.coerce.number().int().min(0).max(300),
  },
  shutdownGraceSeconds: {
    env: 'PORTARIA_SHUTDOWN_GRACE_SECONDS',
    meaning: 'How long requests and jobs in flight may finish after SIGTERM; jobs that did not are taken up by the next process',
    unit: 'seconds',
    type: positive.max(600),
  },
  passwordConcurrency: {
    env: 'PORTARIA_PASSWORD_CONCURRENCY',
    meaning: 'Password hashes computed at once; 0: processor cores minus one',
    unit: 'hashes',
    type: z.coerce.number().int().min(0).max(64),
  },
  passwordQueue: {
    env: 'PORTARIA_PASSWORD_QUEUE',
    meaning: 'Password hashes that may wait; more are answered 503 with Retry-After',
    unit: 'hashes',
    type: positive.max(100_000),
  },
  contextCacheSize: {
    env: 'PORTARIA_CONTEXT_CACHE_SIZE',
    meaning: 'Companies whose keys and provider are held in memory',
    unit: 'contexts',
    type: positive.max(100_000),
  },
  runJobs: { env: 'PORTARIA_RUN_JOBS', meaning: 'Whether this process also works on background jobs', type: flag },
  demo: { env: 'PORTARIA_DEMO', meaning: 'Whether an empty embedded store is filled with config/demo.yaml', type: flag },
  smtpUrl: {
    env: 'PORTARIA_SMTP_URL',
    meaning: 'Mail server, such as smtps://user:password@mail.example.com',
    secret: true,
    type: z.url({ protocol: /^smtps?$/ }).optional(),
  },
  mailFrom: {
    env: 'PORTARIA_MAIL_FROM',
    meaning: 'Address of the sender of the mails; the name beside it is the company’s. Unset: portaria@ and the host of the base URL',
    type: z.string().min(3).optional(),
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
