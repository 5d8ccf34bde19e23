import { deflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import { load } from 'cheerio';
import { pageRoutes } from '../../../src/app/web-routes.ts';
import { type Answer, Jar } from '../../support/jar.ts';
import { authorizationUrl, authorize } from '../../support/oidc.ts';
import { fillSignIn, passwords, startTestServer, type TestServer } from '../../support/server.ts';

/** A browser that refuses cookies. */
class Refusing extends Jar {
  override get(...[url, options]: Parameters<Jar['get']>) {
    this.cookies.clear();
    return super.get(url, options);
  }
}

const words = {
  en: ['Your browser did not send cookies', 'Try again'],
  es: ['Su navegador no envió cookies', 'Intentar de nuevo'],
  'pt-BR': ['Seu navegador não enviou cookies', 'Tentar de novo'],
};

describe('web: cookies that are refused or gone, and the back button', () => {
  let server: TestServer;
  const acs = 'http://127.0.0.1:9/acs';
  const stop = (url: string) => url.startsWith('http://127.0.0.1:9/');
  before(async () => {
    server = await startTestServer();
    const saml = { entityId: 'https://wiki.example', assertionConsumerServices: [{ url: acs }] };
    const wiki = { code: 'wiki', name: 'Wiki', assignedTo: { groups: ['Everyone'] }, launchUrl: 'http://127.0.0.1:9/wiki', saml };
    const redirect_uris = ['http://127.0.0.1:9/survey/callback'];
    const oidc = { client_id: 'survey', token_endpoint_auth_method: 'none', redirect_uris, consent_required: true };
    const survey = { code: 'survey', name: 'Survey', assignedTo: { groups: ['Everyone'] }, oidc };
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', applications: [wiki, survey] }] });
  });
  after(() => server.close());

  const samlRequest = (id: string): string => {
    const xml = `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${id}" Version="2.0" IssueInstant="${new Date().toISOString()}" Destination="${server.issuer}/saml/sso"><saml:Issuer>https://wiki.example</saml:Issuer></samlp:AuthnRequest>`;
    return `${server.issuer}/saml/sso?${new URLSearchParams({ SAMLRequest: deflateRawSync(xml).toString('base64') })}`;
  };
  /** Where people come from, the name they read, and whether an address is the application's. */
  const ways = {
    'OpenID Connect': { from: () => authorizationUrl(server).url, name: 'Payroll', arrives: /^http:\/\/127\.0\.0\.1:9\/callback\?code=/m },
    SAML: { from: () => samlRequest(`_${Math.random().toString(36).slice(2)}`), name: 'Wiki', arrives: /name="SAMLResponse"/ },
    'a page of ours': { from: () => `${server.issuer}/account?x=1`, name: undefined, arrives: /\/acme\/account\?x=1$/m },
  };
  const again = (answer: Answer) => new URL(load(answer.text)('a.btn-primary').attr('href')!, answer.url).href;

  for (const [way, { from, name, arrives }] of Object.entries(ways)) {
    it(`${way}: refused cookies are said so in three languages, without a circle, with the way back`, async () => {
      for (const [locale, [title, label]] of Object.entries(words)) {
        const jar = new Refusing();
        const headers = { 'accept-language': locale };
        let answer = await jar.follow(from(), { headers });
        // the next hops of this jar say no language: the page is asked for once more
        answer = await jar.get(answer.url, { headers });
        expect([answer.status, answer.headers['cache-control']], `${way} ${answer.url}`).to.deep.equal([403, 'no-store']);
        expect(answer.text).to.contain(title).and.to.contain(label).and.to.contain(new URL(server.baseUrl).host);
        if (name) expect(answer.text).to.contain(name);
        expect(jar.log.length, 'no circle').to.be.lessThan(6);
        const other = await jar.follow(again(answer));
        expect([other.status, jar.log.length < 14], 'refused again').to.deep.equal([403, true]);
      }
    });

    it(`${way}: once cookies are allowed, the same link leads where the person wanted to go`, async () => {
      const refusing = new Refusing();
      const refused = await refusing.follow(from());
      const jar = new Jar();
      // the answer that refuses brings a cookie, too
      await jar.get(refused.url);
      let page = await jar.follow(again(refused), {}, stop);
      if (/a class="btn btn-primary w-100" href/.test(page.text)) page = await jar.follow(again(page), {}, stop);
      const arrived = await fillSignIn(jar, page, 'jsilva', passwords.joao, stop);
      expect(`${arrived.location ?? arrived.url}\n${arrived.text}`).to.match(arrives);
    });

    it(`${way}: cookies deleted while the sign-in page was open`, async () => {
      const jar = new Jar();
      const page = await jar.follow(from());
      jar.cookies.clear();
      const refused = await fillSignIn(jar, page, 'jsilva', passwords.joao);
      expect(refused.status).to.equal(403);
      expect(refused.text).to.contain(words.en[0]);
      const next = await jar.follow(again(refused), {}, stop);
      const arrived = await fillSignIn(jar, next, 'jsilva', passwords.joao, stop);
      expect(`${arrived.location ?? arrived.url}\n${arrived.text}`).to.match(arrives);
    });
  }

  it('every page with a form says so, too, and leads to itself', async () => {
    const posts = pageRoutes(undefined as never, undefined as never).filter(
      ({ method, access }) => method === 'POST' && access === 'anyone',
    );
    const opened = pageRoutes(undefined as never, undefined as never)
      .filter(({ method }) => method === 'GET')
      .map(({ path }) => path);
    for (const { path } of posts.filter(({ fromElsewhere, fromProgram }) => !fromElsewhere && !fromProgram)) {
      const address = path.replace(/:\w+/g, '0000');
      const refused = await new Jar().get(`${server.issuer}${address}`, { form: { login: 'jsilva' } });
      expect(refused.status, path).to.equal(403);
      expect(refused.text, path).to.contain(words.en[0]);
      expect(again(refused), path).to.equal(server.issuer + (opened.includes(path) ? address : '/launchpad'));
    }
  });

  it('a form of another site is refused as such: its browser sends no cookies there', async () => {
    const headers = { 'sec-fetch-site': 'cross-site' };
    const answer = await new Jar().get(`${server.issuer}/recovery`, { form: { login: 'jsilva' }, headers });
    expect([answer.status, answer.text.includes('The form was not sent from this page')]).to.deep.equal([403, true]);
  });

  it('starts again for another browser, and hands it nothing that was proven', async () => {
    const own = new Jar();
    const page = await own.follow(authorizationUrl(server).url);
    const other = new Jar();
    await other.follow(`${server.issuer}/launchpad`);
    const fresh = await other.follow(page.url, {}, stop);
    expect(fresh.url).to.not.equal(page.url);
    expect(fresh.text).to.contain('name="password"').and.to.contain('Payroll');
    const arrived = await fillSignIn(other, fresh, 'jsilva', passwords.joao, stop);
    expect(arrived.location).to.match(/callback\?code=/);
    expect((await fillSignIn(own, page, 'jsilva', passwords.joao, stop)).location, 'and its own goes on').to.match(/callback\?code=/);
  });

  describe('back, after a finished sign-in', () => {
    const back = (jar: Jar, url: string) => jar.follow(url, {}, stop).then(({ location, url: at }) => location ?? at);

    it('of OpenID Connect leads to where the application begins', async () => {
      const jar = new Jar();
      const page = await jar.follow(authorizationUrl(server).url);
      await fillSignIn(jar, page, 'jsilva', passwords.joao, stop);
      expect(await back(jar, page.url)).to.equal('http://127.0.0.1:9/');
    });

    it('of an application without such an address leads to its web site; so does its consent page', async () => {
      const jar = new Jar();
      const extra = { client_id: 'survey', redirect_uri: 'http://127.0.0.1:9/survey/callback' };
      const { answer: consent } = await authorize(server, jar, { login: 'jsilva', password: passwords.joao, ...extra });
      expect(consent.url).to.contain('/oidc/interaction/');
      const given = await jar.submit(jar.form(consent), { decision: 'allow' }, stop);
      expect(given.location).to.match(/survey\/callback\?code=/);
      expect(await back(jar, consent.url)).to.equal('http://127.0.0.1:9/');
    });

    it('of SAML leads into the application, from each of its pages, and no request is answered twice', async () => {
      const jar = new Jar();
      const request = samlRequest('_back');
      const page = await jar.follow(request);
      const posted = await fillSignIn(jar, page, 'ana@acme.example', passwords.ana);
      expect(posted.text).to.contain('SAMLResponse');
      for (const url of [page.url, posted.url, request]) expect(await back(jar, url), url).to.equal('http://127.0.0.1:9/wiki');
    });

    it('of a page of ours leads to that page', async () => {
      const jar = new Jar();
      const page = await jar.follow(`${server.issuer}/account?x=1`);
      await fillSignIn(jar, page, 'jsilva', passwords.joao);
      expect(await back(jar, page.url)).to.equal(`${server.issuer}/account?x=1`);
    });

    it('keeps nothing that was proven', async () => {
      const { db, contextId } = await server.scope();
      const rows = await db('pending_requests').where('context_id', contextId).whereNotNull('finished_at');
      expect(rows).to.have.length.greaterThan(3);
      for (const { proven } of rows) expect(proven).to.equal(null);
    });
  });
});
