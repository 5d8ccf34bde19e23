import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { expectAccessible } from '../support/axe.ts';
import { desktop, launchChromium, openBrowserContext, phone } from '../support/chromium.ts';
import { needSoftware } from '../support/missing.ts';
import { pagesNotOpened, preparePages } from '../support/pages.ts';
import { passwords, startTestServer, type TestServer } from '../support/server.ts';

const looks = {
  'desktop, light, en': { viewport: desktop, locale: 'en' },
  'phone, dark, es': { viewport: phone, dark: true, locale: 'es' },
  'phone, light, pt-BR': { viewport: phone, locale: 'pt-BR' },
};

describe('every page', function () {
  this.timeout(120_000);
  let server: TestServer;
  let browser: Browser;
  const opened: Record<string, { page: Page; errors: string[] }> = {};
  let addresses: string[];

  before(async function () {
    needSoftware(this, 'chromium');
    server = await startTestServer();
    browser = await launchChromium();
    for (const [look, options] of Object.entries(looks)) {
      const page = await (await openBrowserContext(browser, options)).newPage();
      const errors: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) errors.push(message.text());
      });
      page.on('pageerror', (error) => errors.push(error.message));
      await page.goto(at('/launchpad'));
      await expectAccessible(page, 'sign-in');
      await signIn(page, 'a wrong password');
      await expectAccessible(page, 'sign-in refused');
      await signIn(page, passwords.ana);
      await page.waitForURL(/launchpad$/);
      opened[look] = { page, errors };
    }
    addresses = await preparePages(server);
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  const at = (path: string) => `${server.issuer}${path}`;
  async function signIn(page: Page, password: string): Promise<void> {
    await page.fill('#login', 'ana@acme.example');
    await page.fill('#password', password);
    await page.click('button[type=submit]');
  }

  it('is opened by an address of the list', () => {
    expect(pagesNotOpened(addresses)).to.deep.equal([]);
  });

  for (const [look, { locale }] of Object.entries(looks))
    it(`axe finds nothing on any page (${look})`, async () => {
      const { page, errors } = opened[look]!;
      for (const path of addresses) {
        await page.goto(at(path));
        await expectAccessible(page, path);
        expect(await page.getAttribute('html', 'lang'), path).to.equal(locale);
      }
      await page.click('button[type=submit]');
      await expectAccessible(page, 'signed out');
      expect(errors).to.deep.equal([]);
    });
});
