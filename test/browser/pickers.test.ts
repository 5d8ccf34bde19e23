import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { findApplicationByCode } from '../../src/domain/applications/applications/index.ts';
import { findGroupByName } from '../../src/domain/people/groups/index.ts';
import { expectAccessible } from '../support/axe.ts';
import { launchChromium, openBrowserContext, phone } from '../support/chromium.ts';
import { needSoftware } from '../support/missing.ts';
import { passwords, startTestServer, type TestServer } from '../support/server.ts';

describe('pickers in Chromium', function () {
  this.timeout(120_000);
  let server: TestServer;
  let browser: Browser;

  before(async function () {
    needSoftware(this, 'chromium');
    server = await startTestServer();
    const users = ['Bruna', 'Bruno', 'Brenda'].map((firstName) => ({
      email: `${firstName.toLowerCase()}@acme.example`,
      firstName,
      lastName: 'Lima',
    }));
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', users, groups: [{ name: 'Branch office' }, { name: 'Board' }] }] });
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  const at = (path: string) => `${server.issuer}${path}`;

  async function open(path: string, viewport?: typeof phone): Promise<{ page: Page; errors: string[] }> {
    const context = await openBrowserContext(browser, { viewport });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(at(path));
    await page.fill('#login', 'ana@acme.example');
    await page.fill('#password', passwords.ana);
    await page.click('button[type=submit]');
    await page.waitForURL(new RegExp(`${path.replace(/\?.*/, '')}$`));
    return { page, errors };
  }
  const idOf = async (code: string) => (await findApplicationByCode(await server.scope(), code))!.applicationId;

  it('people by the keyboard alone: typed, walked through, chosen; several stand in the list and are assigned together', async () => {
    const { page, errors } = await open(`/admin/applications/${await idOf('payroll')}/assignments`);
    await page.focus('#person');
    await page.keyboard.type('bru');
    await page.waitForSelector('[role="option"]');
    expect(await page.getAttribute('#person', 'aria-expanded')).to.equal('true');
    expect(await page.textContent('.picker-status >> nth=0')).to.equal('2 found.');
    await expectAccessible(page, 'an open list');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    const active = await page.getAttribute('#person', 'aria-activedescendant');
    expect(await page.textContent(`#${active}`)).to.contain('Bruno Lima');
    await page.keyboard.press('Enter');
    expect(await page.inputValue('#login')).to.equal('bruno@acme.example');
    expect(await page.textContent('.picker-status >> nth=0')).to.equal('Bruno Lima added.');
    expect(await page.evaluate('document.activeElement.id')).to.equal('person');
    await page.keyboard.type('brenda');
    await page.waitForSelector('[role="option"]:has-text("Brenda")');
    await page.keyboard.press('Enter'); // the only one
    await page.keyboard.type('bruno');
    await page.waitForSelector('[role="option"]:has-text("Bruno")');
    await page.keyboard.press('Escape');
    expect(await page.locator('.picker-list >> nth=0').isVisible()).to.equal(false);
    expect(await page.inputValue('#login')).to.equal('bruno@acme.example\nbrenda@acme.example');
    await page.click('text=Assign to these users');
    await page.waitForSelector('text=Assignment saved');
    const main = await page.textContent('main');
    expect(main).to.contain('Bruno Lima').and.to.contain('Brenda Lima');
    expect(errors).to.deep.equal([]);
    await page.context().close();
  });

  it('a group that is chosen is ticked, and Enter neither searches nor sends', async () => {
    const { page, errors } = await open(`/admin/applications/${await idOf('payroll')}/assignments`);
    await page.fill('#all_groups_search', '');
    await page.focus('#all_groups_search');
    await page.keyboard.type('branch');
    await page.waitForSelector('[role="option"]:has-text("Branch office")');
    await page.keyboard.press('Enter');
    expect(await page.isChecked('label:has-text("Branch office") input')).to.equal(true);
    await page.click('text=Assign to the selected groups');
    await page.waitForSelector('text=Assignment saved');
    expect(await page.textContent('main')).to.contain('Branch office');
    expect(errors).to.deep.equal([]);
    await page.context().close();
  });

  it('members of a group on a phone, by touch', async () => {
    const group = (await findGroupByName(await server.scope(), 'Board'))!;
    const { page, errors } = await open(`/admin/groups/${group.groupId}`, phone);
    await page.fill('#person', 'bruna');
    await page.click('[role="option"]:has-text("Bruna Lima")');
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).to.equal(true);
    await expectAccessible(page, 'somebody chosen');
    await page.click('form[action$="/members"] button[type=submit]');
    await page.waitForSelector('table >> text=Bruna Lima');
    expect(errors).to.deep.equal([]);
    await page.context().close();
  });
});
