import { expect } from 'chai';
import { load } from 'cheerio';
import type { Browser, Page } from 'playwright-core';
import { findApplicationByCode } from '../../src/domain/applications/applications/index.ts';
import { expectAccessible } from '../support/axe.ts';
import { launchChromium, openBrowserContext, phone } from '../support/chromium.ts';
import { needSoftware } from '../support/missing.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../support/server.ts';

describe('the search of the console in Chromium', function () {
  this.timeout(120_000);
  let server: TestServer;
  let browser: Browser;

  before(async function () {
    needSoftware(this, 'chromium');
    server = await startTestServer();
    const eva = { email: 'eva@acme.example', firstName: 'Eva', lastName: 'Luz', password: 'eva has a long password' };
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', users: [eva], groups: [{ name: 'Evaluators' }] }] });
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  async function open(path: string, viewport?: typeof phone): Promise<{ page: Page; errors: string[] }> {
    const page = await (await openBrowserContext(browser, { viewport })).newPage();
    const errors: string[] = [];
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`${server.issuer}${path}`);
    await page.fill('#login', 'ana@acme.example');
    await page.fill('#password', passwords.ana);
    await page.click('button[type=submit]');
    await page.waitForURL(new RegExp(`${path}$`));
    return { page, errors };
  }

  it('by the keyboard alone: from a support code to who was refused and why, and from a name to the person', async () => {
    const application = (await findApplicationByCode(await server.scope(), 'payroll'))!;
    const eva = await signedIn(server.baseUrl, 'eva@acme.example', 'eva has a long password');
    const code = load((await eva.follow(`${server.issuer}/launchpad/open/${application.applicationId}`)).text)('#support-code').text();
    const { page, errors } = await open('/admin/groups');

    await page.keyboard.press('Control+k');
    await page.keyboard.type(code.toLowerCase());
    await page.waitForSelector(`[role=option]:has-text("${code}")`);
    expect(await page.textContent('.search-field [role=status]')).to.equal('1 result.');
    await expectAccessible(page, 'suggestions');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/admin\/explain\?event=/);
    const explained = await page.textContent('main');
    for (const said of ['Eva Luz', 'Payroll', code]) expect(explained).to.contain(said);

    await page.keyboard.press('Control+k');
    await page.keyboard.type('eva');
    await page.waitForSelector('[role=option]:has-text("Evaluators")');
    expect(await page.locator('.search-title').allTextContents()).to.deep.equal(['Users', 'Groups']);
    await page.keyboard.press('ArrowUp'); // the last one
    expect(await page.getAttribute('#console-search', 'aria-activedescendant')).to.equal('search-list-1');
    await page.keyboard.press('ArrowDown'); // the field
    expect(await page.getAttribute('#console-search', 'aria-activedescendant')).to.equal(null);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/admin\/users\/[0-9a-f-]{36}$/);
    expect(await page.textContent('h1')).to.contain('Eva Luz');

    await page.keyboard.press('Control+k');
    await page.keyboard.type('minimum len');
    await page.waitForSelector('[role=option]:has-text("Password")');
    await page.keyboard.press('Escape');
    expect(await page.locator('#search-list').isVisible()).to.equal(false);
    await page.keyboard.press('Enter'); // the page of results
    await page.waitForURL(/\/admin\/search\?q=minimum\+len$/);
    await page.click('main section a');
    await page.waitForURL(/\/admin\/policy#password$/);
    expect(errors).to.deep.equal([]);
    await page.context().close();
  });

  it('on a phone it is a page of its own, to which the bar leads', async () => {
    const { page, errors } = await open('/admin', phone);
    await page.click('.top-search-link');
    await page.waitForURL(/\/admin\/search$/);
    await page.fill('#console-search', 'eva');
    await page.click('[role=option]:has-text("Eva Luz")');
    await page.waitForURL(/\/admin\/users\/[0-9a-f-]{36}$/);
    expect(errors).to.deep.equal([]);
    await page.context().close();
  });
});
