import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { findApplicationByCode } from '../../src/domain/applications/applications/index.ts';
import { listAssignees } from '../../src/domain/applications/assignments/index.ts';
import { launchChromium, openBrowserContext } from '../support/chromium.ts';
import { needSoftware } from '../support/missing.ts';
import { passwords, startTestServer, type TestServer } from '../support/server.ts';

/** Of the element that has the focus: what it is, and what a person does not see of it. */
const look = `(() => {
  const one = document.activeElement;
  if (!one || one === document.body) return { what: 'nothing', faults: [] };
  const { left, top, width, height } = one.getBoundingClientRect();
  const style = getComputedStyle(one);
  const faults = [];
  const isMarked = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
  const marksAnother = one.matches('.file-field .form-control, .filter-toggle');
  if (!isMarked && !marksAnother && style.boxShadow === 'none') faults.push('not marked');
  if (width < 1 || height < 1) faults.push('has no size');
  const at = document.elementFromPoint(left + Math.min(width / 2, 20), top + Math.min(height / 2, 10));
  if (!marksAnother && !(at && (one.contains(at) || at.contains(one)))) faults.push('is covered or out of sight');
  return { what: one.outerHTML.slice(0, 120), faults };
})()`;

describe('a day of an administrator by keyboard alone, in Chromium', function () {
  this.timeout(180_000);
  let server: TestServer;
  let browser: Browser;
  let page: Page;
  const mouse: string[] = [];
  const errors: string[] = [];

  before(async function () {
    needSoftware(this, 'chromium');
    server = await startTestServer();
    browser = await launchChromium();
    const context = await openBrowserContext(browser, { viewport: { width: 1280, height: 800 } });
    await context.exposeFunction('noteMouse', (what: string) => void mouse.push(what));
    await context.addInitScript(`
      for (const type of ['pointerdown', 'mousedown', 'touchstart'])
        addEventListener(type, ({ target }) => noteMouse(type + ' ' + target.outerHTML.slice(0, 80)), true);
    `);
    page = await context.newPage();
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    page.on('pageerror', (error) => errors.push(error.message));
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  const press = (key: string) => page.keyboard.press(key);
  const type = (text: string) => page.keyboard.type(text);
  const hasFocus = (selector: string) => page.locator(`${selector}:focus`).count();

  /** By Tab to what is next that matches; each stop on the way is seen. */
  async function tabTo(selector: string, most: number): Promise<void> {
    for (let n = 1; n <= most; n++) {
      await press('Tab');
      const { what, faults } = (await page.evaluate(look)) as { what: string; faults: string[] };
      expect(faults, `${page.url()}: ${what}`).to.deep.equal([]);
      if (await hasFocus(selector)) return;
    }
    expect.fail(`${page.url()}: ${selector} is not within ${most} stops`);
  }

  /** Past the way through the console, as somebody does who knows the link. */
  async function skipToMain(): Promise<void> {
    await tabTo('.skip', 1);
    await press('Enter');
  }

  /** To a page, a record or a setting by its name. */
  async function go(text: string, option: string, address: RegExp): Promise<void> {
    await press('Control+k');
    expect(await hasFocus('#console-search')).to.equal(1);
    await type(text);
    await page.waitForSelector(`[role=option]:has-text("${option}")`);
    await press('ArrowDown');
    const active = await page.getAttribute('#console-search', 'aria-activedescendant');
    expect(await page.textContent(`#${active}`)).to.contain(option);
    await press('Enter');
    await page.waitForURL(address);
  }

  /** After a change the focus is on what says so: the next Tab goes on from there. */
  async function expectDone(text: string): Promise<void> {
    await page.waitForSelector(`[data-done]:has-text("${text}")`);
    await page.waitForSelector('[data-done]:focus');
    const { faults } = (await page.evaluate(look)) as { faults: string[] };
    expect(faults).to.deep.equal([]);
  }

  it('signs in', async () => {
    await page.goto(`${server.issuer}/admin`);
    await page.waitForSelector('#login:focus');
    await type('ana@acme.example');
    await press('Tab');
    await type(passwords.ana);
    await press('Enter');
    await page.waitForURL(/\/admin$/);
  });

  it('a page where nothing was done leaves the focus at its beginning', async () => {
    await page.goto(`${server.issuer}/admin/settings`);
    await page.waitForSelector('[data-copy]');
    expect(await page.evaluate('document.activeElement === document.body')).to.equal(true);
  });

  it('connects an application: from Ctrl+K to its secret', async () => {
    await go('catal', 'Catalogue', /\/admin\/catalogue$/);
    await skipToMain();
    await tabTo('#q', 3);
    await type('other');
    await press('Enter');
    await page.waitForURL(/q=other/);
    expect(await page.evaluate('document.activeElement.id'), 'the search keeps the focus').to.equal('q');
    await tabTo('.tile-name', 15);
    await press('Enter');
    await page.waitForURL(/applications\/new/);
    await skipToMain();
    await tabTo('#name', 3);
    await type('Time sheet');
    await tabTo('[name=for_everyone]', 6);
    await press('Space');
    await tabTo('#redirect_uris', 4);
    await type('no address');
    await tabTo('form.form-page button[type=submit]', 60);
    await press('Enter');
    await page.waitForSelector('#redirect_uris:focus'); // what is to be mended
    await press('Control+a');
    await type('https://time.acme.example/callback');
    await tabTo('form.form-page button[type=submit]', 60);
    await press('Enter');
    await expectDone('secret');
    await tabTo('[data-copy=new-secret]', 2);
    expect((await findApplicationByCode(await server.scope(), 'time-sheet'))?.name).to.equal('Time sheet');
  });

  it('adds a person', async () => {
    await go('add user', 'Add user', /\/admin\/users\/new$/);
    await skipToMain();
    await tabTo('[name=firstName]', 4);
    await type('Eva');
    await tabTo('[name=lastName]', 1);
    await type('Luz');
    await tabTo('[name=email]', 3);
    await type('eva@acme.example');
    await press('Enter');
    await expectDone('User added');
    expect(await page.textContent('h1')).to.contain('Eva Luz');
  });

  it('assigns an application to the person', async () => {
    await go('payroll', 'Payroll', /\/admin\/applications\/[0-9a-f-]{36}/);
    await skipToMain();
    await tabTo('.tabs a:has-text("People")', 10);
    await press('Enter');
    await page.waitForURL(/assignments$/);
    await skipToMain();
    await tabTo('#person', 14);
    await type('eva');
    await page.waitForSelector('[role=option]:has-text("Eva Luz")');
    await press('ArrowDown');
    await press('Enter');
    expect(await hasFocus('#person'), 'one more may follow').to.equal(1);
    await tabTo('button:has-text("Assign to these users")', 6);
    await press('Enter');
    await expectDone('Assignment saved');
  });

  it('takes the assignment away, and brings it back by Undo', async () => {
    const assigned = async () => {
      const { applicationId } = (await findApplicationByCode(await server.scope(), 'payroll'))!;
      return (await listAssignees(await server.scope(), applicationId)).users.map(({ email }) => email);
    };
    expect(await assigned()).to.deep.equal(['eva@acme.example']);
    await tabTo('button[aria-label*="Eva Luz"]', 40);
    await press('Enter');
    await expectDone('removed');
    expect(await assigned()).to.deep.equal([]);
    await tabTo('.notice-undo button', 1);
    await press('Enter');
    await expectDone('Undone');
    expect(await assigned()).to.deep.equal(['eva@acme.example']);
  });

  it('changes the policy, from the name of the setting on', async () => {
    await go('minimum len', 'Password', /\/admin\/policy#password$/);
    await tabTo('[name="password.minLength"]', 1);
    await press('Control+a');
    await type('14');
    await press('Enter');
    await expectDone('Policy changed');
    expect(await page.inputValue('[name="password.minLength"]')).to.equal('14');
    await tabTo('button[name=try]', 60); // past every field: none is behind the bars that stay
  });

  it('opens help beside the page, signs out, and no mouse was touched', async () => {
    await press('Control+k');
    await press('Escape');
    await tabTo('.top-help', 4);
    const [tab] = await Promise.all([page.context().waitForEvent('page'), press('Enter')]);
    await tab.waitForSelector('#policy:target');
    await tab.close();
    await tabTo('.account-menu summary', 3);
    await press('Enter');
    await tabTo('.account-menu a[href$="sign-out"]', 6);
    await press('Enter');
    await page.waitForURL(/sign-out/);
    await tabTo('main button[type=submit]', 12);
    await press('Enter');
    await page.waitForURL(/signed-out$/);
    expect(mouse).to.deep.equal([]);
    expect(errors.filter((one) => !/status of 422/.test(one))).to.deep.equal([]);
  });
});
