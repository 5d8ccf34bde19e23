import { expect } from 'chai';
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { expectAccessible } from '../support/axe.ts';
import { desktop, launchChromium, openBrowserContext, phone } from '../support/chromium.ts';
import { needSoftware } from '../support/missing.ts';
import { setPolicy } from '../support/policy.ts';
import { passwords, startTestServer, type TestServer } from '../support/server.ts';

describe('passkeys in Chromium, with a virtual authenticator', function () {
  this.timeout(60_000);
  let server: TestServer;
  let browser: Browser;

  before(async function () {
    needSoftware(this, 'chromium');
    browser = await launchChromium();
  });
  after(() => browser?.close());
  beforeEach(async () => {
    server = await startTestServer({ host: 'localhost' });
  });
  afterEach(() => server.close());

  const at = (path: string) => `${server.issuer}${path}`;

  async function open(options: Parameters<typeof openBrowserContext>[1] = {}) {
    const context = await openBrowserContext(browser, options);
    const page = await context.newPage();
    const device = await context.newCDPSession(page);
    await device.send('WebAuthn.enable');
    const { authenticatorId } = await device.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return { context, page, device, authenticatorId };
  }
  const signOut = async (context: BrowserContext) => context.clearCookies({ name: /session/ });
  const presence = (device: CDPSession, authenticatorId: string, enabled: boolean) =>
    device.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });

  async function addPasskey(page: Page, device: CDPSession, authenticatorId: string) {
    await presence(device, authenticatorId, false); // nothing answers the sign-in page by itself
    await page.goto(at('/launchpad'));
    await page.fill('#login', 'jsilva');
    await page.fill('#password', passwords.joao);
    await page.press('#password', 'Enter');
    await page.waitForURL(/launchpad$/);
    await presence(device, authenticatorId, true);
    await page.goto(at('/account/second-factors/new/passkey'));
    await expectAccessible(page, 'new passkey');
    await page.fill('#name', 'This laptop');
    await page.click('text=Set up a passkey');
    await page.waitForSelector('#recovery-codes');
    await expectAccessible(page, 'recovery codes');
    expect(await page.locator('#recovery-codes li').count()).to.equal(10);
    await page.goto(at('/account/second-factors'));
    expect(await page.textContent('main')).to.contain('This laptop');
  }

  it('added in the profile, it signs in alone, is two factors, and cannot be used twice', async () => {
    const { context, page, device, authenticatorId } = await open({ viewport: desktop });
    await addPasskey(page, device, authenticatorId);
    await presence(device, authenticatorId, false);
    await signOut(context);
    await page.goto(at('/sign-in'));
    expect(await page.getAttribute('#login', 'autocomplete')).to.equal('username webauthn');
    const sent = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/alone/passkey'));
    await presence(device, authenticatorId, true);
    await page.click('text=Use a passkey').catch(() => {});
    const request = await sent;
    await page.waitForURL(/launchpad$/);
    const scope = await server.scope();
    const session = await scope.db('sessions').whereNull('ended_at').orderBy('created_at', 'desc').first();
    expect(session!.amr).to.include.members(['user', 'mfa']);

    // the very same answer once more, in the same browser: a copy
    await presence(device, authenticatorId, false);
    await signOut(context);
    await page.goto(at('/sign-in'));
    const form = Object.fromEntries(new URLSearchParams(request.postData()!));
    const replayed = await page.request.post(`${page.url().replace(/\?.*/, '')}/alone/passkey`, { form });
    expect(replayed.status()).to.equal(422);
    const events = await scope.db('audit_events').where({ reason: 'wrong-passkey' });
    expect(events).to.have.length(1);
    await context.close();
  });

  for (const [locale, viewport, dark] of [
    ['en', desktop, false],
    ['pt-BR', phone, false],
    ['es', phone, true],
  ] as const)
    it(`as a second factor where one is required, and set up when it is missing (${locale}${dark ? ', dark' : ''})`, async () => {
      await setPolicy(server, { secondFactor: { demand: 'required', factors: ['passkey'] } });
      const { context, page, device, authenticatorId } = await open({ locale, viewport, dark });
      const signIn = async (next: RegExp) => {
        await presence(device, authenticatorId, false);
        await page.goto(at('/launchpad'));
        await page.fill('#login', 'jsilva');
        await page.fill('#password', passwords.joao);
        await page.press('#password', 'Enter');
        await page.waitForURL(next);
        expect(await page.getAttribute('html', 'lang')).to.equal(locale);
        await expectAccessible(page, `${next} in ${locale}`);
        await presence(device, authenticatorId, true);
      };
      await signIn(/enrol$/);
      await page.click('form[data-passkey] button');
      await page.waitForSelector('#recovery-codes');
      await expectAccessible(page, `recovery codes in ${locale}`);
      await page.evaluate('window.print = () => { window.printed = true; }');
      await page.click('[data-prints]');
      expect(await page.evaluate('window.printed'), 'printable').to.equal(true);
      await page.emulateMedia({ media: 'print' });
      expect(await page.locator('#recovery-codes li').first().isVisible(), 'the codes are on the paper').to.equal(true);
      expect(await page.locator('[data-prints]').isVisible(), 'and no buttons').to.equal(false);
      await page.emulateMedia({ media: 'screen' });
      await page.click('a.btn-primary');
      await page.waitForURL(/launchpad$/);
      await signOut(context);
      await signIn(/second-factor$/);
      await page.click('form[data-passkey] button');
      await page.waitForURL(/launchpad$/);
      await context.close();
    });

  it('a passkey of an unverified person, or one the company does not take, opens nothing', async () => {
    const { context, page, device, authenticatorId } = await open();
    await addPasskey(page, device, authenticatorId);
    await signOut(context);
    await presence(device, authenticatorId, false);
    await device.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await page.goto(at('/sign-in'));
    await presence(device, authenticatorId, true);
    await page.click('text=Use a passkey');
    await page.waitForTimeout(500);
    expect(page.url(), 'the authenticator itself refuses').to.contain('/sign-in/');
    await setPolicy(server, { secondFactor: { demand: 'optional', factors: ['totp'] } });
    await page.goto(at('/sign-in'));
    expect(await page.locator('text=Use a passkey').count(), 'not alone').to.equal(0);

    // who holds one proves it all the same before anything takes its place
    await device.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
    await page.fill('#login', 'jsilva');
    await page.fill('#password', passwords.joao);
    await page.press('#password', 'Enter');
    await page.waitForURL(/second-factor$/);
    await page.click('button:has-text("Use a passkey")');
    await page.waitForURL(/launchpad$/);
    await context.close();
  });
});
