import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium, openBrowserContext } from '../support/chromium.ts';
import { needSoftware } from '../support/missing.ts';
import { authorizationUrl } from '../support/oidc.ts';
import { setPolicy } from '../support/policy.ts';
import { eventually } from '../support/process.ts';
import { totpCode } from '../support/second-factor.ts';
import { passwords, startTestServer, type TestServer } from '../support/server.ts';

/** An application of another site: it opens a window, looks whether it is closed, and hears what its callback tells it. */
const opener = `<!doctype html><title>Application</title><button>Open</button><script>
  heard = []; onmessage = ({ data, origin }) => heard.push(origin + data);
  document.querySelector('button').onclick = () => { popup = window.open(decodeURIComponent(location.hash.slice(1))); };
</script>`;
const callback = `<!doctype html><title>Back</title><script>opener.postMessage(location.search, location.origin); close();</script>`;

describe('an application that signs people in by a window of its own, in Chromium', function () {
  this.timeout(60_000);
  let server: TestServer;
  let browser: Browser;
  let application: Server;
  let origin: string;
  let context: BrowserContext;

  before(async function () {
    needSoftware(this, 'chromium');
    application = createServer((request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end(request.url!.startsWith('/callback') ? callback : opener);
    });
    await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve));
    // another site than the server's, which is 127.0.0.1
    origin = `http://localhost:${(application.address() as AddressInfo).port}`;
    server = await startTestServer();
    const oidc = { client_id: 'window', token_endpoint_auth_method: 'none', redirect_uris: [`${origin}/callback`] };
    const entry = { code: 'window', name: 'Window', navigable: true, oidc };
    const asked = { ...entry, code: 'asked', name: 'Asked', oidc: { ...oidc, client_id: 'asked', consent_required: true } };
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', applications: [entry, asked] }] });
    browser = await launchChromium();
  });
  beforeEach(async () => {
    context = await openBrowserContext(browser);
  });
  afterEach(() => context?.close());
  after(async () => {
    await browser?.close();
    application?.close();
    await server?.close();
  });

  async function open(url: string): Promise<{ page: Page; popup: Page; isClosed(): Promise<boolean> }> {
    const page = await context.newPage();
    await page.goto(`${origin}/#${encodeURIComponent(url)}`);
    const [popup] = await Promise.all([context.waitForEvent('page'), page.click('button')]);
    await popup.waitForURL((address) => address.href.startsWith(server.baseUrl));
    await popup.waitForLoadState();
    return { page, popup, isClosed: () => page.evaluate('popup.closed') };
  }
  const request = (extra: Record<string, string> = {}) =>
    authorizationUrl({ issuer: server.issuer, redirectUri: `${origin}/callback` }, { client_id: 'window', scope: 'openid', ...extra });
  async function signIn(popup: Page, password = passwords.joao): Promise<void> {
    await popup.fill('#login', 'jsilva');
    await popup.fill('#password', password);
    await popup.press('#password', 'Enter');
  }
  /** The window knew its opener to the end, and told it the answer. */
  async function expectAnswer(page: Page, state: string, has = 'code='): Promise<void> {
    await eventually(async () => expect(await page.evaluate('heard')).to.have.length(1));
    const [heard] = (await page.evaluate('heard')) as [string];
    expect(heard)
      .to.match(new RegExp(`^${origin}\\?`))
      .and.to.include(`state=${state}`)
      .and.to.include(has);
  }

  it('knows the window while a person signs in, also after a wrong password and in another language, and hears the answer', async () => {
    const { url, state } = request();
    const { page, popup, isClosed } = await open(url);
    await popup.waitForSelector('#login');
    expect(await isClosed()).to.equal(false);
    await signIn(popup, 'a wrong password');
    await popup.waitForSelector('[role=alert]');
    expect(await isClosed()).to.equal(false);
    await popup.click('a[lang=es]');
    await popup.waitForSelector('html[lang=es]');
    expect(await isClosed()).to.equal(false);
    await signIn(popup);
    await expectAnswer(page, state);
    await eventually(async () => expect(await isClosed(), 'the callback closed it').to.equal(true));
  });

  it('and while somebody is asked to choose, to agree, and to set up a second factor', async () => {
    await setPolicy(server, { secondFactor: { demand: 'required', factors: ['totp'] } });
    const { url, state } = request({ client_id: 'asked', prompt: 'select_account', scope: 'openid email' });
    const { page, popup, isClosed } = await open(url);
    await signIn(popup);
    const secret = (await popup.textContent('#totp-secret'))!;
    expect(await isClosed()).to.equal(false);
    await popup.fill('[name=code]', totpCode(secret));
    await popup.press('[name=code]', 'Enter');
    await popup.waitForSelector('#recovery-codes');
    expect(await isClosed()).to.equal(false);
    await popup.click('a.btn-primary');
    await popup.waitForSelector('button[value=allow]');
    expect(await isClosed()).to.equal(false);
    await popup.click('button[value=allow]');
    await expectAnswer(page, state);
  });

  it('every other page is kept apart from windows of other sites', async () => {
    for (const path of ['/sign-in', '/launchpad', '/recovery', '/oidc/sign-out', '/oidc/device']) {
      const { page, isClosed } = await open(server.issuer + path);
      await eventually(async () => expect(await isClosed(), path).to.equal(true));
      await page.close();
    }
  });
});
