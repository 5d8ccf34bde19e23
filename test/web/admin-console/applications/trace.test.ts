import { expect } from 'chai';
import { findApplicationByCode } from '../../../../src/domain/applications/applications/index.ts';
import { listExchanges, recordExchange } from '../../../../src/domain/applications/traces/index.ts';
import type { Clock } from '../../../../src/platform/clock/index.ts';
import { type Jar, send } from '../../../support/jar.ts';
import { authorizationUrl, basic, json } from '../../../support/oidc.ts';
import { clientSecret, passwords, signedIn, startTestServer, type TestServer } from '../../../support/server.ts';

describe('web: the trace of an application', () => {
  let server: TestServer;
  let ana: Jar;
  let ahead = 0;
  const clock: Clock = { now: () => new Date(Date.now() + ahead) };

  before(async () => {
    server = await startTestServer({ clock, config: { trustedProxies: ['127.0.0.1'] } });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          applications: [
            {
              code: 'wiki',
              name: 'Wiki',
              navigable: true,
              saml: { entityId: 'https://wiki.example', assertionConsumerServices: [{ url: 'https://wiki.example/acs' }] },
            },
          ],
        },
      ],
    });
  });
  after(() => server.close());

  const idOf = async (code: string) => (await findApplicationByCode(await server.scope(), code))!.applicationId;
  const traceOf = async (code: string) => ana.get(`${server.issuer}/admin/applications/${await idOf(code)}/trace`);
  async function turn(code: string, trace: 'on' | 'off') {
    const form = ana.form(await traceOf(code), /trace$/);
    return ana.follow(form.action, { form: { ...form.fields, trace } });
  }

  it('a flood of messages does not hide what comes after it', async () => {
    await turn('wiki', 'on');
    const application = (await findApplicationByCode(await server.scope(), 'wiki'))!;
    const scope = await server.scope();
    const exchange = (name: string) => ({ protocol: 'saml' as const, direction: 'received' as const, name, content: () => '' });
    for (let n = 0; n < 510; n++) await recordExchange(scope, application, exchange(`flood ${n}`));
    await recordExchange(scope, application, exchange('the genuine one'));
    const kept = await listExchanges(scope, application.applicationId, 1000);
    expect(kept).to.have.length(500);
    expect(kept[0]!.name).to.equal('the genuine one');
    await turn('wiki', 'off');
  });

  it('OpenID Connect: requests and answers decoded, secrets cut short, a failure with its cause', async () => {
    expect((await traceOf('mobile')).text).to.contain('No messages yet');
    expect((await turn('mobile', 'on')).text).to.contain('Trace started');
    const { url, verifier } = authorizationUrl(server, { client_id: 'mobile', scope: 'openid profile' });
    const answer = await ana.follow(url, {}, (address) => address.startsWith(server.redirectUri));
    const code = new URL(answer.location!).searchParams.get('code')!;
    const exchange = (form: Record<string, string>) =>
      send(`${server.issuer}/oidc/token`, {
        form: { client_id: 'mobile', grant_type: 'authorization_code', redirect_uri: server.redirectUri, ...form },
      });
    const wrong = await exchange({ code, code_verifier: 'x'.repeat(43) });
    expect(wrong.status).to.equal(400);
    const again = await ana.follow(authorizationUrl(server, { client_id: 'mobile', scope: 'openid' }).url, {}, (address) =>
      address.startsWith(server.redirectUri),
    );
    expect(again.location).to.contain('code=');
    const inFragment = `${authorizationUrl(server, { client_id: 'mobile', scope: 'openid' }).url}&response_mode=fragment`;
    const fragment = (await ana.follow(inFragment, {}, (address) => address.startsWith(server.redirectUri))).location!;
    const hidden = new URLSearchParams(new URL(fragment).hash.slice(1)).get('code')!;
    expect(hidden).to.have.length.greaterThan(20);
    const page = (await traceOf('mobile')).text;
    expect(page).to.not.contain(hidden);
    expect(page).to.contain('authorization received').and.to.contain('token received').and.to.contain('invalid_grant');
    expect(page).to.contain('code_verifier does not match code_challenge').and.to.contain('code_challenge');
    expect(page).to.not.contain(code).and.not.contain(verifier);
    expect(page, 'nothing of other applications').to.not.contain('payroll');
  });

  it('a token answer shows the claims of the ID token and no token', async () => {
    await turn('payroll', 'on');
    const token = await send(`${server.issuer}/oidc/token`, {
      form: { grant_type: 'client_credentials' },
      headers: basic('payroll', clientSecret),
    });
    const page = (await traceOf('payroll')).text;
    expect(page).to.contain('client_credentials').and.to.contain('access_token');
    expect(page).to.not.contain(json(token).access_token).and.not.contain(clientSecret);
  });

  it('OpenID Connect: whoever only knows the client ID hides nothing that the application said itself', async () => {
    await turn('payroll', 'on');
    const asks = (secret: string, ip: string) =>
      send(`${server.issuer}/oidc/token`, {
        form: { grant_type: 'client_credentials' },
        headers: { ...basic('payroll', secret), 'x-forwarded-for': ip },
      });
    await asks(clientSecret, '203.0.113.1');
    for (let n = 0; n < 20; n++) await asks('no secret of theirs', '203.0.113.2');
    const kept = async () => listExchanges(await server.scope(), await idOf('payroll'), 1000);
    expect(await kept(), 'ten a minute from one address').to.have.length(11);
    for (let n = 0; n < 70; n++) await send(authorizationUrl(server).url, { headers: { 'x-forwarded-for': `198.51.100.${n}` } });
    const all = await kept();
    expect(all, 'fifty of whoever they are').to.have.length(51);
    expect(all.at(-1)!.content).to.contain('access_token');
    await turn('payroll', 'off');
  });

  it('SAML: the message and the rule that refused it, in plain words; what was sent', async () => {
    await turn('wiki', 'on');
    await ana.get(`${server.issuer}/saml/launch/${await idOf('wiki')}`);
    const xml = `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="${clock.now().toISOString()}" Destination="https://elsewhere.example"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">https://wiki.example</saml:Issuer></samlp:AuthnRequest>`;
    await send(`${server.issuer}/saml/sso`, { form: { SAMLRequest: Buffer.from(xml).toString('base64'), RelayState: 'r' } });
    const wrong = xml.replace(
      'https://elsewhere.example"',
      `${server.issuer}/saml/sso" AssertionConsumerServiceURL="https://other.example/acs"`,
    );
    await send(`${server.issuer}/saml/sso`, { form: { SAMLRequest: Buffer.from(wrong).toString('base64') } });
    const page = (await traceOf('wiki')).text;
    expect(page).to.contain('ACS URL is not registered');
    expect(page).to.contain('Response sent').and.to.contain('ana@acme.example').and.to.contain('SAMLRequest received');
    expect(page).to.contain('is addressed to another destination').and.to.contain('https://elsewhere.example');
    expect(page).to.match(/SignatureValue&gt;[^&]{12}…&lt;/);
  });

  it('ends by itself after a quarter of an hour, or at once, and is audited', async () => {
    const count = async () => (await (await server.scope()).db('traced_exchanges').count({ n: '*' }))[0]!.n;
    const before = await count();
    ahead = 16 * 60 * 1000;
    const jar = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    await jar.get(`${server.issuer}/saml/launch/${await idOf('wiki')}`);
    expect(await count()).to.equal(before);
    ahead = 0;
    expect((await turn('wiki', 'off')).text).to.contain('Trace stopped');
    await ana.get(`${server.issuer}/saml/launch/${await idOf('wiki')}`);
    expect(await count()).to.equal(before);
    const types = await (await server.scope())
      .db('audit_events')
      .whereLike('type', 'application.trace-%')
      .distinct('type')
      .orderBy('type')
      .pluck('type');
    expect(types).to.deep.equal(['application.trace-started', 'application.trace-stopped']);
  });
});
