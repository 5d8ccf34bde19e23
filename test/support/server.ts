import { createServer } from 'node:net';
import { type App, createApp } from '../../src/app/index.ts';
import { type Config, loadConfig } from '../../src/config/index.ts';
import { type ApplyResult, applyState, parseState } from '../../src/domain/administration/desired-state/index.ts';
import { findContextByCode } from '../../src/domain/company/contexts/index.ts';
import { openScope, type Scope } from '../../src/domain/scope.ts';
import { type Clock, systemClock } from '../../src/platform/clock/index.ts';
import { createPasswordHasher, KeyRing, loadPasswordEngine } from '../../src/platform/crypto/index.ts';
import type { Database } from '../../src/platform/database/index.ts';
import { listen } from '../../src/platform/http/index.ts';
import { createLog, type Log } from '../../src/platform/log/index.ts';
import { type Answer, Jar } from './jar.ts';
import { loadRememberingEngine } from './password-engine.ts';
import { createTestDatabase } from './postgres.ts';

export const passwords = { ana: 'ana has a long password', joao: 'joao has a long password', root: 'other company password' };
export const clientSecret = 'payroll-secret-payroll-secret-1';

/** What most tests begin with: company acme with an administrator, a regular user, a group, two applications; and another company. */
export const startingState = (redirectUri: string) => ({
  contexts: [
    {
      code: 'acme',
      name: 'Acme S.A.',
      users: [
        {
          email: 'ana@acme.example',
          emailVerified: true,
          firstName: 'Ana',
          lastName: 'Souza',
          role: 'administrator',
          password: passwords.ana,
        },
        { username: 'jsilva', firstName: 'João', lastName: 'da Silva', password: passwords.joao },
      ],
      groups: [{ name: 'Finance', members: ['jsilva'] }],
      applications: [
        {
          code: 'payroll',
          name: 'Payroll',
          launchUrl: redirectUri.replace('/callback', '/'),
          assignedTo: { groups: ['Finance'], users: [] },
          oidc: {
            client_id: 'payroll',
            client_secret: clientSecret,
            redirect_uris: [redirectUri],
            post_logout_redirect_uris: [redirectUri.replace('/callback', '/bye')],
            grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
          },
        },
        {
          code: 'mobile',
          name: 'Mobile',
          navigable: true,
          oidc: {
            client_id: 'mobile',
            token_endpoint_auth_method: 'none',
            redirect_uris: [redirectUri],
            grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
          },
        },
      ],
    },
    {
      code: 'other',
      name: 'Other Ltd',
      users: [{ email: 'root@other.example', firstName: 'Rita', lastName: 'Outra', role: 'administrator', password: passwords.root }],
      applications: [
        {
          code: 'payroll',
          name: 'Other payroll',
          navigable: true,
          oidc: {
            client_id: 'payroll',
            client_secret: clientSecret,
            redirect_uris: [redirectUri],
            grant_types: ['authorization_code', 'refresh_token'],
          },
        },
      ],
    },
  ],
});

export type TestServer = {
  app: App;
  /** On the loopback address; what browsers call it may be another thing, behind a proxy. */
  port: number;
  baseUrl: string;
  issuer: string;
  redirectUri: string;
  databaseUrl: string;
  scope(code?: string): Promise<Scope>;
  apply(state: unknown): Promise<ApplyResult>;
  close(): Promise<void>;
};

export const testKeyRing = () => new KeyRing([{ id: 'test', key: Buffer.alloc(32, 7) }]);
export const testMasterKeys = `test:${Buffer.alloc(32, 7).toString('base64')}`;

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

const elsewhere = 'http://127.0.0.1:9/callback';
const actor = { kind: 'system', name: 'test' } as const;
const quiet = () => createLog(process.env.TEST_LOG ?? 'silent');
type Given = { log?: Log; loadEngine?: typeof loadPasswordEngine };
const appOn = async (
  database: Database,
  config: Config,
  clock: Clock,
  { log = quiet(), loadEngine = loadRememberingEngine }: Given = {},
) => {
  const hasher = createPasswordHasher(config.passwordConcurrency, config.passwordQueue, await loadEngine());
  const store = { database, keyRing: testKeyRing(), hasher, isEmbedded: false, migrated: [], close: async () => {} };
  return createApp(config, store, log, clock);
};
const applier =
  ({ services }: App) =>
  (state: unknown) =>
    applyState({ ...services, db: services.database.knex, actor }, parseState(state), { acceptLockout: true });

/** Most tests begin with the same companies: their passwords are hashed and their keys made once in a run. */
export async function prepareStartingState(): Promise<void> {
  const database = (await createTestDatabase({ name: 'started' })).open();
  const app = await appOn(database, loadConfig({}), systemClock);
  await applier(app)(startingState(elsewhere));
  await app.close();
  await database.close();
}

/** `host`: what browsers call the server; passkeys need a name. `provesAnew`: each password costs what it costs people. */
type Options = {
  clock?: Clock;
  config?: Partial<Config>;
  jobs?: boolean;
  redirectUri?: string;
  host?: string;
  log?: Log;
  provesAnew?: boolean;
};

/** A server in this process on a database of its own, with the starting state. */
export async function startTestServer({
  clock = systemClock,
  config = {},
  jobs = false,
  redirectUri = elsewhere,
  host = '127.0.0.1',
  log,
  provesAnew = false,
}: Options = {}): Promise<TestServer> {
  const { url: databaseUrl, open, drop } = await createTestDatabase({ of: 'started' });
  const port = await freePort();
  const baseUrl = `http://${host}:${port}`;
  // everything comes from one address here: what an address may do is a subject of its own (test/web/request/limits.test.ts)
  const unlimited = { addressAttempts: 0, addressMails: 0 };
  const full: Config = { ...loadConfig({}), ...unlimited, baseUrl, outboundAllow: ['127.0.0.1'], ...config };
  const database = open();
  const app = await appOn(database, full, clock, { log, loadEngine: provesAnew ? loadPasswordEngine : loadRememberingEngine });
  if (jobs) await app.startJobs();
  const server = await listen(app.handle, port, '127.0.0.1', app.upgrades);
  const apply = applier(app);
  if (redirectUri !== elsewhere) await apply(startingState(redirectUri));
  return {
    app,
    port,
    baseUrl: full.baseUrl,
    issuer: `${full.baseUrl}/acme`,
    redirectUri,
    databaseUrl,
    apply,
    async scope(code = 'acme') {
      const context = await findContextByCode(database.knex, code);
      return openScope(app.services, context!.contextId, actor);
    },
    async close() {
      await server.close(1);
      await app.close();
      await database.close();
      await drop();
    },
  };
}

/** Fills in the sign-in page a jar has arrived at. */
export const fillSignIn = (jar: Jar, page: Answer, login: string, password: string, stop?: (url: string) => boolean) =>
  jar.submit(jar.form(page, /sign-in\//), { login, password }, stop);

/** A browser that is signed in at the Launchpad. */
export async function signedIn(baseUrl: string, login: string, password: string, code = 'acme'): Promise<Jar> {
  const jar = new Jar();
  const page = await jar.follow(`${baseUrl}/${code}/launchpad`);
  const answer = await fillSignIn(jar, page, login, password);
  if (!answer.url.endsWith('/launchpad'))
    throw new Error(`the sign-in ended at ${answer.url} (${answer.status})\n${answer.text.slice(0, 1500)}`);
  return jar;
}
