import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { expectAccessible } from '../support/axe.ts';
import { desktop, launchChromium, openBrowserContext, phone } from '../support/chromium.ts';
import { needSoftware } from '../support/missing.ts';
import { passwords, startTestServer, type TestServer } from '../support/server.ts';

const looks = {
  'desktop, light, en': { viewport: desktop, locale: 'en' },
  'phone, dark, es': { viewport: phone, dark: true, locale: 'es' },
  'phone, light, pt-BR': { viewport: phone, locale: 'pt-BR' },
};

describe('browser: the two environments of a company', function () {
  this.timeout(120_000);
  let server: TestServer;
  let browser: Browser;
  before(async function () {
    needSoftware(this, 'chromium');
    server = await startTestServer({ jobs: true });
    const users = [{ email: 'ana@acme.example', firstName: 'Ana', lastName: 'Souza', role: 'administrator', password: passwords.ana }];
    const pair = { code: 'acme-approval', name: 'Acme S.A. (approval)', environment: 'approval', pairedWith: 'acme', users };
    await server.apply({ contexts: [pair] });
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  const at = (path: string, code = 'acme') => `${server.baseUrl}/${code}${path}`;
  async function open(page: Page, path: string, code = 'acme-approval'): Promise<void> {
    await page.goto(at(path, code));
    await expectAccessible(page, path);
    const shots = process.env.SHOTS;
    if (shots) await page.screenshot({ path: `${shots}-${code}-${path.replace(/\W+/g, '_')}.png`, fullPage: true });
  }
  async function signIn(page: Page): Promise<void> {
    await page.fill('#login', 'ana@acme.example');
    await page.fill('#password', passwords.ana);
    await page.click('button[type=submit]');
    await page.waitForURL(/launchpad$/);
  }

  for (const [look, options] of Object.entries(looks))
    it(`nobody takes approval for production, and each leads to the other (${look})`, async () => {
      if (process.env.SHOTS_DIR) process.env.SHOTS = `${process.env.SHOTS_DIR}/${options.locale}`;
      const page = await (await openBrowserContext(browser, options)).newPage();
      await open(page, '/launchpad');
      const badge = page.locator('.ribbon-approval');
      expect(await badge.isVisible()).to.equal(true);
      expect(await badge.locator('a').getAttribute('href')).to.equal(at('/launchpad', 'acme'));
      await signIn(page);
      for (const path of [
        '/launchpad',
        '/account',
        '/nothing',
        '/admin',
        '/admin/risks',
        '/admin/environments',
        '/admin/environments/reset',
      ])
        await open(page, path);
      // it stays in sight on a long page
      await page.goto(at('/admin/policy', 'acme-approval'));
      await page.evaluate('scrollTo(0, document.body.scrollHeight)');
      expect((await badge.boundingBox())!.y).to.equal(0);
      expect(await page.evaluate('scrollY')).to.be.greaterThan(0);

      await page.click('.ribbon-approval a');
      await page.waitForURL(/\/acme\/sign-in\//);
      expect(await badge.count()).to.equal(0);
      await page.fill('#login', 'ana@acme.example');
      await page.fill('#password', passwords.ana);
      await page.click('button[type=submit]');
      await page.waitForURL(/\/acme\/admin$/);
      for (const path of [
        '/admin',
        '/admin/risks',
        '/admin/environments',
        '/admin/environments/people',
        '/admin/users?change=invite-to-approval',
      ])
        await open(page, path, 'acme');
      expect(await page.locator('#change').inputValue()).to.equal('invite-to-approval');
      for (const one of await page.locator('input[name=user]').all()) await one.check();
      await page.click('#bulk button[type=submit]');
      await expectAccessible(page, 'what is asked before people are invited');
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}-confirm.png`, fullPage: true });
      await page.click('main form button.btn-primary');
      await page.waitForURL(/operations\//);
      await page.locator('[data-follow]').waitFor({ state: 'detached' });
      await expectAccessible(page, 'the finished task');
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}-task.png`, fullPage: true });
      await page.locator('.top-end a:not(.top-search-link)').first().click();
      await page.waitForURL(/\/acme-approval\/admin$/);
    });
});
