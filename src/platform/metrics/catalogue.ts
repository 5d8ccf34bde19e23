import type { Figure } from './figure.ts';
import { runtimeFigures } from './runtime-figures.ts';

const answerTimes = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] as const;

/** Every figure of ours that /metrics prints, in the order of docs/metrics.md. `_total` only grows, `_seconds` are seconds, everything else is a count. */
const ownFigures = {
  portaria_build_info: {
    type: 'gauge',
    meaning: 'Always 1; its labels say what runs',
    labels: { version: 'of Portaria', node: 'version of Node.js', store: '`embedded` or `postgresql`' },
    over: 'max',
  },
  portaria_store_up: { type: 'gauge', meaning: 'Whether the store answered while the figures were gathered: 1 or 0', over: 'min' },

  portaria_processes: {
    type: 'gauge',
    meaning: 'Server processes at this port (`PORTARIA_PROCESSES`)',
    labels: { state: '`ready`, `silent` (ready, but it did not tell its figures within 2 seconds) or `missing`' },
    over: 'first',
  },
  portaria_process_falls_total: {
    type: 'counter',
    meaning: 'Server processes that ended by themselves, or could not be started, and were started again by their supervisor',
  },

  portaria_http_answers_total: {
    type: 'counter',
    meaning: 'Answers to requests',
    labels: {
      kind: '`authorize`, `token`, `oidc` (the other endpoints), `saml`, `sign-in` (forms sent), `launchpad`, `smartsync`, `page`, `asset`',
      status: 'the HTTP status',
    },
  },
  portaria_http_seconds: {
    type: 'histogram',
    meaning: 'Time to answer a request',
    labels: { kind: 'as above' },
    buckets: answerTimes,
  },

  portaria_sign_ins_total: {
    type: 'counter',
    meaning: 'Attempts to sign in, by their end',
    labels: {
      outcome: '`succeeded`, `failed`, or `unavailable` (too many verifications wait)',
      reason: 'of one that failed, as the audit report has it; else empty',
    },
  },
  portaria_second_factors_total: {
    type: 'counter',
    meaning: 'Answers to the question for a second factor, or for one alone',
    labels: { factor: 'its kind', outcome: '`proven`, `refused` or `unavailable`' },
  },
  portaria_lockouts_total: { type: 'counter', meaning: 'People who were blocked after too many failed attempts' },
  portaria_password_hashes_waiting: {
    type: 'gauge',
    meaning: 'Password verifications that wait for their turn in this process',
    over: 'sum',
  },

  portaria_held_back_total: {
    type: 'counter',
    meaning: 'What was answered 429 since too much of its kind had come from its address or network, or from the browsers of a person',
    labels: { kind: '`sign-in`, `recovery`, `registration`, `device-code` or `client-secret`' },
  },

  portaria_tokens_issued_total: {
    type: 'counter',
    meaning: 'Successful answers of the token endpoint',
    labels: { grant: 'the grant type, `other` for one that is not ours' },
  },
  portaria_tokens_refused_total: {
    type: 'counter',
    meaning: 'Refusals of the token endpoint. `authorization_pending` and `slow_down` are a device that waits',
    labels: { grant: 'as above', error: 'the error of OAuth, `other` for one that we do not know' },
  },
  portaria_oidc_refusals_total: {
    type: 'counter',
    meaning: 'Refusals of the other endpoints of OpenID Connect',
    labels: { endpoint: 'the route, such as `authorization`', error: 'as above' },
  },
  portaria_saml_answers_total: {
    type: 'counter',
    meaning: 'Answers to service providers',
    labels: { outcome: '`assertion` or `refusal`' },
  },
  portaria_logout_notices_total: {
    type: 'counter',
    meaning: 'Attempts to tell an application, behind the browser’s back, that a session has ended. A failed one is tried again',
    labels: { protocol: '`oidc` or `saml`', outcome: '`done` or `failed`' },
  },

  portaria_database_connections: {
    type: 'gauge',
    meaning: 'Connections to the store',
    labels: { pool: '`statements` (single ones, of hot paths) or `transactions`', state: '`busy` or `idle`' },
    over: 'sum',
  },
  portaria_database_waiting: {
    type: 'gauge',
    meaning: 'Requests that wait for a connection',
    labels: { pool: 'as above' },
    over: 'sum',
  },
  portaria_database_wait_seconds: {
    type: 'histogram',
    meaning: 'Time until a connection was had, or was given up',
    labels: { pool: 'as above' },
    buckets: [0.001, 0.01, 0.1, 0.5, 1, 4],
  },

  portaria_cache_entries: {
    type: 'gauge',
    meaning: 'Entries that this process keeps in memory',
    labels: { cache: 'its name' },
    over: 'sum',
  },
  portaria_cache_hits_total: {
    type: 'counter',
    isLookedUp: true,
    meaning: 'Look-ups that a cache answered',
    labels: { cache: 'as above' },
  },
  portaria_cache_misses_total: {
    type: 'counter',
    isLookedUp: true,
    meaning: 'Look-ups that a cache could not answer',
    labels: { cache: 'as above' },
  },

  portaria_jobs: {
    type: 'gauge',
    meaning: 'Jobs in the queue, of 10,000 at most; a failed one has been tried as often as it may be',
    labels: { state: '`waiting`, `running`, `failing` (to be tried again) or `failed`' },
    over: 'max',
  },
  portaria_jobs_oldest_seconds: { type: 'gauge', meaning: 'How long the job that is due for longest has been due', over: 'max' },
  portaria_jobs_finished_total: {
    type: 'counter',
    meaning: 'Jobs that were worked on in this process',
    labels: { job: 'its name', outcome: '`done`, `failed` (tried again), `given-up`, or `stopped` (goes on in another process)' },
  },
  portaria_jobs_seconds_total: { type: 'counter', meaning: 'Time that jobs took', labels: { job: 'its name' } },
  portaria_mails_total: {
    type: 'counter',
    meaning: 'Mails handed to the mail server',
    labels: { outcome: '`sent`, `failed` (tried again), or `unsent` where no mail server is set' },
  },
  portaria_mails_waiting: { type: 'gauge', meaning: 'Mails in the queue, of 10,000 jobs at most', over: 'max' },

  portaria_next_end_seconds: {
    type: 'gauge',
    meaning: 'Time until the next one ends, of all companies; none where there is none',
    labels: { of: '`certificate` (ours, for SAML) or `client-secret`' },
    over: 'min',
  },
  portaria_audit_unsealed_seconds: {
    type: 'gauge',
    meaning:
      'Age of the oldest audit event that is not sealed yet, of 200 companies at most; more than a few minutes means that sealing stands still',
    over: 'max',
  },
  portaria_audit_seal_failures_total: {
    type: 'counter',
    meaning: 'Companies whose audit could not be sealed: its chain is broken, or the store failed. `portaria audit verify` says which',
  },

  portaria_directory_agents: { type: 'gauge', meaning: 'SmartSync agents that are connected to this process', over: 'sum' },
  portaria_directory_answers_total: {
    type: 'counter',
    meaning: 'Answers to what this process asked of directories',
    labels: { kind: 'of the request', outcome: '`done`, or the reason of a refusal' },
  },
  portaria_directory_requests_waiting: { type: 'gauge', meaning: 'Requests to directories that no agent has taken yet', over: 'max' },
  portaria_directory_requests_oldest_seconds: { type: 'gauge', meaning: 'Age of the one that waits longest', over: 'max' },
  portaria_directories: {
    type: 'gauge',
    meaning: 'Directories, of 10,000 of each state at most',
    labels: { state: '`not-configured`, `configured` or `unavailable`' },
    over: 'max',
  },
  portaria_directory_reading_overdue_seconds: {
    type: 'gauge',
    meaning: 'How long the directory that waits longest should have been read already, of those that can be reached and are not paused',
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
