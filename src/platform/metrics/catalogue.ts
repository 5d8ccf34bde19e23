import type { Figure } from './figure.ts';
import { runtimeFigures } from './runtime-figures.ts';

const answerTimes = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] as const;

/** Every figure of ours that /metrics prints, in the order of docs/metrics.md. `_total` only grows, `_seconds` are seconds, everything else is a count. */
const ownFigures = {
  portaria_build_info: {
    type: 'gauge',
    meaning: 'Always 1; the labels describe what is running',
    labels: { version: 'Portaria version', node: 'Node.js version', store: '`embedded` or `postgresql`' },
    over: 'max',
  },
  portaria_store_up: { type: 'gauge', meaning: 'Whether the store responded while the metrics were collected: 1 or 0', over: 'min' },

  portaria_processes: {
    type: 'gauge',
    meaning: 'Server processes on this port (`PORTARIA_PROCESSES`)',
    labels: { state: '`ready`, `silent` (ready, but did not report its metrics within 2 seconds) or `missing`' },
    over: 'first',
  },
  portaria_process_falls_total: {
    type: 'counter',
    meaning: 'Server processes that crashed or failed to start, and were restarted by their supervisor',
  },

  portaria_http_answers_total: {
    type: 'counter',
    meaning: 'HTTP responses',
    labels: {
      kind: '`authorize`, `token`, `oidc` (the other endpoints), `saml`, `sign-in` (submitted forms), `launchpad`, `smartsync`, `page`, `asset`',
      status: 'HTTP status code',
    },
  },
  portaria_http_seconds: {
    type: 'histogram',
    meaning: 'Time to respond to a request',
    labels: { kind: 'as above' },
    buckets: answerTimes,
  },

  portaria_sign_ins_total: {
    type: 'counter',
    meaning: 'Sign-in attempts by outcome',
    labels: {
      outcome: '`succeeded`, `failed`, or `unavailable` (too many password verifications waiting)',
      reason: 'why a failed attempt failed, as in the audit report; otherwise empty',
    },
  },
  portaria_second_factors_total: {
    type: 'counter',
    meaning: 'Second-factor attempts, including passkeys used on their own',
    labels: { factor: 'kind of factor', outcome: '`proven`, `refused` or `unavailable`' },
  },
  portaria_lockouts_total: { type: 'counter', meaning: 'Users blocked after too many failed attempts' },
  portaria_password_hashes_waiting: {
    type: 'gauge',
    meaning: 'Password verifications queued in this process',
    over: 'sum',
  },

  portaria_held_back_total: {
    type: 'counter',
    meaning: 'Requests answered with 429 because a limit was reached: per address, per network, or for the browsers of one person',
    labels: { kind: '`sign-in`, `recovery`, `registration`, `device-code` or `client-secret`' },
  },

  portaria_tokens_issued_total: {
    type: 'counter',
    meaning: 'Successful responses of the token endpoint',
    labels: { grant: 'grant type; `other` if it is not supported' },
  },
  portaria_tokens_refused_total: {
    type: 'counter',
    meaning: 'Error responses of the token endpoint. `authorization_pending` and `slow_down` come from devices that are waiting',
    labels: { grant: 'as above', error: 'OAuth error code; `other` if it is not a known one' },
  },
  portaria_oidc_refusals_total: {
    type: 'counter',
    meaning: 'Error responses of the other OpenID Connect endpoints',
    labels: { endpoint: 'route, such as `authorization`', error: 'as above' },
  },
  portaria_saml_answers_total: {
    type: 'counter',
    meaning: 'SAML responses to service providers',
    labels: { outcome: '`assertion` or `refusal`' },
  },
  portaria_logout_notices_total: {
    type: 'counter',
    meaning: 'Back-channel logout notifications to applications. A failed one is retried',
    labels: { protocol: '`oidc` or `saml`', outcome: '`done` or `failed`' },
  },

  portaria_database_connections: {
    type: 'gauge',
    meaning: 'Connections to the store',
    labels: { pool: '`statements` (single statements on hot paths) or `transactions`', state: '`busy` or `idle`' },
    over: 'sum',
  },
  portaria_database_waiting: {
    type: 'gauge',
    meaning: 'Requests waiting for a connection',
    labels: { pool: 'as above' },
    over: 'sum',
  },
  portaria_database_wait_seconds: {
    type: 'histogram',
    meaning: 'Time spent waiting for a connection, successful or not',
    labels: { pool: 'as above' },
    buckets: [0.001, 0.01, 0.1, 0.5, 1, 4],
  },

  portaria_cache_entries: {
    type: 'gauge',
    meaning: 'Entries this process keeps in memory',
    labels: { cache: 'name of the cache' },
    over: 'sum',
  },
  portaria_cache_hits_total: {
    type: 'counter',
    isLookedUp: true,
    meaning: 'Lookups found in a cache',
    labels: { cache: 'as above' },
  },
  portaria_cache_misses_total: {
    type: 'counter',
    isLookedUp: true,
    meaning: 'Lookups not found in a cache',
    labels: { cache: 'as above' },
  },

  portaria_jobs: {
    type: 'gauge',
    meaning: 'Jobs in the queue, counted up to 10,000. Failed jobs have used up their attempts',
    labels: { state: '`waiting`, `running`, `failing` (will be retried) or `failed`' },
    over: 'max',
  },
  portaria_jobs_oldest_seconds: { type: 'gauge', meaning: 'How long the oldest due job has been waiting', over: 'max' },
  portaria_jobs_finished_total: {
    type: 'counter',
    meaning: 'Jobs this process has worked on',
    labels: {
      job: 'name of the job',
      outcome: '`done`, `failed` (will be retried), `given-up`, or `stopped` (continues in another process)',
    },
  },
  portaria_jobs_seconds_total: { type: 'counter', meaning: 'Time spent on jobs', labels: { job: 'name of the job' } },
  portaria_mails_total: {
    type: 'counter',
    meaning: 'E-mails handed to the mail server',
    labels: { outcome: '`sent`, `failed` (will be retried), or `unsent` if no mail server is configured' },
  },
  portaria_mails_waiting: { type: 'gauge', meaning: 'E-mails in the queue, counted up to 10,000 jobs', over: 'max' },

  portaria_next_end_seconds: {
    type: 'gauge',
    meaning: 'Time until the next one expires, across all companies; absent if there is none',
    labels: { of: '`certificate` (SAML signing certificate) or `client-secret`' },
    over: 'min',
  },
  portaria_audit_unsealed_seconds: {
    type: 'gauge',
    meaning:
      'Age of the oldest audit event not yet sealed, over up to 200 companies. More than a few minutes means that sealing has stopped',
    over: 'max',
  },
  portaria_audit_seal_failures_total: {
    type: 'counter',
    meaning:
      'Companies whose audit could not be sealed because the chain is broken or the store failed; `portaria audit verify` shows which',
  },

  portaria_directory_agents: { type: 'gauge', meaning: 'SmartSync agents connected to this process', over: 'sum' },
  portaria_directory_answers_total: {
    type: 'counter',
    meaning: 'Responses to directory requests from this process',
    labels: { kind: 'kind of request', outcome: '`done`, or why it was refused' },
  },
  portaria_directory_requests_waiting: { type: 'gauge', meaning: 'Directory requests no agent has picked up yet', over: 'max' },
  portaria_directory_requests_oldest_seconds: { type: 'gauge', meaning: 'Age of the oldest waiting request', over: 'max' },
  portaria_directories: {
    type: 'gauge',
    meaning: 'Directories by state, counted up to 10,000 each',
    labels: { state: '`not-configured`, `configured` or `unavailable`' },
    over: 'max',
  },
  portaria_directory_reading_overdue_seconds: {
    type: 'gauge',
    meaning: 'How overdue the next reading is, for the most overdue directory that is reachable and not paused',
    over: 'max',
  },
} as const satisfies Record<string, Figure>;

export type OwnFigureName = keyof typeof ownFigures;
type Own = typeof ownFigures;
export type NameOf<Type extends Figure['type']> = { [Name in OwnFigureName]: Own[Name]['type'] extends Type ? Name : never }[OwnFigureName];
/** What has to be said with a figure. */
export type LabelsOf<Name extends OwnFigureName> = Own[Name] extends { labels: infer Labels }
  ? { [Label in keyof Labels]: string }
  : object;

export const catalogue: Record<OwnFigureName, Figure> = ownFigures;
/** Ours and those of Node.js and the process. */
export const everyFigure: Record<string, Figure> = { ...ownFigures, ...runtimeFigures };
