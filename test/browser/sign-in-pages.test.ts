import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { publishTerms } from '../../src/domain/applications/consents/index.ts';
import { expectAccessible } from '../support/axe.ts';
import { desktop, launchChromium, openBrowserContext, phone } from '../support/chromium.ts';
import { needSoftware } from '../support/missing.ts';
import { setPolicy } from '../support/policy.ts';
import { totpCode } from '../support/second-factor.ts';
import { passwords, startTestServer, type TestServer } from '../support/server.ts';

const looks = {
  'desktop, en': { viewport: desktop, locale: 'en' },
  'phone, pt-BR': { viewport: phone, locale: 'pt-BR' },
  'phone, dark, es': { viewport: phone, locale: 'es', dark: true },
};

/** The pages that no address opens, because only somebody in the middle of a sign-in sees them. */
describe('pages of a sign-in under way', function () {
  this.timeout(180_000);
  let server: TestServer;
  let browser: Browser;
  before(async function () {
    needSoftware(this, 'chromium');
    browser = await launchChromium();
  });
  after(() => browser?.close());
  beforeEach(async () => {
    server = await startTestServer();
  });
  afterEach(() => server.close());

  for (const [look, options] of Object.entries(looks))
    it(`terms, their refusal, enrolment, codes, second factor and its fault, a network that is kept out (${look})`, async () => {
      const scope = await server.scope();
      const words = { title: 'Termos', body: 'Um.\n\nDois.' };
      const texts = { en: { title: 'Terms', body: 'One.\n\nTwo.' }, es: words, 'pt-BR': words };
      await publishTerms(scope, texts, 0);
      server.app.services.forgetCached(scope.contextId);
      await setPolicy(server, { secondFactor: { demand: 'required', factors: ['totp'] } });
      const context = await openBrowserContext(browser, options);
      const page = await context.newPage();
      const look = async (what: string) => {
        expect(await page.getAttribute('html', 'lang'), what).to.equal(options.locale);
        await expectAccessible(page, what);
      };
      const signIn = async () => {
        await page.goto(`${server.issuer}/launchpad`);
        await page.fill('#login', 'jsilva');
        await page.fill('#password', passwords.joao);
        await page.press('#password', 'Enter');
        await page.waitForURL((url) => !/\/sign-in\/[\w.-]{36,}$/.test(url.href));
      };
      await signIn();
      while (!page.url().endsWith('/launchpad')) {
        if (page.url().endsWith('/terms')) {
          await look('terms');
          await page.click('button[value=decline]');
          await page.waitForSelector('a[href$="/terms"], form[action$="/terms"]');
          await look('terms declined');
          await page.goto(page.url());
          await page.click('button[value=accept]');
        } else if (page.url().endsWith('/enrol')) {
          await look('enrolment');
          const secret = (await page.textContent('#totp-secret'))!;
          await page.fill('[name=code]', '000000');
          await page.press('[name=code]', 'Enter');
          await page.waitForSelector('[role=alert]');
          await look('enrolment, wrong code');
          await page.fill('[name=code]', totpCode(secret));
          await page.press('[name=code]', 'Enter');
          await page.waitForSelector('#recovery-codes');
          await look('recovery codes');
          await page.click('a.btn-primary');
        } else throw new Error(`what is this? ${page.url()}`);
        await page.waitForLoadState();
      }
      await context.clearCookies({ name: /session/ });
      await signIn();
      expect(page.url()).to.match(/second-factor$/);
      await look('second factor');
      await page.fill('[name=code]', '000000');
      await page.press('[name=code]', 'Enter');
      await page.waitForSelector('[role=alert]');
      await look('second factor, wrong code');

      await setPolicy(server, { secondFactor: { demand: 'off' } }, [
        { overrideId: '00000000-0000-4000-8000-000000000001', for: { kind: 'role', role: 'regular' }, networks: ['192.0.2.0/24'] },
      ]);
      await context.clearCookies({ name: /session/ });
      await page.goto(`${server.issuer}/launchpad`);
      await page.fill('#login', 'jsilva');
      await page.fill('#password', passwords.joao);
      await page.press('#password', 'Enter');
      await page.waitForSelector('#password', { state: 'detached' });
      expect(await page.textContent('main')).to.match(/[2-9A-Z]{4}-[2-9A-Z]{4}/);
      await look('kept out');
      await context.close();
    });
});
