import { expect } from 'chai';
import { type Answer, Jar, send } from '../../support/jar.ts';
import { authorizationUrl, authorize, basic, json, token } from '../../support/oidc.ts';
import { clientSecret, fillSignIn, passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

describe('web/oidc: what an application asks for', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  const stop = (url: string) => url.startsWith(server.redirectUri);
  const at = (path: string) => `${server.issuer}${path}`;

  describe('prompt=select_account (OpenID Connect Core §3.1.2.1)', () => {
    const open = (jar: Jar, extra: Record<string, string> = {}) =>
      jar.follow(authorizationUrl(server, { client_id: 'mobile', prompt: 'select_account', ...extra }).url, {}, stop);
    const choose = (jar: Jar, page: Answer, decision: 'stay' | 'other') => jar.submit(jar.form(page, /interaction/), { decision }, stop);
    const hasCode = ({ location }: Answer) => new URL(location ?? 'http://nowhere/').searchParams.has('code');
    const whoIs = async (jar: Jar) => (await jar.get(at('/launchpad'))).text;

    it('whoever is signed in goes on as they are', async () => {
      const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
      const page = await open(jar);
      expect(page.text).to.contain('Choose an account').and.to.contain('João da Silva (jsilva)').and.to.contain('Mobile');
      expect(hasCode(await choose(jar, page, 'stay'))).to.equal(true);
      expect((await open(jar)).text, 'every time').to.contain('Choose an account');
    });

    it('or as somebody else, whose name nobody suggests', async () => {
      const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
      const page = await choose(jar, await open(jar, { login_hint: 'jsilva' }), 'other');
      expect(jar.form(page).fields.login).to.equal('');
      expect((await jar.follow(page.url)).text, 'loaded again, nothing is skipped').to.contain('name="password"');
      expect(hasCode(await fillSignIn(jar, page, 'ana@acme.example', passwords.ana, stop))).to.equal(true);
      expect(await whoIs(jar))
        .to.contain('Ana Souza')
        .and.not.to.contain('João');
    });

    it('or as themselves, by a new sign-in', async () => {
      const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
      const page = await choose(jar, await open(jar), 'other');
      expect(hasCode(await fillSignIn(jar, page, 'jsilva', passwords.joao, stop))).to.equal(true);
    });

    it('nobody is signed in: the sign-in page is the choice', async () => {
      const jar = new Jar();
      const page = await open(jar);
      expect(page.text).to.contain('name="password"');
      expect(hasCode(await fillSignIn(jar, page, 'jsilva', passwords.joao, stop))).to.equal(true);
    });

    it('with prompt=login the choice comes first, then the password', async () => {
      const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
      const asked = await choose(jar, await open(jar, { prompt: 'login select_account' }), 'stay');
      expect(asked.text).to.contain('name="password"');
      expect(hasCode(await fillSignIn(jar, asked, 'jsilva', passwords.joao, stop))).to.equal(true);
    });

    it('somebody else signed in meanwhile: the page asks again, and names them', async () => {
      const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
      const page = await open(jar);
      await jar.submit(jar.form(await jar.get(at('/sign-out')), /sign-out$/));
      await fillSignIn(jar, await jar.follow(at('/launchpad')), 'ana@acme.example', passwords.ana);
      const again = await choose(jar, page, 'stay');
      expect(again.text).to.contain('Choose an account').and.to.contain('Ana Souza').and.not.to.contain('João');
      expect(hasCode(await choose(jar, again, 'stay'))).to.equal(true);
    });

    it('the session ended on the page: whoever goes on signs in', async () => {
      const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
      const page = await open(jar);
      await jar.submit(jar.form(await jar.get(at('/sign-out')), /sign-out$/));
      const asked = await choose(jar, page, 'stay');
      expect(asked.text).to.contain('name="password"');
      expect(hasCode(await fillSignIn(jar, asked, 'ana@acme.example', passwords.ana, stop))).to.equal(true);
    });

    it('who may not open the application is told so after the choice; other values stay errors', async () => {
      const jar = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
      const refused = await choose(jar, await open(jar, { client_id: 'payroll' }), 'stay');
      expect(refused.status).to.equal(403);
      for (const prompt of ['create', 'foo', 'none select_account'])
        expect((await authorize(server, jar, { prompt })).error, prompt).to.equal('invalid_request');
    });

    it('is announced', async () => {
      const { prompt_values_supported } = json(await send(at('/.well-known/openid-configuration')));
      expect(prompt_values_supported).to.deep.equal(['none', 'login', 'consent', 'select_account']);
    });
  });

  describe('scopes (RFC 6749 §3.3)', () => {
    for (const scope of [undefined, 'OpenID', 'unheard of', 'offline_access'])
      it(`${scope ?? 'none at all'}: invalid_scope, signed in or not, and by a pushed request`, async () => {
        const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
        const nonce = undefined;
        for (const one of [jar, new Jar()]) expect((await authorize(server, one, { scope, nonce })).error).to.equal('invalid_scope');
        expect((await authorize(server, jar, { scope, nonce, prompt: 'none' })).error).to.equal('invalid_scope');
        const form = new URL(authorizationUrl(server, { scope, nonce }).url).searchParams;
        const pushed = await send(at('/oidc/par'), { form, headers: basic('payroll', clientSecret) });
        expect([pushed.status, json(pushed).error]).to.deep.equal([400, 'invalid_scope']);
        if (scope === 'offline_access') return; // a device may ask for nothing else
        const device = await send(at('/oidc/device/authorize'), { form: { client_id: 'mobile', ...(scope ? { scope } : {}) } });
        expect([device.status, json(device).error]).to.deep.equal([400, 'invalid_scope']);
      });

    it('an unknown one beside a known one is ignored; without openid a token is plain OAuth 2.0; client credentials need none', async () => {
      const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
      expect((await authorize(server, jar, { scope: 'openid unheard' })).code).to.be.a('string');
      expect((await authorize(server, jar, { scope: 'profile', nonce: undefined })).code).to.be.a('string');
      expect((await token(server.issuer, { grant_type: 'client_credentials' }, basic('payroll', clientSecret))).status).to.equal(200);
    });

    it('who may not open the application is still access_denied', async () => {
      const jar = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
      expect((await authorize(server, jar, { prompt: 'none' })).error).to.equal('access_denied');
    });
  });

  describe('ui_locales (OpenID Connect Core §3.1.2.1)', () => {
    const languageOf = ({ text }: Answer) => /<html lang="([^"]+)"/.exec(text)?.[1];
    const open = (jar: Jar, ui_locales: string, headers: Record<string, string> = {}) =>
      jar.follow(authorizationUrl(server, { client_id: 'mobile', ui_locales }).url, { headers }, stop);

    for (const [wanted, language] of [
      ['es', 'es'],
      ['pt-PT fr', 'pt-BR'],
      ['fr de pt-BR es', 'pt-BR'],
      ['fr', 'en'],
      ['  es  ', 'es'],
      ['<script>', 'en'],
    ] as const)
      it(`${JSON.stringify(wanted)} is ${language}, on every page of the sign-in`, async () => {
        const jar = new Jar();
        const page = await open(jar, wanted);
        expect(languageOf(page)).to.equal(language);
        expect(languageOf(await fillSignIn(jar, page, 'nobody', 'wrong', stop)), 'and refused').to.equal(language);
        expect(languageOf(await jar.follow(at('/sign-in'))), 'another sign-in of the same browser').to.equal('en');
      });

    it('what the person chose here comes before it, what their profile says after it', async () => {
      const chosen = new Jar();
      await chosen.get(at('/language?locale=en'));
      expect(languageOf(await open(chosen, 'es'))).to.equal('en');
      const joao = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
      const { url } = authorizationUrl(server, { client_id: 'mobile', ui_locales: 'es', prompt: 'select_account' });
      expect(languageOf(await joao.follow(url))).to.equal('es');
    });

    it('errors, the question of a sign-out and the page after it speak it, too', async () => {
      const error = await send(at('/oidc/authorize?client_id=nobody&ui_locales=es'), { headers: { accept: 'text/html' } });
      expect([error.status, languageOf(error)]).to.deep.equal([400, 'es']);
      const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
      const question = await jar.get(at('/oidc/sign-out?client_id=payroll&ui_locales=pt-BR'));
      expect(languageOf(question)).to.equal('pt-BR');
      const done = await jar.submit(jar.form(question, /confirm/), { logout: 'yes' });
      expect([done.url.includes('/sign-out/success'), languageOf(done)]).to.deep.equal([true, 'pt-BR']);
      expect(languageOf(await new Jar().follow(at('/oidc/sign-out?ui_locales=es'))), 'of nobody').to.equal('es');
    });

    it('is announced', async () => {
      const { ui_locales_supported } = json(await send(at('/.well-known/openid-configuration')));
      expect(ui_locales_supported).to.deep.equal(['en', 'es', 'pt-BR']);
    });
  });
});
