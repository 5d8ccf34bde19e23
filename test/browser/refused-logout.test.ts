import { createServer, type Server } from 'node:http';
import { inflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { findApplicationByCode } from '../../src/domain/applications/applications/index.ts';
import { derOf, redirectUrl, signerFor } from '../../src/platform/saml/index.ts';
import { element, serialize } from '../../src/platform/saml/write-xml.ts';
import { watchRefusals } from '../support/audit.ts';
import { launchChromium, openBrowserContext } from '../support/chromium.ts';
import { needSoftware } from '../support/missing.ts';
import { eventually } from '../support/process.ts';
import { makeKeys } from '../support/saml.ts';
import { freePort, passwords, startTestServer, type TestServer } from '../support/server.ts';

const keys = makeKeys();
const signer = signerFor(keys.privateKey, derOf(keys.certificate), 'rsa-sha256');

/** Cookies are Chromium's own here: the applications live on another site, and what they post arrives without any. */
describe('a logout answer that is refused, in Chromium', function () {
  this.timeout(60_000);
  let server: TestServer;
  let browser: Browser;
  let applications: Server;
  let site: string;
  let asked: string[] = [];
  /** How the application whose turn it is answers. */
  let answer: (code: string, requestId: string) => Promise<{ location?: string; page?: string }>;

  before(async function () {
    needSoftware(this, 'chromium');
    server = await startTestServer();
    const port = await freePort();
    site = `http://localhost:${port}`;
    applications = createServer(async (request, response) => {
      const { pathname, searchParams } = new URL(request.url!, site);
      const [, kind, code = ''] = pathname.split('/');
      request.resume();
      const html = (body: string) => response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><title>x</title>${body}`);
      const packed = searchParams.get('SAMLRequest');
      if (kind !== 'slo' || !packed) return html(kind === 'evil' ? evil(code) : '<p id="here">here</p>');
      asked.push(code);
      const xml = inflateRawSync(Buffer.from(packed, 'base64')).toString();
      const { location, page } = await answer(code, / ID="([^"]+)"/.exec(xml)![1]!);
      if (location) response.writeHead(303, { location }).end();
      else html(page!);
    }).listen(port, 'localhost');
    const application = (code: string) => ({
      code,
      name: code.toUpperCase(),
      navigable: true,
      saml: {
        entityId: `https://${code}.example`,
        assertionConsumerServices: [{ url: `${site}/acs/${code}` }],
        singleLogoutServices: [{ binding: 'redirect', url: `${site}/slo/${code}` }],
        signingCertificates: [keys.certificate],
      },
    });
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', applications: ['wiki', 'crm'].map(application) }] });
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    applications?.close();
    await server?.close();
  });

  const slo = () => `${server.issuer}/saml/slo`;
  const answerXml = (code: string, requestId: string) =>
    serialize(
      element(
        'samlp:LogoutResponse',
        {
          ID: `_${crypto.randomUUID()}`,
          Version: '2.0',
          IssueInstant: new Date().toISOString(),
          Destination: slo(),
          InResponseTo: requestId,
        },
        element('saml:Issuer', {}, `https://${code}.example`),
        element('samlp:Status', {}, element('samlp:StatusCode', { Value: 'urn:oasis:names:tc:SAML:2.0:status:Success' })),
      ),
    );
  const signed = async (code: string, requestId: string) => ({
    location: await redirectUrl(slo(), 'SAMLResponse', answerXml(code, requestId), undefined, signer),
  });
  const selfPosting = (xml: string) =>
    `<form method="post" action="${slo()}"><input type="hidden" name="SAMLResponse" value="${Buffer.from(xml).toString('base64')}"></form><script>document.forms[0].submit()</script>`;
  /** Pages of somebody who means harm. */
  const evil = (how: string) =>
    how === 'frame'
      ? `<iframe id="frame" src="${slo()}?SAMLResponse=x"></iframe><img src="${slo()}?SAMLResponse=x" alt="">`
      : selfPosting('<x/>');

  async function signInEverywhere(): Promise<Page> {
    asked = [];
    const page = await (await openBrowserContext(browser)).newPage();
    await page.goto(`${server.issuer}/launchpad`);
    await page.fill('#login', 'ana@acme.example');
    await page.fill('#password', passwords.ana);
    await page.click('button[type=submit]');
    await page.waitForURL('**/launchpad');
    for (const code of ['wiki', 'crm']) {
      const { applicationId } = (await findApplicationByCode(await server.scope(), code))!;
      await page.goto(`${server.issuer}/saml/launch/${applicationId}`);
      await page.waitForSelector('#here');
    }
    return page;
  }
  const signOut = async (page: Page) => {
    await page.goto(`${server.issuer}/sign-out`);
    await page.click('form[action$="/sign-out"] button[type=submit]');
  };

  it('posted from another site, unsigned: the next application is told, and the page names the first', async () => {
    answer = async (code, requestId) => (asked.length === 1 ? { page: selfPosting(answerXml(code, requestId)) } : signed(code, requestId));
    const page = await signInEverywhere();
    await signOut(page);
    await page.waitForSelector('text=did not confirm');
    expect(asked).to.have.members(['wiki', 'crm']);
    expect(await page.locator('h1 ~ ul li').allTextContents()).to.deep.equal([asked[0]!.toUpperCase()]);
    await page.context().close();
  });

  it('a stranger’s page moves nothing from a frame or a picture; in a window of its own it ends nothing early', async () => {
    let goOn = () => {};
    const waits = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    answer = async (code, requestId) => {
      if (asked.length === 1) await waits;
      return signed(code, requestId);
    };
    const page = await signInEverywhere();
    await signOut(page).catch(() => undefined);
    await eventually(async () => expect(asked).to.have.length(1));
    const refusals = await watchRefusals(await server.scope(), 'saml-message.refused');
    const stranger = await page.context().newPage();
    await stranger.goto(`${site}/evil/frame`);
    await eventually(async () => expect(await refusals()).to.have.length(2));
    expect(asked).to.have.length(1);
    await stranger.goto(`${site}/evil/window`);
    await eventually(async () => expect(asked).to.have.length(2));
    goOn();
    await page.waitForSelector('text=You are signed out');
    expect(await page.locator('main').textContent(), 'both confirmed, whatever the stranger did').to.not.contain('did not confirm');
    await page.context().close();
  });
});
