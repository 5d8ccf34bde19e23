import { expect } from 'chai';
import { load } from 'cheerio';
import { Jar } from '../../support/jar.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

describe('web: a preview of the branding', () => {
  let server: TestServer;
  let ana: Jar;
  before(async () => {
    server = await startTestServer();
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  after(() => server.close());

  const at = (path: string) => `${server.issuer}${path}`;
  async function typed(fields: Record<string, string>) {
    const { fields: kept } = ana.form(await ana.get(at('/admin/branding')), /admin\/branding$/);
    return ana.get(at('/admin/branding/preview'), { form: { ...kept, ...fields } });
  }
  const color = '#7a1f5c';
  const words = { color, 'texts.es.signIn': 'Use <b>su</b> cuenta', 'texts.es.launchpad': 'Hasta el viernes', preview_locale: 'es' };

  it('shows what is typed by the real views, and saves nothing', async () => {
    const signIn = await typed({ ...words, view: 'sign-in' });
    expect([signIn.status, load(signIn.text)('html').attr('lang')]).to.deep.equal([200, 'es']);
    expect(signIn.text).to.contain('id="login"').and.to.contain('Use &lt;b&gt;su&lt;/b&gt; cuenta').and.to.contain('colors.css?v=7a1f5c');
    expect((await typed({ ...words, view: 'launchpad' })).text)
      .to.contain('class="tiles"')
      .and.to.contain('Hasta el viernes');
    const mail = await typed({ ...words, view: 'mail' });
    expect(mail.text).to.contain(`background:${color}`).and.to.contain('lang="es"').and.to.contain('Hola, Ana');
    const sheet = await new Jar().get(new URL(/href="([^"]*colors\.css[^"]*)"/.exec(signIn.text)![1]!, server.baseUrl).href);
    expect(sheet.text).to.contain(`light-dark(${color}, `);
    const kept = await ana.get(at('/admin/branding/preview?preview_locale=es'));
    expect(kept.text).to.contain('id="login"').and.not.to.contain('colors.css').and.not.to.contain('su&lt;');
  });

  it('a part with a fault stays as it is kept', async () => {
    const { text, status } = await typed({ ...words, color: 'red; } body {', 'links.help': 'javascript:alert(1)' });
    expect(status).to.equal(200);
    expect(text).to.contain('cuenta').and.not.to.contain('colors.css').and.not.to.contain('javascript:');
    const sheet = await new Jar().get(at('/branding/colors.css?v=ffcc00'));
    expect([sheet.text.includes('ffcc00'), sheet.headers['cache-control']]).to.deep.equal([false, 'public, max-age=60']);
  });

  it('stands in a frame of ours alone, and nothing in it runs or can be reached', async () => {
    const policies: Record<string, string> = {};
    for (const view of ['sign-in', 'launchpad', 'mail']) {
      const { headers, text } = await ana.get(at(`/admin/branding/preview?view=${view}`));
      policies[view] = String(headers['content-security-policy']);
      expect(policies[view], view).to.contain("frame-ancestors 'self'").and.to.contain("default-src 'none'");
      expect(headers['x-frame-options'], view).to.equal('SAMEORIGIN');
      expect(text, view).not.to.contain('<script');
      if (view !== 'mail') expect(load(text)('body').attr('inert'), view).not.to.equal(undefined);
    }
    expect(policies['sign-in']).not.to.contain('unsafe');
    expect(policies.mail, 'a mail has its style in its lines, and no script').to.not.match(/script-src|connect-src/);
    const page = await ana.get(at('/admin/branding'));
    expect(page.headers['content-security-policy']).to.contain("frame-src 'self'").and.to.contain("frame-ancestors 'none'");
    expect(load(page.text)('iframe').attr('sandbox')).to.equal('allow-same-origin');
    expect((await ana.get(at('/launchpad'))).headers['content-security-policy']).not.to.contain('frame-src');
    const joao = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    expect((await joao.get(at('/admin/branding/preview'))).status).to.equal(403);
  });
});
