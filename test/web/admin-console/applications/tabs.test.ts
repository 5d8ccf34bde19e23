import { expect } from 'chai';
import { load } from 'cheerio';
import { type Application, findApplicationByCode } from '../../../../src/domain/applications/applications/index.ts';
import { Jar } from '../../../support/jar.ts';
import { authorize } from '../../../support/oidc.ts';
import { makeKeys } from '../../../support/saml.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../../support/server.ts';

const { certificate } = makeKeys();
const all = ['General', 'Sign-in', 'Attributes and claims', 'People', 'Activity', 'Advanced'];

/** One of each protocol with something set in every part of its form. */
const applications = [
  {
    code: 'full-oidc',
    name: 'Full OpenID Connect',
    description: 'Everything is set',
    category: 'Tools',
    navigable: true,
    launchUrl: 'https://full.acme.example/',
    oidc: {
      client_id: 'full-oidc',
      client_secret: 'full-secret-full-secret-full-secret',
      redirect_uris: ['https://full.acme.example/callback'],
      post_logout_redirect_uris: ['https://full.acme.example/bye'],
      web_origins: ['https://spa.acme.example'],
      grant_types: ['authorization_code', 'refresh_token'],
      initiate_login_uri: 'https://full.acme.example/start',
      backchannel_logout_uri: 'https://full.acme.example/logout',
      id_token_signed_response_alg: 'ES256',
      require_pushed_authorization_requests: true,
      consent_required: true,
      access_token_seconds: 600,
      claims: [{ name: 'tier', value: 'gold' }],
      standard_claims: { locale: [] },
      groups_claim: { prefix: 'app-', strip_prefix: true },
      subject_type: 'pairwise',
    },
  },
  {
    code: 'full-saml',
    name: 'Full SAML',
    description: 'Everything is set',
    category: 'Tools',
    navigable: true,
    launchUrl: 'https://saml.acme.example/',
    saml: {
      entityId: 'https://saml.acme.example',
      assertionConsumerServices: [{ url: 'https://saml.acme.example/acs', index: 4, isDefault: true }],
      singleLogoutServices: [{ binding: 'redirect', url: 'https://saml.acme.example/slo' }],
      signingCertificates: [certificate],
      encryptionCertificate: certificate,
      encryptAssertion: true,
      signResponse: true,
      requireSignedRequests: true,
      defaultRelayState: 'home',
      nameIdFormat: 'unspecified',
      nameIdField: 'login',
      attributes: [{ name: 'mail', from: 'email' }],
      sendGroups: true,
      soapLogoutUrl: 'https://saml.acme.example/soap',
    },
  },
  { code: 'just-a-link', name: 'Just a link', launchUrl: 'https://link.acme.example/' },
];

describe('web: an application’s page has tabs', () => {
  let server: TestServer;
  let ana: Jar;

  before(async () => {
    server = await startTestServer();
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', applications }] });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  after(() => server.close());

  const find = async (code: string) => (await findApplicationByCode(await server.scope(), code))!;
  const at = async (code: string, path = '') => `${server.issuer}/admin/applications/${(await find(code)).applicationId}${path}`;

  it('each is a plain link with an address of its own and says where one is; a link only has those that mean something', async () => {
    for (const [code, expected] of Object.entries({
      'full-oidc': all,
      'full-saml': all,
      'just-a-link': ['General', 'People', 'Activity', 'Advanced'],
    })) {
      const first = load((await ana.get(await at(code))).text);
      const links = first('nav.tabs a')
        .map((_, one) => [[first(one).text(), first(one).attr('href')!]])
        .get() as unknown as string[][];
      expect(
        links.map(([name]) => name),
        code,
      ).to.deep.equal(expected);
      for (const [name, href] of links) {
        const page = load((await ana.get(new URL(href!, server.baseUrl).href)).text);
        expect(
          page('nav.tabs [aria-current="page"]')
            .map((_, one) => page(one).text())
            .get(),
          code,
        ).to.deep.equal([name]);
        expect(page('h1').text()).to.equal((await find(code)).name);
      }
    }
  });

  it('a part of the form that is saved as it is changes nothing, and shows only its own', async () => {
    const whole = (application: Application) => ({ ...application, version: 0, updatedAt: 0 });
    for (const code of ['full-oidc', 'full-saml'])
      for (const part of ['general', 'sign-in', 'data', 'advanced']) {
        const before = await find(code);
        const page = await ana.get(await at(code, `/edit?part=${part}`));
        expect(load(page.text)('#name').length, `${code} ${part}`).to.equal(part === 'general' ? 1 : 0);
        const form = ana.form(page, /edit/);
        const answer = await ana.get(form.action, { form: new URLSearchParams(form.entries) });
        expect(answer.status, `${code} ${part} ${load(answer.text)('.invalid').text()}`).to.equal(303);
        expect(whole(await find(code)), `${code} ${part}`).to.deep.equal(whole(before));
      }
  });

  it('a part changes what is its own; what it cannot show is refused in the whole form, with what was typed', async () => {
    const save = async (code: string, part: string, changes: Record<string, string>) => {
      const form = ana.form(await ana.get(await at(code, `/edit?part=${part}`)), /edit/);
      const sent = new URLSearchParams(form.entries);
      for (const [name, value] of Object.entries(changes)) sent.set(name, value);
      return ana.get(form.action, { form: sent });
    };
    expect((await save('full-saml', 'general', { name: 'Renamed' })).location).to.match(/applications\/[0-9a-f-]+\?done=/);
    expect((await save('full-saml', 'sign-in', { defaultRelayState: 'start' })).location).to.contain('/connection?done=');
    expect(await find('full-saml')).to.deep.include({ name: 'Renamed' });
    expect((await find('full-saml')).saml).to.include({ defaultRelayState: 'start', sendGroups: true, signResponse: true });
    const own = await save('full-oidc', 'sign-in', { redirect_uris: 'no address' });
    expect(own.status).to.equal(422);
    expect(load(own.text)('#redirect_uris-fault').text()).to.not.equal('');
    expect(load(own.text)('#name').length, 'the part alone').to.equal(0);
    // another host would make other subjects: that is a question of another part
    const other = await save('full-oidc', 'sign-in', {
      redirect_uris: 'https://moved.example/callback',
      post_logout_redirect_uris: '',
      web_origins: '',
    });
    expect(other.status).to.equal(422);
    expect(load(other.text)('#name').length, 'the whole form').to.equal(1);
    expect(load(other.text)('#redirect_uris').text()).to.equal('https://moved.example/callback');
  });

  it('Activity counts sign-ins and refusals of a day, a week and a month, and each of the last leads to its explanation', async () => {
    const counts = async (code: string) => {
      const page = load((await ana.get(await at(code, '/activity'))).text);
      return page('tr[data-period]')
        .map((_, row) =>
          page(row)
            .find('td')
            .map((_, cell) => page(cell).text())
            .get()
            .join('/'),
        )
        .get();
    };
    expect(await counts('mobile')).to.deep.equal(['0/0', '0/0', '0/0']);
    await authorize(server, new Jar(), { login: 'jsilva', password: passwords.joao, client_id: 'mobile' });
    await authorize(server, new Jar(), { login: 'ana@acme.example', password: passwords.ana, client_id: 'payroll' });
    expect(await counts('mobile')).to.deep.equal(['1/0', '1/0', '1/0']);
    const page = await ana.get(await at('payroll', '/activity'));
    expect(await counts('payroll'), 'signed in, and not assigned').to.deep.equal(['1/1', '1/1', '1/1']);
    expect(page.text).to.match(/admin\/explain\?event=[0-9a-f-]{36}/);
  });
});
