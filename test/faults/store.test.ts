import { expect } from 'chai';
import pg from 'pg';
import { type Answer, Jar, send } from '../support/jar.ts';
import { basic } from '../support/oidc.ts';
import { scaleLimit } from '../support/patience.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { eventually, onDatabase, portaria, type ServerProcess, startServerProcess } from '../support/process.ts';
import { clientSecret, freePort, passwords, signedIn, startingState } from '../support/server.ts';

/** Of the page, in the language that a browser asks for. */
const titles = {
  en: 'We cannot be reached just now',
  es: 'No podemos atenderle en este momento',
  'pt-BR': 'Não conseguimos atender você agora',
};

/** A fault of the store: how an operator, a full disk or a migration brings it about, what is said of it, and how it ends. */
type Fault = {
  name: string;
  why: RegExp;
  inject(client: pg.Client, database: string): Promise<void>;
  heal(client: pg.Client, database: string): Promise<void>;
};

const locking = (table: string): Fault => ({
  name: `the table ${table} is locked`,
  why: /locked, or too slow/,
  async inject(client) {
    await client.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
  },
  async heal(client) {
    await client.query('ROLLBACK');
  },
});

const endOthers = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()';

const faults: Fault[] = [
  ...['sessions', 'users', 'pending_requests'].map(locking),
  {
    name: 'writes are refused',
    why: /takes no writes/,
    async inject(client, database) {
      await client.query(`ALTER DATABASE ${database} SET default_transaction_read_only = on`);
      await client.query(endOthers);
    },
    async heal(client, database) {
      await client.query('SET default_transaction_read_only = off');
      await client.query(`ALTER DATABASE ${database} RESET default_transaction_read_only`);
      await client.query(endOthers);
    },
  },
];

describe('faults of the store', function () {
  this.timeout(180_000);
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let server: ServerProcess;
  let operator: pg.Client;
  let jar: Jar;
  let name: string;
  const at = (path: string) => `${server.url}/acme${path}`;

  before(async () => {
    database = await createTestDatabase();
    const port = await freePort();
    const settings = { ...onDatabase(database.url), PORTARIA_BASE_URL: `http://127.0.0.1:${port}` };
    const state = startingState('http://127.0.0.1:9/callback');
    const { status, stderr } = portaria(['apply', '-'], settings, JSON.stringify(state));
    expect(status, stderr).to.equal(0);
    server = await startServerProcess(port, settings);
    operator = new pg.Client({ connectionString: database.url });
    await operator.connect();
    name = (await operator.query('SELECT current_database() AS name')).rows[0].name;
    jar = await signedIn(server.url, 'jsilva', passwords.joao);
  });
  after(async () => {
    await operator?.end();
    await server?.kill('SIGTERM');
    await database?.drop();
  });

  /** What people and programs ask of a server, with and without a session. */
  const requests: Record<string, () => Promise<Answer>> = {
    'the Launchpad': () => jar.get(at('/launchpad')),
    'My profile': () => jar.get(at('/account')),
    'the sign-in page': () => new Jar().follow(at('/launchpad')),
    'an authorization': () =>
      jar.get(
        at(
          '/oidc/authorize?client_id=mobile&response_type=code&scope=openid&code_challenge_method=S256&code_challenge=E9Melhoa2OwvFrEGTJdguCHaoWZMl7KY7Pq1oZBCcwM&redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fcallback',
        ),
      ),
    'a token': () =>
      send(at('/oidc/token'), {
        method: 'POST',
        headers: basic('payroll', clientSecret),
        form: { grant_type: 'client_credentials' },
      }),
    'an unknown refresh token': () =>
      send(at('/oidc/token'), {
        method: 'POST',
        headers: basic('payroll', clientSecret),
        form: { grant_type: 'refresh_token', refresh_token: 'unknown' },
      }),
    discovery: () => send(at('/oidc/.well-known/openid-configuration')),
    'SAML metadata': () => send(at('/saml/metadata')),
  };

  for (const fault of faults)
    it(`${fault.name}: 503 within seconds or the answer as always, /readyz says why, and it is over when the fault is`, async () => {
      const usual = Object.fromEntries(
        await Promise.all(Object.entries(requests).map(async ([what, ask]) => [what, (await ask()).status])),
      );
      await fault.inject(operator, name);
      try {
        const answers = await Promise.all(
          Object.entries(requests).map(async ([what, ask]) => {
            const begun = performance.now();
            const answer = await ask();
            // two time-outs one after the other would take longer
            expect(performance.now() - begun, what).to.be.below(scaleLimit(8000));
            return { what, answer };
          }),
        );
        for (const { what, answer } of answers) {
          if (answer.status === usual[what]) continue;
          expect([answer.status, answer.headers['retry-after']], `${what}: ${answer.text.slice(0, 300)}`).to.deep.equal([503, '2']);
          expect(answer.text, what).to.match(/temporarily_unavailable|We cannot be reached just now/);
        }
        expect(
          answers.filter(({ answer }) => answer.status === 503),
          'something needs the store',
        ).to.not.be.empty;
        await eventually(async () => {
          const ready = await send(`${server.url}/readyz`);
          expect([ready.status, fault.why.test(ready.text)], ready.text).to.deep.equal([503, true]);
        });
      } finally {
        await fault.heal(operator, name);
      }
      await eventually(async () => {
        expect((await send(`${server.url}/readyz`)).status).to.equal(200);
        for (const [what, ask] of Object.entries(requests)) expect((await ask()).status, what).to.equal(usual[what]);
      });
    });

  it('people are told in their language, on a page', async () => {
    const fault = locking('sessions');
    await fault.inject(operator, name);
    try {
      for (const [language, title] of Object.entries(titles)) {
        const headers = { 'accept-language': language, accept: 'text/html' };
        const answer = await jar.get(at('/launchpad'), { headers });
        expect([answer.status, answer.text.includes(title)], answer.text).to.deep.equal([503, true]);
      }
    } finally {
      await fault.heal(operator, name);
    }
  });
});
