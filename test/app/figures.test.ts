import { expect } from 'chai';
import { measuresOf } from '../../src/app/measures.ts';
import { addDirectory } from '../../src/domain/people/directories/index.ts';
import type { Database } from '../../src/platform/database/index.ts';
import { everyFigure } from '../../src/platform/metrics/index.ts';
import { movableClock } from '../support/clock.ts';
import { growth, namesOf, readFigures } from '../support/figures.ts';
import { Jar, send } from '../support/jar.ts';
import { authorizationUrl, basic, exchange, signInWithTokens, token } from '../support/oidc.ts';
import { plansOf } from '../support/plans.ts';
import { setPolicy } from '../support/policy.ts';
import { eventually } from '../support/process.ts';
import { setUpApp } from '../support/second-factor.ts';
import { clientSecret, fillSignIn, passwords, signedIn, startTestServer, type TestServer } from '../support/server.ts';

describe('app: the figures of a running server', () => {
  let server: TestServer;
  const { clock, now, wait } = movableClock();
  before(async () => {
    server = await startTestServer({ clock, jobs: true });
  });
  after(() => server.close());

  const signIn = async (login: string, password: string) => {
    const jar = new Jar();
    return fillSignIn(jar, await jar.follow(`${server.issuer}/launchpad`), login, password);
  };
  const signIns = (outcome: string, reason = '') => `portaria_sign_ins_total{outcome="${outcome}",reason="${reason}"}`;
  const answers = (kind: string, status: number) => `portaria_http_answers_total{kind="${kind}",status="${status}"}`;

  it('every figure that is printed is in the catalogue, and the other way round', async () => {
    await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const names = namesOf(await server.app.health.metrics());
    expect(names).to.have.members(Object.keys(everyFigure));
  });

  it('sign-ins by outcome and reason, and exact answers by what was asked', async () => {
    const grown = await growth(server, async () => {
      await signIn('jsilva', passwords.joao);
      await signIn('jsilva', 'not it');
      await signIn('nobody', 'whatever');
    });
    expect(grown(signIns('succeeded'))).to.equal(1);
    expect(grown(signIns('failed', 'wrong-password'))).to.equal(1);
    expect(grown(signIns('failed', 'unknown-person'))).to.equal(1);
    expect(grown(answers('sign-in', 302)) + grown(answers('sign-in', 303))).to.equal(1);
    expect(grown('portaria_http_seconds_count{kind="sign-in"}')).to.equal(3);
    expect(grown(answers('launchpad', 200))).to.equal(1);
    expect(grown('portaria_database_wait_seconds_count{pool="transactions"}')).to.be.greaterThan(0);
    expect(grown('portaria_database_wait_seconds_count{pool="statements"}')).to.be.greaterThan(0);
  });

  it('a person who is blocked, once', async () => {
    await setPolicy(server, { lockout: { limit: 3 } });
    const grown = await growth(server, async () => {
      for (let i = 0; i < 5; i++) await signIn('jsilva', 'not it');
    });
    expect(grown('portaria_lockouts_total')).to.equal(1);
    expect(grown(signIns('failed', 'wrong-password'))).to.be.at.least(1);
    await setPolicy(server, {});
  });

  it('tokens issued and refused, by grant and error', async () => {
    const grown = await growth(server, async () => {
      const { code, verifier } = await signInWithTokens(server, 'ana@acme.example', passwords.ana, { client_id: 'mobile' }).catch(() => ({
        code: '',
        verifier: '',
      }));
      await exchange(server, code, verifier);
      await token(server.issuer, { grant_type: 'client_credentials' }, basic('payroll', clientSecret));
      await token(server.issuer, { grant_type: 'client_credentials' }, basic('payroll', 'wrong'));
      for (const made of [`made up ${Math.random()}`, 'constructor', '__proto__', 'toString'])
        await token(server.issuer, { grant_type: made }, basic('payroll', clientSecret));
      await send(`${server.issuer}/oidc/userinfo`, { headers: { authorization: 'Bearer nothing' } });
    });
    expect(grown('portaria_tokens_issued_total{grant="client_credentials"}')).to.equal(1);
    expect(grown('portaria_tokens_refused_total{grant="client_credentials",error="invalid_client"}')).to.equal(1);
    expect(grown('portaria_tokens_refused_total{grant="other",error="unsupported_grant_type"}')).to.equal(4);
    expect(grown('portaria_oidc_refusals_total{endpoint="userinfo",error="invalid_token"}')).to.equal(1);
    expect(grown(answers('token', 401))).to.be.at.least(1);
    expect(grown(answers('oidc', 401))).to.equal(1);
  });

  it('the way to an application, apart from other pages', async () => {
    const grown = await growth(server, () => new Jar().follow(authorizationUrl(server).url));
    expect(grown('portaria_http_seconds_count{kind="authorize"}')).to.equal(1);
  });

  it('second factors by kind and outcome', async () => {
    await setPolicy(server, { secondFactor: { demand: 'required' } });
    const jar = new Jar();
    const page = await fillSignIn(jar, await jar.follow(`${server.issuer}/launchpad`), 'ana@acme.example', passwords.ana);
    await setUpApp(jar, page, now());
    wait(60);
    const grown = await growth(server, async () => {
      const other = new Jar();
      const asked = await fillSignIn(other, await other.follow(`${server.issuer}/launchpad`), 'ana@acme.example', passwords.ana);
      await other.submit(other.form(asked, /second-factor$/), { code: '000000' });
    });
    expect(grown('portaria_second_factors_total{factor="totp",outcome="refused"}')).to.equal(1);
    expect(grown(signIns('failed', 'wrong-totp'))).to.equal(1);
    await setPolicy(server, {});
  });

  it('jobs that were done and mails that nobody could send', async () => {
    const grown = growth(server, async () => {
      const before = readFigures(await server.app.health.metrics()).get('portaria_mails_total{outcome="unsent"}') ?? 0;
      const jar = new Jar();
      await jar.submit(jar.form(await jar.follow(`${server.issuer}/recovery`), /recovery$/), { login: 'ana@acme.example' });
      await eventually(async () => {
        const figures = readFigures(await server.app.health.metrics());
        expect(figures.get('portaria_mails_total{outcome="unsent"}') ?? 0).to.equal(before + 1);
      });
    });
    expect((await grown)('portaria_jobs_finished_total{job="deliver-mail",outcome="done"}')).to.be.at.least(1);
  });

  it('what lies in the store: the next ending, unsealed events, directories', async () => {
    const scope = await server.scope();
    await addDirectory(scope, { name: 'Acme' });
    const { database } = server.app.services;
    const read = async (name: string) => {
      const sources = { databases: () => [database], clock, version: '0', isEmbedded: false, hashesWaiting: () => 0, agents: () => 0 };
      const measure = measuresOf(sources).find(({ names }) => (names as string[]).includes(name))!;
      return ((await measure.read()) as Record<string, unknown>)[name];
    };
    expect(await read('portaria_directories')).to.deep.include({ labels: { state: 'not-configured' }, value: 1 });
    wait(3600);
    expect(await read('portaria_audit_unsealed_seconds')).to.be.at.least(3500);
    const ends = (await read('portaria_next_end_seconds')) as { labels: { of: string }; value: number }[];
    expect(ends.map(({ labels }) => labels.of)).to.deep.equal(['certificate']);
    expect(ends[0]!.value / 86_400).to.be.within(1800, 1830);
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          applications: [{ code: 'mobile', name: 'Mobile', enabled: true }],
        },
      ],
    });
    await scope
      .db('applications')
      .where({ context_id: scope.contextId, code: 'payroll' })
      .update({
        oidc: scope.db.raw('oidc || ?::jsonb', [
          JSON.stringify({ client_secret_expires_at: Math.floor(clock.now().getTime() / 1000) + 600 }),
        ]),
      });
    const next = (await read('portaria_next_end_seconds')) as { labels: { of: string }; value: number }[];
    expect(next.find(({ labels }) => labels.of === 'client-secret')!.value).to.be.within(590, 600);
  });

  it('what is looked up is found by an index, however many companies there are', async () => {
    const { database } = server.app.services;
    const seen = new Map<string, string>();
    const recording: Database = {
      ...database,
      run: (name, text, values) => {
        seen.set(name, text);
        return database.run(name, text, values);
      },
    };
    const sources = { databases: () => [recording], clock, version: '0', isEmbedded: false, hashesWaiting: () => 0, agents: () => 0 };
    for (const { read } of measuresOf(sources)) await read();
    expect(seen.size).to.be.greaterThan(5);
    for (const { name, text, plan } of await plansOf(server.databaseUrl, seen)) {
      // the queue is read as it lies, so far and no further
      const rest = plan.replace(/Limit [^\n]*\n\s*->\s+Seq Scan on _private_jobs/g, '');
      expect(rest, name).to.not.match(/Seq Scan|\bSort\b/);
      for (const [, table] of plan.matchAll(/Index (?:Only )?Scan using \w+ on (directories|_private_jobs)\b/g))
        expect(text, `${name}: ${table}`).to.match(/LIMIT 1/);
    }
  });

  it('a store that is away is said, and hides no other figure', async () => {
    const away: Database = { ...server.app.services.database, run: () => Promise.reject(new Error('away')) };
    const sources = { databases: () => [away], clock, version: '0', isEmbedded: false, hashesWaiting: () => 4, agents: () => 0 };
    const found = await Promise.all(measuresOf(sources).map(({ read }) => Promise.resolve(read()).catch(() => ({}))));
    expect(Object.assign({}, ...found)).to.include({ portaria_store_up: 0, portaria_password_hashes_waiting: 4 });
  });
});
