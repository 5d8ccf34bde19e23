import { createServer, type Server } from 'node:http';
import { deflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import { load } from 'cheerio';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { expectAccessible } from '../support/axe.ts';
import { disableScript, launchChromium, openBrowserContext, phone } from '../support/chromium.ts';
import { send } from '../support/jar.ts';
import { needSoftware } from '../support/missing.ts';
import { signingCertificateOf, xmlsecVerifies } from '../support/saml.ts';
import { freePort, passwords, startTestServer, type TestServer } from '../support/server.ts';

/** A platform that knows two values: the context URL, under which metadata is, and the application's configuration token. It asks by an unsigned request, and reads what is posted. */
async function startPlatform(): Promise<{ address: string; configure(contextUrl: string, token: string): void; stop(): Promise<void> }> {
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  let contextUrl = '';
  let asked = '';
  const server: Server = createServer(async (request, response) => {
    const metadata = (await send(`${contextUrl}/saml/metadata`)).text;
    if (request.method === 'GET') {
      asked = `_${Date.now().toString(16)}0123456789abcdef0123456789abcdef`;
      const sso = /SingleSignOnService Binding="[^"]*HTTP-Redirect" Location="([^"]+)"/.exec(metadata)![1]!;
      const xml = `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${asked}" Version="2.0" IssueInstant="${new Date().toISOString()}" Destination="${sso}" AssertionConsumerServiceURL="${address}/portal/home"><saml:Issuer>${address}</saml:Issuer></samlp:AuthnRequest>`;
      response.writeHead(302, { location: `${sso}?${new URLSearchParams({ SAMLRequest: deflateRawSync(xml).toString('base64') })}` }).end();
      return;
    }
    let body = '';
    for await (const part of request) body += part;
    const xml = Buffer.from(new URLSearchParams(body).get('SAMLResponse') ?? '', 'base64').toString();
    const told = load(xml, { xml: true });
    const isOurs = told('saml\\:SubjectConfirmationData').attr('InResponseTo') === asked && told('saml\\:Audience').text() === address;
    const isSigned = xmlsecVerifies(xml, signingCertificateOf(metadata), 'Assertion');
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><title>Fluig</title><h1 id="who">${isOurs && isSigned ? told('saml\\:NameID').text() : 'refused'}</h1>`);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    address,
    configure(url, token) {
      expect(token).to.match(/^[0-9a-f-]{36}$/);
      contextUrl = url;
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

describe('S28 in Chromium: connecting Fluig with one address', function () {
  this.timeout(120_000);
  let server: TestServer;
  let browser: Browser;
  let platform: Awaited<ReturnType<typeof startPlatform>>;

  before(async function () {
    needSoftware(this, 'chromium', 'xmlsec');
    server = await startTestServer({ jobs: true });
    platform = await startPlatform();
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await platform?.stop();
    await server?.close();
  });

  const at = (path: string) => `${server.issuer}${path}`;

  async function openCatalogue(context: BrowserContext): Promise<Page> {
    const page = await context.newPage();
    await page.goto(at('/admin/catalogue'));
    await page.fill('#login', 'ana@acme.example');
    await page.fill('#password', passwords.ana);
    await page.click('button[type=submit]');
    await page.waitForURL(/catalogue/);
    return page;
  }

  it('from the catalogue to a sign-in: a wrong address says why, two values go to wcmadmin, the test names what is missing, then it opens', async () => {
    const context = await openBrowserContext(browser, { locale: 'pt-BR', viewport: phone });
    const page = await openCatalogue(context);
    await page.fill('#q', 'fluig');
    await page.keyboard.press('Enter');
    await page.waitForURL(/q=fluig/);
    await expectAccessible(page, 'catalogue');
    await page.click('text=TOTVS Fluig Platform');
    for (const [address, rule] of [
      ['http://fluig.acme.com', 'deve começar com https://'],
      ['fluig', 'Informe a URL como aparece no navegador'],
      ['https://fluig.example.com', 'Ainda é o exemplo'],
    ] as const) {
      await page.fill('#address', address);
      await page.click('form.form-page button[type=submit]');
      expect(await page.textContent('#address-fault')).to.contain(rule);
      expect(await page.inputValue('#address'), 'nothing typed is lost').to.equal(address);
    }
    await expectAccessible(page, 'a refused address');
    await page.fill('#address', `${platform.address}/portal/p/1/home`);
    await page.click('form.form-page button[type=submit]');
    await page.waitForURL(/\/connection/);
    await expectAccessible(page, 'the values');
    const shown = await page.locator('.value:visible code[id]').allTextContents();
    expect(shown[0]).to.equal(server.issuer);
    expect(shown.length, 'two values, each with a copy button').to.equal(2);
    expect(await page.locator('.value:visible [data-copy]').count()).to.equal(2);
    platform.configure(shown[0]!, shown[1]!);

    await page.click('text=Testar login');
    await page.waitForURL(/\/test$/);
    expect(await page.textContent('.alert-fault')).to.contain('Ana Souza não pode abrir TOTVS Fluig Platform');
    await expectAccessible(page, 'a refused test');
    await page.click('.explain-refuses a.btn-primary');
    await page.waitForURL(/applications\/add/);
    await page.check('label:has-text("TOTVS Fluig Platform") input');
    await page.click('main form button[type=submit]:not([name=find])');
    await page.waitForURL(/\/applications(\?|$)/);
    await page.goto(at(`/admin/applications/${shown[1]}/test`));
    expect(await page.textContent('.alert-done')).to.contain('Ana Souza pode abrir TOTVS Fluig Platform');
    expect(await page.textContent('main')).to.contain(`${platform.address}/portal/home`);
    await expectAccessible(page, 'a test that went well');
    const [tab] = await Promise.all([context.waitForEvent('page'), page.click('text=Abrir o aplicativo')]);
    await tab.waitForSelector('#who');
    expect(await tab.textContent('#who')).to.equal('ana@acme.example');
    await page.goto(at(`/admin/applications/${shown[1]}/activity`));
    expect(await page.locator('.tabs [aria-current="page"]').isVisible(), 'the tab that one is on is in sight').to.equal(true);
    const [box, width] = [await page.locator('.tabs [aria-current="page"]').boundingBox(), phone.width];
    expect(box!.x + box!.width).to.be.at.most(width);
    await context.close();
  });

  it('without script, too: the same two values, and every tab is a link', async () => {
    const context = await openBrowserContext(browser);
    const page = await openCatalogue(context);
    await disableScript(page);
    await page.goto(at('/admin/applications/new?entry=fluig'));
    await page.fill('#address', 'https://fluig.acme.example');
    await page.fill('#name', 'Second Fluig');
    await page.click('form.form-page button[type=submit]');
    await page.waitForURL(/\/connection/);
    for (const tab of ['General', 'Attributes and claims', 'People', 'Activity', 'Advanced']) {
      await page.click(`.tabs >> text=${tab}`);
      expect(await page.textContent('.tabs [aria-current="page"]')).to.equal(tab);
      await expectAccessible(page, tab);
    }
    await context.close();
  });
});
