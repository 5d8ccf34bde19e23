import { expect } from 'chai';
import { load } from 'cheerio';
import { findApplicationByCode } from '../../../../src/domain/applications/applications/index.ts';
import { listExchanges, startTrace } from '../../../../src/domain/applications/traces/index.ts';
import { eventsOf } from '../../../support/audit.ts';
import { Jar, send } from '../../../support/jar.ts';
import { authorize } from '../../../support/oidc.ts';
import { followSaml } from '../../../support/saml.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../../support/server.ts';

const attributes = [
  { name: 'mail', from: 'email' },
  { name: 'full', template: '{firstName} {lastName}' },
] as const;

describe('web: an administrator tests a sign-in', () => {
  let server: TestServer;
  let ana: Jar;

  before(async () => {
    server = await startTestServer();
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
              saml: {
                entityId: 'https://wiki.example',
                assertionConsumerServices: [{ url: 'https://wiki.example/acs' }],
                attributes: attributes.map((one) => ({ ...one })),
              },
            },
          ],
        },
      ],
    });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  after(() => server.close());

  const find = async (code: string) => (await findApplicationByCode(await server.scope(), code))!;
  const test = async (code: string) =>
    load((await ana.get(`${server.issuer}/admin/applications/${(await find(code)).applicationId}/test`)).text);

  it('OpenID Connect: what would be told is what a real sign-in tells', async () => {
    const page = await test('mobile');
    expect(page('.alert-done').text()).to.contain('Ana Souza can open Mobile');
    const { code, verifier } = await authorize(server, new Jar(), {
      login: 'ana@acme.example',
      password: passwords.ana,
      client_id: 'mobile',
      scope: 'openid profile email groups',
    });
    const token = await tokenOf(code!, verifier);
    const told = JSON.parse((await send(`${server.issuer}/oidc/userinfo`, { headers: { authorization: `Bearer ${token}` } })).text);
    const shown = JSON.parse(page('#userinfo').text());
    for (const [name, value] of Object.entries(told)) expect(shown, name).to.deep.include({ [name]: value });
    expect(page(`a[href$="/launchpad/open/${(await find('mobile')).applicationId}"]`).attr('target')).to.equal('_blank');
  });

  async function tokenOf(code: string, verifier: string): Promise<string> {
    const form = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: server.redirectUri, client_id: 'mobile' };
    return JSON.parse((await send(`${server.issuer}/oidc/token`, { form })).text).access_token;
  }

  it('SAML: NameID and attributes are those of the assertion that opening it sends', async () => {
    const wiki = await find('wiki');
    const page = await test('wiki');
    const shown = load(page('.value-long').text(), { xml: true });
    const seen: Parameters<typeof followSaml>[2] = [];
    await followSaml(ana, await ana.get(`${server.issuer}/saml/launch/${wiki.applicationId}`), seen, () => true);
    const sent = load(seen[0]!.xml, { xml: true });
    for (const part of ['saml\\:NameID', 'saml\\:Audience', 'saml\\:AttributeValue'])
      expect(shown(part).text(), part).to.equal(sent(part).text()).and.not.equal('');
    expect(page('main').text()).to.contain('https://wiki.example/acs').and.to.contain('Ana Souza');
  });

  it('sends nothing to the application and signs nobody in; that it looked at a person is recorded', async () => {
    const wiki = await find('wiki');
    const scope = await server.scope();
    await startTrace(scope, wiki.applicationId);
    const before = (await eventsOf(scope)).length;
    await test('wiki');
    expect(await listExchanges(scope, wiki.applicationId)).to.deep.equal([]);
    const events = (await eventsOf(scope)).slice(before).map(({ type }) => type);
    expect(events).to.deep.equal(['explanation.viewed']);
  });

  it('what refuses is named with the page that mends it; after that it works, and can be opened', async () => {
    const { applicationId } = await find('payroll');
    const refused = await test('payroll');
    expect(refused('.alert-fault').text()).to.contain('Ana Souza can’t open Payroll');
    expect(refused('a[href*="/launchpad/open/"]').length, 'not offered').to.equal(0);
    const mend = refused('.explain-refuses a.btn-primary');
    expect(mend.attr('href')).to.match(/\/admin\/users\/[0-9a-f-]+\/applications\/add/);
    const page = await ana.get(new URL(mend.attr('href')!, server.baseUrl).href);
    const { action, entries } = ana.form(page, /applications\/add/);
    const form = new URLSearchParams(entries.filter(([name]) => name !== 'find'));
    form.append('applications', applicationId);
    expect((await ana.get(action, { form })).status).to.equal(303);
    const mended = await test('payroll');
    expect(mended('.alert-done').text()).to.contain('Ana Souza can open Payroll');
    expect(mended('a[href*="/launchpad/open/"]').length).to.equal(1);
  });
});
