import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { expectAccessible } from '../support/axe.ts';
import { desktop, disableScript, launchChromium, openBrowserContext, phone } from '../support/chromium.ts';
import { expectGoodLooks } from '../support/looks.ts';
import { needSoftware } from '../support/missing.ts';
import { passwords, startTestServer, type TestServer } from '../support/server.ts';

describe('lists in a browser', function () {
  this.timeout(120_000);
  let server: TestServer;
  let browser: Browser;

  before(async function () {
    needSoftware(this, 'chromium');
    server = await startTestServer();
    browser = await launchChromium();
    const users = Array.from({ length: 60 }, (_, i) => ({ username: `p${i}`, firstName: 'Pat', lastName: `N${i}` }));
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', users }] });
    const scope = await server.scope();
    await scope.db('users').where({ context_id: scope.contextId }).whereIn('username', ['p7', 'p8']).update({ status: 'blocked' });
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  async function signIn(options: Parameters<typeof openBrowserContext>[1] = {}): Promise<Page> {
    const page = await (await openBrowserContext(browser, options)).newPage();
    await page.goto(`${server.issuer}/launchpad`);
    await page.fill('#login', 'ana@acme.example');
    await page.fill('#password', passwords.ana);
    await page.click('main button[type=submit]');
    await page.waitForURL(/launchpad$/);
    return page;
  }

  it('ticks stay from page to page and from one order to another, until something is done or they are cleared', async () => {
    const page = await signIn({ viewport: desktop, locale: 'en' });
    const count = () => page.textContent('.bulk-count');
    await page.goto(`${server.issuer}/admin/users?sort=name`);
    await page.locator('input[type=checkbox][name=user]').nth(1).check();
    await page.locator('input[type=checkbox][name=user]').nth(2).check();
    await page.click('a[rel=next]');
    await page.locator('.bulk-count', { hasText: '2 selected' }).waitFor();
    await page.locator('input[type=checkbox][name=user]').first().check();
    expect(await count()).to.equal('3 selected');
    await page.click('a[rel=prev]');
    await page.locator('.bulk-count', { hasText: '3 selected' }).waitFor();
    expect(await page.locator('input[type=checkbox][name=user]:checked').count()).to.equal(2);
    await page.locator('input[type=checkbox][name=user]').nth(2).uncheck();
    expect(await count()).to.equal('2 selected');
    await expectAccessible(page, 'ticked on two pages');
    await page.goto(`${server.issuer}/admin/users?status=blocked`);
    expect(await page.isVisible('#bulk'), 'another filter is another list').to.equal(false);
    await page.goto(`${server.issuer}/admin/users?sort=-name`);
    await page.locator('.bulk-count', { hasText: '2 selected' }).waitFor();
    await page.selectOption('#change', 'unblock');
    await page.click('#bulk button[type=submit]');
    await page.waitForURL(/bulk$/);
    expect(await page.textContent('h1')).to.contain(': 2');
    await page.click('main a.btn:has-text("Cancel")');
    await page.locator('.bulk-count', { hasText: '2 selected' }).waitFor();
    await page.click('#bulk button[type=submit]');
    expect(await page.evaluate("document.querySelector('#change').validity.valueMissing"), 'nothing is chosen').to.equal(true);
    await page.selectOption('#change', 'unblock');
    await page.click('#bulk button[type=submit]');
    await page.waitForURL(/bulk$/);
    await page.click('main form button[type=submit]');
    await page.waitForURL(/operations\//);
    await page.goto(`${server.issuer}/admin/users?sort=name`);
    expect(await page.isVisible('#bulk'), 'done').to.equal(false);
    await page.locator('input[type=checkbox][name=user]').first().check();
    await page.click('[data-selects-none]');
    await page.reload();
    expect(await page.isVisible('#bulk')).to.equal(false);
  });

  it('filters act when they are chosen: the field keeps the focus, the number is said aloud, and the way back is there', async () => {
    const page = await signIn({ viewport: desktop, locale: 'en' });
    await page.goto(`${server.issuer}/admin/users`);
    expect(await page.locator('button:has-text("Apply filter")').isVisible()).to.equal(false);
    await page.evaluate(
      "window.said = []; new MutationObserver(() => window.said.push(document.querySelector('#count').textContent)).observe(document.querySelector('#count'), { childList: true })",
    );
    await page.focus('#status');
    await page.selectOption('#status', 'blocked');
    await page.waitForURL(/\?status=blocked$/);
    await page.locator('#count', { hasText: /^2$/ }).waitFor();
    expect(await page.evaluate('document.activeElement.id')).to.equal('status');
    expect(await page.evaluate('window.said')).to.deep.equal(['2']);
    expect(await page.locator('tbody tr').count()).to.equal(2);
    expect(await page.getAttribute('#export', 'href')).to.match(/status=blocked$/);
    await page.fill('#q', 'n7');
    await page.locator('#count', { hasText: /^1$/ }).waitFor();
    expect(await page.locator('.chip').count()).to.equal(2);
    await expectAccessible(page, 'filtered');
    await page.goBack();
    await page.locator('#count', { hasText: /^2$/ }).waitFor();
    await page.locator('.chip').first().click();
    await page.locator('#count', { hasText: /^62$/ }).waitFor();
    // what came by a filter works as what was there at first
    await page.selectOption('#role', 'regular');
    await page.locator('#count', { hasText: /^61$/ }).waitFor();
    await page.click('tbody .row-menu summary >> nth=1');
    await page.click('tbody .row-menu summary >> nth=0', { force: true });
    expect(await page.locator('.row-menu[open]').count()).to.equal(1);
    await page.check('tbody input >> nth=0');
    expect(await page.locator('#bulk').isVisible()).to.equal(true);
  });

  it('filters act in the audit report, too: what a field is told and what the page leads to follow', async () => {
    const page = await signIn({ viewport: desktop, locale: 'en' });
    await page.goto(`${server.issuer}/admin/audit?kind=everything`);
    await page.selectOption('#outcome', 'failure');
    await page.waitForURL(/outcome=failure/);
    await page.locator('#clear a').waitFor();
    expect(await page.locator('#results tbody tr').count()).to.equal(0);
    expect(await page.getAttribute('#export', 'href')).to.contain('outcome=failure');
    expect(await page.getAttribute('#kinds a >> nth=1', 'href')).to.contain('outcome=failure');
    await page.fill('#person', 'nobody@acme.example');
    await page.press('#person', 'Enter');
    await page.locator('#person-fault').waitFor();
    await page.fill('#person', 'ana@acme.example');
    await page.press('#person', 'Enter');
    await page.locator('#person-fault').waitFor({ state: 'detached' });
    await page.click('#clear a');
    await page.locator('#results tbody tr').first().waitFor();
    await expectAccessible(page, 'the report');
  });

  for (const [size, viewport] of Object.entries({ desktop, phone }))
    it(`what is done to many shows once somebody is ticked, with how many; all who match are one click (${size})`, async () => {
      const page = await signIn({ viewport, locale: 'en' });
      await page.goto(`${server.issuer}/admin/users?q=pat`);
      const bulk = page.locator('#bulk');
      expect(await bulk.isVisible()).to.equal(false);
      await page.check('tbody input >> nth=0');
      await page.check('tbody input >> nth=1');
      expect(await bulk.isVisible()).to.equal(true);
      expect(await page.textContent('.bulk-count')).to.equal('2 selected');
      await expectAccessible(page, 'two ticked');
      await expectGoodLooks(page, 'two ticked');
      await page.click('[data-selects-all]');
      expect(await page.textContent('.bulk-count')).to.equal('All 60 selected');
      expect(await page.locator('tbody input:checked').count()).to.equal(50);
      await page.uncheck('tbody input >> nth=3');
      expect(await page.textContent('.bulk-count'), 'no longer all').to.equal('49 selected');
      await page.click('[data-selects-none]');
      expect(await bulk.isVisible()).to.equal(false);
      await page.check('tbody input >> nth=0');
      await page.click('[data-selects-all]');
      await page.selectOption('#change', 'deactivate');
      await page.click('#bulk button[type=submit]');
      await page.waitForURL(/users\/bulk/);
      expect(await page.textContent('h1')).to.equal('Deactivate: 60');
    });

  it('without script the same is done by a button, and on a phone the order is a field', async () => {
    const page = await signIn({ viewport: phone, locale: 'en' });
    await disableScript(page);
    await page.goto(`${server.issuer}/admin/users`);
    expect(await page.textContent('#bulk noscript')).to.equal('What you select on other pages is not kept.');
    await page.click('.filter-label');
    await page.selectOption('#status', 'blocked');
    await page.selectOption('#sort', '-name');
    await page.click('button:has-text("Apply filter")');
    expect(await page.textContent('#count')).to.equal('2');
    expect(await page.textContent('tbody tr >> nth=0')).to.contain('Pat N8');
    expect(await page.locator('#bulk').isVisible()).to.equal(true);
    expect(await page.locator('.needs-script:visible').count(), 'what does nothing').to.equal(0);
    await expectAccessible(page, 'without script');
  });

  it('every column at once fits, and is where it belongs', async () => {
    for (const viewport of [desktop, { width: 1280, height: 800 }, { width: 1000, height: 800 }, phone]) {
      const page = await signIn({ viewport, locale: 'es' });
      await page.goto(`${server.issuer}/admin/users?columns=login,role,status,created,last-sign-in&sort=-last-sign-in`);
      await expectGoodLooks(page, `${viewport.width}`);
      await expectAccessible(page, `${viewport.width}`);
      await page.context().close();
    }
  });
});
