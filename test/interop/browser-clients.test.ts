import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { chromiumPath, launchChromium, openBrowserContext } from '../support/chromium.ts';
import { type Applications, needClients, registerInConsole, startClients } from '../support/clients.ts';
import { needSoftware } from '../support/missing.ts';
import { freePort, passwords, signedIn, startTestServer, type TestServer } from '../support/server.ts';

/** What a single page chooses besides what the console proposes: that it keeps no secret (RFC 8252 §8.5). */
const isPublic = { token_endpoint_auth_method: 'none' };

describe('interop: client libraries of single pages, in Chromium', function () {
  this.timeout(60_000);
  let server: TestServer;
  let applications: Applications;
  let browser: Browser;
  let context: BrowserContext;

  before(async function () {
    needSoftware(this, chromiumPath ? undefined : 'apt-get install chromium');
    needClients(this);
    server = await startTestServer();
    const port = await freePort();
    const admin = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const register = (name: string) =>
      registerInConsole(server, admin, name, {
        ...isPublic,
        redirect_uris: `http://127.0.0.1:${port}/${name}/callback`,
        post_logout_redirect_uris: `http://127.0.0.1:${port}/bye`,
      });
    const clients = { 'oidc-client-ts': await register('oidc-client-ts'), 'okta-auth-js': await register('okta-auth-js') };
    applications = await startClients(port, server.issuer, clients);
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await applications?.stop();
    await server?.close();
  });
  beforeEach(async () => {
    context = await openBrowserContext(browser);
  });
  afterEach(() => context.close());

  async function fillIn(page: Page): Promise<void> {
    await page.fill('input[name=login]', 'ana@acme.example');
    await page.fill('input[name=password]', passwords.ana);
    await page.click('main button[type=submit]');
  }

  async function openSignedIn(name: string, start: string): Promise<Page> {
    const page = await context.newPage();
    await page.goto(`${applications.address}/${name}/`);
    await page.evaluate(`void ${start}`);
    await page.waitForSelector('input[name=login]');
    await fillIn(page);
    await page.waitForURL(/\/callback/);
    await page.waitForFunction('window.user || window.failed');
    expect(await page.evaluate('window.failed && String(window.failed)')).to.equal(undefined);
    return page;
  }

  async function leave(page: Page, how: string): Promise<void> {
    await page.evaluate(`void ${how}`);
    await page.waitForURL(/\/oidc\/sign-out/);
    await page.click('main button[type=submit]');
    await page.waitForURL(`${applications.address}/bye`);
  }

  it('oidc-client-ts: redirect, silent renewal in two tabs at once, revocation, sign-out', async () => {
    const page = await openSignedIn('oidc-client-ts', 'manager.signinRedirect()');
    expect(await page.evaluate('user.profile')).to.include({ name: 'Ana Souza', email: 'ana@acme.example' });
    const second = await context.newPage();
    await second.goto(`${applications.address}/oidc-client-ts/`);
    const renew = (tab: Page) => tab.evaluate('manager.signinSilent().then(({ profile }) => profile.name, String)');
    expect(await Promise.all([renew(page), renew(second)]), 'the same refresh token').to.deep.equal(['Ana Souza', 'Ana Souza']);
    expect(await Promise.all([renew(second), renew(page)]), 'and what came of it').to.deep.equal(['Ana Souza', 'Ana Souza']);
    expect(await page.evaluate('manager.revokeTokens().then(() => "revoked", String)')).to.equal('revoked');
    await leave(page, 'manager.signoutRedirect()');
  });

  it('oidc-client-ts: popup, and silent renewal without a refresh token', async () => {
    const page = await context.newPage();
    await page.goto(`${applications.address}/oidc-client-ts/`);
    const [popup] = await Promise.all([
      page.waitForEvent('popup'),
      page.evaluate('void (done = manager.signinPopup().then(({ profile }) => profile.name, String))'),
    ]);
    await popup.waitForSelector('input[name=login]');
    expect(await popup.evaluate('Boolean(window.opener)'), 'the window still knows who opened it').to.equal(true);
    await fillIn(popup);
    expect(await page.evaluate('done')).to.equal('Ana Souza');
    expect(popup.isClosed()).to.equal(true);
    await page.evaluate('manager.getUser().then((user) => { delete user.refresh_token; return manager.storeUser(user); })');
    expect(await page.evaluate('manager.signinSilent().then(({ profile }) => profile.name, String)'), 'by a frame').to.equal('Ana Souza');
  });

  // it revokes by `Basic` with no colon after the client ID, which only Okta reads (RFC 7617 §2)
  it('okta-auth-js: redirect, claims, renewal, sign-out', async () => {
    const page = await openSignedIn('okta-auth-js', 'okta.token.getWithRedirect()');
    expect(await page.evaluate('user.idToken.claims')).to.include({ name: 'Ana Souza' });
    expect(await page.evaluate('okta.token.getUserInfo()')).to.include({ email: 'ana@acme.example' });
    expect(await page.evaluate('okta.token.renewTokens().then(({ idToken }) => idToken.claims.name, String)')).to.equal('Ana Souza');
    await leave(page, 'okta.signOut({ revokeAccessToken: false, revokeRefreshToken: false })');
  });
});
