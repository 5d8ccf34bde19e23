import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { findApplicationByCode } from '../../../src/domain/applications/applications/index.ts';
import { closeRefusals, listRefusals } from '../../../src/domain/records/refusals/index.ts';
import { createI18n, locales } from '../../../src/platform/i18n/index.ts';
import { libraryWords, reasonOf } from '../../../src/web/oidc/refusal-reason.ts';
import { eventsOf, watchRefusals } from '../../support/audit.ts';
import { movableClock } from '../../support/clock.ts';
import { Jar, send } from '../../support/jar.ts';
import { authorizationUrl, authorize, basic, exchange, json, token } from '../../support/oidc.ts';
import { clientSecret, passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

describe('web/oidc: what applications are refused', () => {
  let server: TestServer;
  let ana: Jar;
  const { clock, wait } = movableClock();
  before(async () => {
    server = await startTestServer({ clock, config: { trustedProxies: ['127.0.0.1'] } });
    const oidc = { client_id: 'posts', client_secret: clientSecret, grant_types: ['client_credentials'] };
    const posts = { code: 'posts', name: 'Posts', oidc: { ...oidc, token_endpoint_auth_method: 'client_secret_post' } };
    await server.apply({ contexts: [{ code: 'acme', applications: [posts] }] });
  });
  after(() => server.close());
  beforeEach(async () => {
    wait(61 - clock.now().getUTCMinutes());
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });

  const from = (ip: string) => ({ 'x-forwarded-for': ip });
  const at = (path: string) => `${server.issuer}${path}`;
  const idOf = async (code: string) => (await findApplicationByCode(await server.scope(), code))!.applicationId;
  const failures = async () => (await eventsOf(await server.scope(), { type: 'authorization.failed' })).length;
  const refused = async () => watchRefusals(await server.scope(), 'authorization.failed');
  const secret = (value: string, ip = '203.0.113.7') =>
    send(at('/oidc/token'), { form: { grant_type: 'client_credentials' }, headers: { ...basic('payroll', value), ...from(ip) } });

  describe('each has a reason in words, and what mends it', () => {
    const i18n = createI18n(new URL('../../../views/', import.meta.url));
    const says = async (reason: string, ask: () => Promise<unknown>) => {
      const counted = await refused();
      await ask();
      expect(await counted()).to.deep.equal([reason]);
    };
    const withCode = async (more: Record<string, string | undefined> = {}) => {
      const jar = new Jar();
      return authorize(server, jar, { login: 'jsilva', password: passwords.joao, ...more });
    };

    it('client authentication', async () => {
      await says('wrong-secret', () => secret('not the secret'));
      await says('client-unknown', () => token(server.issuer, { grant_type: 'client_credentials' }, basic('nobody', 'x')));
      await says('wrong-client-authentication', () => token(server.issuer, { grant_type: 'authorization_code', client_id: 'payroll' }));
      // in the wrong place, and not at all
      await says('wrong-client-authentication', () =>
        token(server.issuer, { grant_type: 'client_credentials' }, basic('posts', clientSecret)),
      );
      await says('wrong-client-authentication', () => send(at('/oidc/introspect'), { form: { token: 'x' } }));
      await says('wrong-secret', () => send(at('/oidc/introspect'), { form: { token: 'x' }, headers: basic('payroll', 'wrong') }));
    });

    it('codes, PKCE and refresh tokens', async () => {
      const jar = new Jar();
      const { code, verifier } = await authorize(server, jar, { login: 'jsilva', password: passwords.joao });
      await says('pkce-wrong', () => exchange(server, code!, 'x'.repeat(43)));
      await says('redirect-differs', () => exchange(server, code!, verifier, { redirectUri: 'http://127.0.0.1:9/other' }));
      await says('code-unknown', () => exchange(server, 'no code', verifier));
      await says('pkce-missing', () =>
        token(
          server.issuer,
          { grant_type: 'authorization_code', code: code!, redirect_uri: server.redirectUri },
          basic('payroll', clientSecret),
        ),
      );
      await says('refresh-token-unknown', () =>
        token(server.issuer, { grant_type: 'refresh_token', refresh_token: 'x' }, basic('payroll', clientSecret)),
      );
      await says('of-other-application', () =>
        token(server.issuer, {
          grant_type: 'authorization_code',
          client_id: 'mobile',
          code: code!,
          redirect_uri: server.redirectUri,
          code_verifier: verifier,
        }),
      );
      const counted = await refused();
      expect((await exchange(server, code!, verifier)).status, 'none of them used the code up').to.equal(200);
      expect(await counted()).to.deep.equal([]);
    });

    it('authorization: by a page, by the redirect, by a pushed request', async () => {
      await says('redirect-not-registered', () => send(authorizationUrl(server, { redirect_uri: 'https://evil.example/cb' }).url));
      await says('client-unknown', () => send(authorizationUrl(server, { client_id: 'nobody' }).url));
      await says('invalid_scope', () => send(authorizationUrl(server, { scope: 'nothing', nonce: undefined }).url));
      await says('unsupported_response_type', () => send(authorizationUrl(server, { response_type: 'token' }).url));
      await says('invalid_scope', () =>
        send(at('/oidc/par'), {
          form: Object.fromEntries(new URL(authorizationUrl(server, { scope: 'nothing', nonce: undefined }).url).searchParams),
          headers: basic('payroll', clientSecret),
        }),
      );
      await says('token-refused', () => send(at('/oidc/userinfo'), { headers: { authorization: 'Bearer nothing' } }));
    });

    it('what a correct application gets as well is none of them', async () => {
      const counted = await refused();
      expect((await withCode({ prompt: 'none' })).error).to.equal('login_required');
      expect(await counted()).to.deep.equal([]);
      expect(reasonOf({ error: 'access_denied' })).to.equal(undefined);
    });

    it('the words that a reason is found by are the library’s, and each reason has texts', () => {
      const root = new URL('../../../node_modules/oidc-provider/lib/', import.meta.url);
      const library = readdirSync(root, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.js'))
        .map((file) => readFileSync(new URL(file, root), 'utf8'))
        .join('\n')
        .replace(/\$\{(label|entityLabel)\}/g, 'authorization code');
      const ours = ['too-many-secrets', 'secret-ended'];
      for (const [, words, reason] of libraryWords) {
        const isOurs = ours.includes(reason) || words.source.startsWith('the client is registered');
        if (!isOurs) expect(new RegExp(words.source.replace(/^\^/, '')).test(library), String(words)).to.equal(true);
        for (const locale of locales)
          for (const name of [
            reason === 'unknown'
              ? ['code_unknown', 'refresh_token_unknown', 'device_code_unknown', 'grant_unknown']
              : reason.replaceAll('-', '_'),
          ].flat()) {
            if (name === 'used_before') continue;
            expect(i18n.for(locale)(`audit.reasons.${name}`), `${locale} ${name}`).to.not.contain('audit.');
            expect(i18n.for(locale)(`audit.remedies.${name}`), `${locale} ${name}`).to.not.contain('audit.');
          }
      }
    });
  });

  it('floods: three hundred requests of nobody and five hundred wrong secrets are a handful of events', async () => {
    const before = await failures();
    const noise = Array.from(
      { length: 300 },
      (_, n) => () =>
        send(`${at('/oidc/authorize')}?client_id=nope${n}&redirect_uri=https://${'x'.repeat(300)}.example/${n}`, {
          headers: from(`198.51.100.${n % 200}`),
        }),
    );
    const guesses = Array.from({ length: 500 }, (_, n) => () => secret(`wrong secret number ${n}`, `192.0.2.${n % 250}`));
    const all = [...noise, ...guesses];
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        for (let one = all.pop(); one; one = all.pop()) await one();
      }),
    );
    expect((await failures()) - before).to.equal(2);
    const { sources, others, n } = (await listRefusals(await server.scope(), new Date(0), { applicationId: await idOf('payroll') })).find(
      ({ reason }) => reason === 'wrong-secret',
    )!;
    expect([sources.length, n, n - others]).to.deep.equal([10, 500, sources.reduce((sum, one) => sum + one.n, 0)]);
    const report = (await ana.get(at('/admin/audit?outcome=failure'))).text;
    expect(report)
      .to.contain('wrong client secret; enter the latest client secret')
      .and.to.contain('500 times')
      .and.to.contain('300 times');
    wait(62);
    const { services } = server.app;
    const system = await server.scope();
    await closeRefusals.run({ db: services.database.knex, clock, log: services.log, scopeOf: (contextId) => ({ ...system, contextId }) });
    expect((await failures()) - before).to.be.at.most(2 + 2 + 12);
    const payroll = (await ana.get(at(`/admin/audit?outcome=failure&application=${await idOf('payroll')}`))).text;
    expect(payroll, 'the hour is over').to.contain('500 times').and.to.contain('192.0.2.');
  });

  it('the application’s page and Home say the last error, how often, since when and from where', async () => {
    for (let n = 0; n < 41; n++) await secret('the old secret');
    const page = (await ana.get(at(`/admin/applications/${await idOf('payroll')}/activity`))).text;
    expect(page)
      .to.contain('Last error')
      .and.to.contain('wrong client secret; enter the latest client secret')
      .and.to.contain('41 times')
      .and.to.contain('from 203.0.113.7');
    expect(page).to.contain(`/admin/audit?application=${await idOf('payroll')}&amp;outcome=failure`);
    const home = (await ana.get(at('/admin'))).text;
    expect(home).to.contain('Applications with errors').and.to.contain('41 times');
  });

  it('what goes well asks none of the counts: it works while nobody can read them', async () => {
    const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    await server.app.services.database.knex.transaction(async (inside) => {
      await inside.raw('LOCK TABLE refusal_counts, code_guesses IN ACCESS EXCLUSIVE MODE');
      const { code, verifier } = await authorize(server, jar);
      const { status, body } = await exchange(server, code!, verifier);
      expect(status).to.equal(200);
      const headers = { authorization: `Bearer ${body.access_token}` };
      expect((await send(at('/oidc/userinfo'), { headers })).status).to.equal(200);
    });
  });

  it('two pages of one reason in an hour show one support code, which leads to the event', async () => {
    const codeOn = async () =>
      /[2-9A-Z]{4}-[2-9A-Z]{4}/.exec((await send(authorizationUrl(server, { redirect_uri: 'https://a.example/' }).url)).text)![0];
    const [first, second] = [await codeOn(), await codeOn()];
    expect(second).to.equal(first);
    expect((await ana.get(at(`/admin/audit?support_code=${first}`))).text).to.contain('the redirect URI is not registered');
  });

  describe('guessing client secrets', () => {
    it('ten different ones from an address, then 429, whichever the next is', async () => {
      for (let n = 0; n < 10; n++) expect((await secret(`guess number ${n} of them`, '203.0.113.50')).status).to.equal(401);
      for (const next of ['one more guess than may be', clientSecret]) {
        const answer = await secret(next, '203.0.113.50');
        expect([answer.status, json(answer).error]).to.deep.equal([429, 'invalid_client']);
        expect(Number(answer.headers['retry-after'])).to.be.within(1, 600);
      }
      expect((await secret(clientSecret, '203.0.113.51')).status, 'others are not locked out').to.equal(200);
      wait(11);
      expect((await secret(clientSecret, '203.0.113.50')).status).to.equal(200);
    });

    it('a server that was left with an old secret asks all day, and the one beside it is let in', async () => {
      for (let n = 0; n < 40; n++) expect((await secret('the secret of last year', '203.0.113.60')).status).to.equal(401);
      expect((await secret(clientSecret, '203.0.113.60')).status).to.equal(200);
    });

    it('somebody who guesses beside a server that is known keeps it from nothing', async () => {
      expect((await secret(clientSecret, '203.0.113.70')).status).to.equal(200);
      for (let n = 0; n < 15; n++) await secret(`guess of a neighbour ${n}`, '203.0.113.70');
      expect((await secret(clientSecret, '203.0.113.70')).status).to.equal(200);
    });
  });
});
