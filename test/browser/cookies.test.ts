import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { expectAccessible } from '../support/axe.ts';
import { chromiumPath, launchChromium, openBrowserContext } from '../support/chromium.ts';
import { needSoftware } from '../support/missing.ts';
import { authorizationUrl } from '../support/oidc.ts';
import { passwords, startTestServer, type TestServer } from '../support/server.ts';

/** As its settings say it: "block all cookies". */
async function withBlockedCookies(work: (context: BrowserContext) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'portaria-profile-'));
  mkdirSync(join(folder, 'Default'));
  const settings = { profile: { default_content_setting_values: { cookies: 2 } } };
  writeFileSync(join(folder, 'Default', 'Preferences'), JSON.stringify(settings));
  const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update'];
  const context = await chromium.launchPersistentContext(folder, { executablePath: chromiumPath, args, locale: 'en' });
  try {
    await work(context);
  } finally {
    await context.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('cookies and the back button in a browser', function () {
  this.timeout(120_000);
  let server: TestServer;
  let browser: Browser;
  let application: Server;
  let home: string;
  before(async function () {
    needSoftware(this, 'chromium');
    // an application of its own: whatever arrives at its callback leads to its home page
    application = createServer((request, response) => {
      if (request.url !== '/') response.writeHead(303, { location: '/' }).end();
      else response.end('<!doctype html><title>Home</title><h1>Home of the application</h1>');
    });
    await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve));
    home = `http://127.0.0.1:${(application.address() as AddressInfo).port}/`;
    server = await startTestServer({ redirectUri: `${home}callback` });
    const saml = { entityId: 'https://wiki.example', assertionConsumerServices: [{ url: `${home}acs` }] };
    const wiki = { code: 'wiki', name: 'Wiki', assignedTo: { groups: ['Everyone'] }, launchUrl: home, saml };
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', applications: [wiki] }] });
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
    application?.close();
  });

  const launch = async () => {
    const scope = await server.scope();
    const { application_id: id } = (await scope.db('applications').where({ context_id: scope.contextId, code: 'wiki' }).first())!;
    return `${server.issuer}/saml/launch/${id}`;
  };

  it('refused cookies: every way in ends on the page that says so, and its link comes back to it', async () => {
    await withBlockedCookies(async (context) => {
      const page = context.pages()[0] ?? (await context.newPage());
      for (const url of [`${server.issuer}/launchpad`, authorizationUrl(server).url, await launch()]) {
        expect((await page.goto(url))!.status(), url).to.equal(403);
        expect(await page.textContent('h1'), url).to.equal('Your browser did not send cookies');
        await expectAccessible(page, url);
        await page.click('a.btn-primary');
        expect(await page.textContent('h1'), url).to.equal('Your browser did not send cookies');
      }
    });
  });

  async function signIn(page: Page, url: string, login: string, password: string): Promise<void> {
    await page.goto(url);
    await page.fill('#login', login);
    await page.fill('#password', password);
    await page.press('#password', 'Enter');
    await page.waitForURL(home);
  }

  for (const [protocol, way] of Object.entries({ 'OpenID Connect': async () => authorizationUrl(server).url, SAML: launch }))
    it(`${protocol}: back after a finished sign-in leads into the application`, async () => {
      const context = await openBrowserContext(browser);
      try {
        const page = await context.newPage();
        await page.goto(`${home}`);
        const [login, password] = protocol === 'SAML' ? ['ana@acme.example', passwords.ana] : ['jsilva', passwords.joao];
        await signIn(page, await way(), login, password);
        const asked = page.waitForRequest(/\/sign-in\/|\/saml\//);
        // the page may be gone before an answer
        await page.evaluate(() => void setTimeout(() => history.back()));
        await asked;
        await page.waitForURL(home);
        expect(await page.textContent('h1')).to.equal('Home of the application');
      } finally {
        await context.close();
      }
    });

  it('cookies deleted while the sign-in page is open: the person is told, and arrives', async () => {
    const context = await openBrowserContext(browser);
    try {
      const page = await context.newPage();
      await page.goto(authorizationUrl(server).url);
      await page.fill('#login', 'jsilva');
      await page.fill('#password', passwords.joao);
      await context.clearCookies();
      await page.press('#password', 'Enter');
      await page.waitForSelector('a.btn-primary');
      expect(await page.textContent('h1')).to.equal('Your browser did not send cookies');
      await page.click('a.btn-primary');
      await page.fill('#login', 'jsilva');
      await page.fill('#password', passwords.joao);
      await page.press('#password', 'Enter');
      await page.waitForURL(home);
    } finally {
      await context.close();
    }
  });
});
