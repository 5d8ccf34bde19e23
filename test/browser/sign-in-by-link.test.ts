import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { type RunningApplication, startApplication } from '../support/application.ts';
import { expectAccessible } from '../support/axe.ts';
import { disableScript, launchChromium, openBrowserContext, phone } from '../support/chromium.ts';
import { linkIn, type MailSink, startMailSink } from '../support/mail-sink.ts';
import { needSoftware } from '../support/missing.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

describe('on a phone, from the application over a mailed link and back', function () {
  this.timeout(120_000);
  let server: TestServer;
  let browser: Browser;
  let sink: MailSink;
  let application: RunningApplication;
  before(async function () {
    needSoftware(this, 'chromium');
    sink = await startMailSink();
    application = await startApplication();
    server = await startTestServer({ jobs: true, redirectUri: `${application.origin}/callback`, config: { smtpUrl: sink.url } });
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
    await application?.close();
    sink?.close();
  });

  for (const [locale, hasScript] of [
    ['pt-BR', true],
    ['es', false],
  ] as const)
    it(`whoever forgot the password chooses another and arrives, ${locale}, ${hasScript ? 'with' : 'without'} script`, async () => {
      const email = `${locale.toLowerCase()}@acme.example`;
      await server.apply({
        contexts: [
          { code: 'acme', name: 'Acme S.A.', users: [{ email, firstName: 'Rita', lastName: 'Reis', password: 'forgotten by now 1' }] },
        ],
      });
      const page = await (await openBrowserContext(browser, { viewport: phone, locale, dark: !hasScript })).newPage();
      if (!hasScript) await disableScript(page);
      const asked = {
        client_id: 'mobile',
        redirect_uri: `${application.origin}/callback`,
        response_type: 'code',
        scope: 'openid',
        state: locale,
        code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        code_challenge_method: 'S256',
      };
      await page.goto(`${server.issuer}/oidc/authorize?${new URLSearchParams(asked)}`);
      await page.fill('#login', email);
      await page.click('a[href*="/recovery"]');
      await expectAccessible(page, 'forgotten');
      await page.fill('#login', email);
      const mail = await sink.after(() => page.click('main button[type=submit]'), email);
      await page.goto(linkIn(mail));
      await expectAccessible(page, 'another password');
      await page.fill('#newPassword', `a new sentence for ${locale}`);
      await page.fill('#repeatPassword', `a new sentence for ${locale}`);
      await page.click('main button[type=submit]');
      await page.waitForURL(new RegExp(`/callback\\?.*state=${locale}`));
      expect(await page.textContent('h1')).to.equal('Arrived');
      await page.goto(`${server.issuer}/launchpad`);
      expect(await page.textContent('.top')).to.contain('Rita');
    });
});
