import { expect } from 'chai';
import { decide, recordRefusal } from '../../../../src/domain/applications/access/index.ts';
import { findApplicationByCode } from '../../../../src/domain/applications/applications/index.ts';
import { assignApplication } from '../../../../src/domain/applications/assignments/index.ts';
import { newAccountsSettings } from '../../../../src/domain/company/new-accounts/index.ts';
import { findUserByLogin } from '../../../../src/domain/people/users/index.ts';
import { locales } from '../../../../src/platform/i18n/index.ts';
import { eventsOf, watchRefusals } from '../../../support/audit.ts';
import { supportCodeOf } from '../../../support/faults.ts';
import { Jar } from '../../../support/jar.ts';
import { authorizationUrl } from '../../../support/oidc.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../../support/server.ts';

const words = {
  en: ['Then', 'Now', 'different now', 'Support code not found'],
  es: ['En ese momento', 'Ahora', 'diferente ahora', 'Código de soporte no encontrado'],
  'pt-BR': ['Naquele momento', 'Agora', 'diferente agora', 'Código de suporte não encontrado'],
};

describe('web: what a support code stands for', () => {
  let server: TestServer;
  let ana: Jar;
  before(async () => {
    server = await startTestServer();
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  after(() => server.close());

  const openCode = (code: string) => ana.follow(`${server.issuer}/admin/explain?code=${encodeURIComponent(code)}`);

  it('as it was beside as it is now, with the difference marked, in three languages', async () => {
    const scope = await server.scope();
    const user = (await findUserByLogin(scope, 'ana@acme.example'))!;
    const application = (await findApplicationByCode(scope, 'payroll'))!;
    const verdict = decide(await server.app.services.findAccess(scope.contextId, user.userId, application.applicationId));
    if (verdict.allowed) return expect.fail('it was assigned');
    await recordRefusal(scope, { id: user.userId, name: 'Ana Souza' }, application, verdict, 'LANG-2345');
    await assignApplication(scope, application.applicationId, { kind: 'user', id: user.userId });
    const [event] = await eventsOf(scope, { type: 'access.refused' });
    for (const locale of locales) {
      await ana.get(`${server.issuer}/language?locale=${locale}`);
      const { text } = await ana.get(`${server.issuer}/admin/explain?event=${event!.id}`);
      for (const word of words[locale].slice(0, 3)) expect(text, locale).to.contain(word);
      expect(text, locale).not.to.match(/(past|explain|audit)\.[a-z_.]+</);
      const none = await openCode('ZZZZ-ZZZZ');
      expect(none.status).to.equal(404);
      expect(none.text).to.contain(words[locale][3]);
    }
    await ana.get(`${server.issuer}/language?locale=en`);
  });

  it('is asked for on Home, the audit report and Explain', async () => {
    for (const path of ['/admin', '/admin/explain']) {
      const page = await ana.get(server.issuer + path);
      expect(ana.form(page, /\/admin\/explain$/).method, path).to.equal('GET');
      expect(page.text, path).to.contain('name="code"');
    }
    const report = await ana.get(`${server.issuer}/admin/audit?support_code=LANG-2345`);
    expect(report.text)
      .to.contain('/admin/explain?code=LANG-2345')
      .and.match(/\/admin\/explain\?event=[0-9a-f-]{36}/);
  });

  it('of a page that was not there: its address is not kept, and strangers fill nothing', async () => {
    const scope = await server.scope();
    const events = (await eventsOf(scope)).length;
    const codes = new Set<string>();
    for (let n = 0; n < 30; n++) codes.add(supportCodeOf(await new Jar().get(`${server.issuer}/nothing/secret-${n}?token=${n}`)));
    expect(codes.size).to.equal(1);
    expect((await eventsOf(scope)).length).to.equal(events);
    const page = await openCode([...codes][0]!);
    expect(page.text).to.contain('Page error').and.contain('not_found').and.contain('30 times');
    expect(page.text).to.not.contain('secret-');
    expect(JSON.stringify(await scope.db('page_failures').select('*'))).to.not.contain('secret-');
  });

  it('escapes what applications and strangers sent', async () => {
    const evil = 'https://evil.example/<script>alert(1)</script>';
    const answer = await new Jar().get(authorizationUrl(server, { redirect_uri: evil }).url);
    const page = await openCode(supportCodeOf(answer));
    expect(page.text).to.contain('evil.example').and.contain('the redirect URI is not registered');
    expect(page.text).to.not.contain('<script>alert(1)');
    expect((await openCode('"><script>alert(1)</script>')).text).to.not.contain('<script>alert(1)');
  });

  it('of an application: how it was set up, and the last request of the hour beside the first', async () => {
    const scope = await server.scope();
    const counted = await watchRefusals(scope, 'authorization.failed');
    const first = await new Jar().get(authorizationUrl(server, { client_id: 'mobile', redirect_uri: 'https://first.example/' }).url);
    const second = await new Jar().get(authorizationUrl(server, { client_id: 'mobile', redirect_uri: 'https://second.example/' }).url);
    expect(supportCodeOf(second)).to.equal(supportCodeOf(first));
    expect(await counted()).to.deep.equal(['redirect-not-registered', 'redirect-not-registered']);
    const page = await openCode(supportCodeOf(second));
    expect(page.text)
      .to.contain('first.example')
      .and.contain('second.example')
      .and.contain('Redirect URIs')
      .and.contain(server.redirectUri);
  });

  it('of a fault of ours: the operator finds it by the code and the time', async () => {
    const { services } = server.app;
    const whole = services.findSettings;
    services.findSettings = (async (...asked: Parameters<typeof whole>) => {
      if (asked[1].name === newAccountsSettings.name) throw new TypeError('a secret of ours');
      return whole(...asked);
    }) as typeof whole;
    try {
      const answer = await new Jar().follow(`${server.issuer}/register`);
      expect(answer.status).to.equal(500);
      const page = await openCode(supportCodeOf(answer));
      expect(page.text).to.contain('give the operator the code').and.contain('TypeError').and.contain('/register');
      expect(page.text).to.not.contain('a secret of ours');
    } finally {
      services.findSettings = whole;
    }
  });

  it('a sign-in that goes well keeps nothing and counts nothing', async () => {
    const { knex } = server.app.services.database;
    const statements: string[] = [];
    const note = ({ sql }: { sql: string }) => statements.push(sql);
    knex.on('query', note);
    await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    knex.removeListener('query', note);
    expect(statements.filter((sql) => /page_failures|refusal_counts/.test(sql))).to.deep.equal([]);
    const [event] = (await eventsOf(await server.scope(), { type: 'sign-in.succeeded' })).slice(-1);
    expect(event!.details).to.not.have.property('facts');
  });
});
