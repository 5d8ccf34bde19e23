import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { expectAccessible } from './axe.ts';
import { desktop, disableScript, launchChromium, openBrowserContext, phone } from './chromium.ts';
import { type MailSink, startMailSink } from './mail-sink.ts';
import { needSoftware } from './missing.ts';
import { openMenuOf } from './open-menu.ts';
import { passwords, startTestServer, type TestServer } from './server.ts';

export const looks = {
  'desktop, en': { viewport: desktop, locale: 'en' },
  'phone, dark, pt-BR': { viewport: phone, dark: true, locale: 'pt-BR' },
  'desktop, es, without JavaScript': { viewport: desktop, locale: 'es', script: false },
};

export type Look = (typeof looks)[keyof typeof looks];

export type Administrator = {
  server: TestServer;
  sink: MailSink;
  page: Page;
  hasScript: boolean;
  at(path: string): string;
  /** The page at hand is in the reader's language, and good to everybody. */
  look(what: string): Promise<void>;
  open(path: string): Promise<void>;
  press(selector: string): Promise<void>;
  /** Sends the form that the page is about. */
  send(): Promise<void>;
  /** On a phone the filters are behind a word. */
  unfold(): Promise<void>;
  main(): Promise<string | null>;
  /** Follows a task to its end, as its page does by itself or by its button. */
  finish(): Promise<void>;
};

/** Ana, signed in at the console for the tests of a `describe`, with a worker and a mailbox. @param more of company acme */
export function useAdministrator(options: Look, more: Record<string, unknown>): Administrator {
  const me = {} as Administrator;
  const errors: string[] = [];
  let browser: Browser;

  before(async function () {
    needSoftware(this, 'chromium');
    me.sink = await startMailSink();
    me.server = await startTestServer({ jobs: true, config: { smtpUrl: me.sink.url } });
    await me.server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', ...more }] });
    browser = await launchChromium();
    me.page = await (await openBrowserContext(browser, options)).newPage();
    if (!me.hasScript) await disableScript(me.page);
    me.page.on('pageerror', (error) => errors.push(error.message));
    await me.page.goto(me.at('/admin'));
    await me.page.fill('#login', 'ana@acme.example');
    await me.page.fill('#password', passwords.ana);
    await me.page.click('main button[type=submit]');
    await me.page.waitForURL(/\/admin$/);
  });
  after(async () => {
    await browser?.close();
    await me.server?.close();
    me.sink?.close();
    expect(errors).to.deep.equal([]);
  });

  return Object.assign(me, {
    hasScript: !('script' in options),
    at: (path: string) => `${me.server.issuer}${path}`,
    async look(what: string) {
      expect(await me.page.getAttribute('html', 'lang')).to.equal(options.locale);
      await expectAccessible(me.page, what);
    },
    async open(path: string) {
      await me.page.goto(me.at(path));
      await me.look(path);
    },
    async press(selector: string) {
      await openMenuOf(me.page, selector);
      await me.page.locator(selector).first().click();
      await me.page.waitForLoadState();
    },
    send: () => me.press('main form[method=post] button[type=submit].btn-primary, main form[method=post] button[type=submit]'),
    async unfold() {
      if (await me.page.locator('.filter-label').isVisible()) await me.page.click('.filter-label');
    },
    main: () => me.page.locator('main').textContent(),
    async finish() {
      await me.page.waitForURL(/operations\//);
      for (let i = 0; i < 60 && (await me.page.locator('[data-follow]').count()) > 0; i++) {
        if (!me.hasScript) await me.page.reload();
        await me.page.waitForTimeout(250);
      }
      await me.look('a finished task');
    },
  });
}
