import { expect } from 'chai';
import type { Browser, BrowserContext } from 'playwright-core';
import { startExample } from '../../src/app/index.ts';
import { expectAccessible } from '../support/axe.ts';
import { launchChromium, openBrowserContext } from '../support/chromium.ts';
import { send } from '../support/jar.ts';
import { needSoftware } from '../support/missing.ts';
import { eventually } from '../support/process.ts';
import { freePort, startTestServer, type TestServer } from '../support/server.ts';

const mostClicks = 10;
const mostMinutes = 3;
const password = 'nora has a long password';

describe('first day of an administrator in Chromium', function () {
  this.timeout(180_000);
  let server: TestServer;
  let browser: Browser;
  let application: { address: string; stop(): void };

  before(async function () {
    needSoftware(this, 'chromium');
    const port = await freePort();
    server = await startTestServer({ jobs: true, config: { outboundAllow: ['localhost', '127.0.0.1'] } });
    const nora = { email: 'nora@nova.example', firstName: 'Nora', lastName: 'Lima', role: 'administrator', password };
    await server.apply({ contexts: [{ code: 'nova', name: 'Nova Ltda', users: [nora] }] });
    application = { address: `http://localhost:${port}`, stop: () => {} };
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    application?.stop();
    await server?.close();
  });

  /** Presses of the mouse, and of Enter: whatever an administrator does but typing. */
  async function countPresses(context: BrowserContext): Promise<() => number> {
    let presses = 0;
    await context.exposeFunction('pressed', () => void presses++);
    await context.addInitScript(`
      addEventListener('pointerup', ({ isTrusted }) => isTrusted && pressed(), true);
      addEventListener('keydown', ({ isTrusted, key }) => isTrusted && key === 'Enter' && pressed(), true);
    `);
    return () => presses;
  }

  /** Another program, which knows what the administrator copies into its settings. */
  async function configureApplication(issuer: string, clientId: string, secret: string): Promise<void> {
    const settings = { ISSUER: issuer, CLIENT_ID: clientId, CLIENT_SECRET: secret, ADDRESS: application.address };
    const running = startExample('openid-connect', settings, console.log);
    application.stop = () => void running.kill();
    await eventually(() => send(`${application.address}/`));
  }

  it(`from an empty company to the first application that somebody is signed in to: at most ${mostClicks} clicks and ${mostMinutes} minutes`, async () => {
    const context = await openBrowserContext(browser);
    const presses = await countPresses(context);
    const page = await context.newPage();
    const began = performance.now();
    await page.goto(`${server.baseUrl}/nova/admin`);
    await page.fill('#login', 'nora@nova.example');
    await page.fill('#password', password);
    await page.click('main button[type=submit]');

    await page.click('.first-steps a:has-text("Connect an application")');
    await page.click('.tile-name:has-text("Other application")');
    await page.fill('#name', 'Time sheet');
    await page.fill('#redirect_uris', `${application.address}/callback`);
    await page.fill('#launchUrl', application.address);
    await page.fill('#initiate_login_uri', `${application.address}/sign-in`);
    await page.check('label:has-text("Assign to Everyone") input');
    await page.click('form.form-page button[type=submit]');

    const shown = async (id: string): Promise<string> => (await page.textContent(`#${id}`))!;
    await page.waitForSelector('#new-secret');
    await configureApplication(await shown('value-issuer'), await shown('value-client_id'), await shown('new-secret'));
    await expectAccessible(page, 'the values of the first application');
    await page.click('text=Test sign-in');
    expect(await page.textContent('.alert-done')).to.contain('Nora Lima can open Time sheet');
    const [tab] = await Promise.all([context.waitForEvent('page'), page.click('text=Open the application')]);
    await tab.waitForSelector('#who');
    expect(await tab.textContent('#who')).to.equal('Nora Lima');
    const minutes = (performance.now() - began) / 60_000;
    console.log(`      ${presses()} clicks, ${(minutes * 60).toFixed(1)} s`);
    expect(presses()).to.be.within(7, mostClicks);
    expect(minutes).to.be.below(mostMinutes);

    await page.goto(`${server.baseUrl}/nova/admin`);
    expect(await page.locator('.first-step-done').allTextContents()).to.deep.equal(['Connect an application done']);
    await context.close();
  });
});
