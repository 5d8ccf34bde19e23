import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { expectAccessible } from './axe.ts';
import { openBrowserContext } from './chromium.ts';
import { openMenuOf } from './open-menu.ts';
import { until } from './patience.ts';
import { passwords, type TestServer } from './server.ts';
import { startUnsetSmartSync } from './smartsync.ts';

export type Locale = 'en' | 'es' | 'pt-BR';

/** How SmartSync reaches a directory, as an administrator types it; its certificate is trusted as it is shown. */
export type Reach = { url: string; bindDn: string; bindPassword: string };

/** A browser of somebody. Each page that it stops at is looked at: in the reader's language, and good to everybody. */
export class Reader {
  readonly page: Page;
  readonly locale: Locale;
  readonly errors: string[] = [];

  private constructor(page: Page, locale: Locale) {
    this.page = page;
    this.locale = locale;
    page.on('pageerror', (error) => this.errors.push(error.message));
  }

  static async open(browser: Browser, locale: Locale): Promise<Reader> {
    return new Reader(await (await openBrowserContext(browser, { locale })).newPage(), locale);
  }

  async look(): Promise<void> {
    const { page } = this;
    // pages that follow something load again when it is over; asked for at once, since between two pages there is neither
    const isThere = () =>
      page.evaluate<boolean>('document.readyState === "complete" && !document.querySelector("[data-follow]")').catch(() => false);
    await until(isThere, `the end of what ${page.url()} follows`, 30_000);
    expect(await page.getAttribute('html', 'lang'), page.url()).to.equal(this.locale);
    await expectAccessible(page, page.url());
  }

  async go(address: string): Promise<void> {
    await this.page.goto(address);
    await this.look();
  }

  async fill(fields: Record<string, string>): Promise<void> {
    for (const [name, value] of Object.entries(fields)) await this.page.fill(`main [name="${name}"]:not([type=hidden])`, value);
  }

  /** Follows what it presses to a page of another address, and looks at that. */
  async press(selector: string, to: RegExp): Promise<void> {
    await openMenuOf(this.page, selector);
    // its address may be as before, as of a form that is saved: then only what was loaded says that it is there
    await Promise.all([this.page.waitForEvent('load'), this.page.locator(selector).first().click()]);
    await this.page.waitForURL(to);
    await this.look();
  }

  async signIn(login: string, password: string): Promise<void> {
    await this.fill({ login, password });
    await this.page.click('main button[type=submit]');
  }

  /** Signs in at an application from its first page. @param button that leads here */
  async signInAt(application: string, login: string, password: string): Promise<void> {
    await this.page.goto(application);
    await this.page.click('main a, main button');
    await this.page.waitForSelector('#password');
    await this.look();
    await this.signIn(login, password);
  }

  /** Whom the application at hand says it knows. */
  async who(): Promise<string | null> {
    await this.page.waitForSelector('#who');
    return this.page.textContent('#who');
  }

  main = (): Promise<string | null> => this.page.textContent('main');

  close = (): Promise<void> => this.page.context().close();
}

/** What an administrator does about directories in the console, by names of fields and addresses, which are the same in every language. */
export class Console {
  readonly reader: Reader;
  readonly #server: TestServer;
  /** Addresses below the company's of the pages that were seen. */
  readonly seen = new Set<string>();

  private constructor(reader: Reader, server: TestServer) {
    this.reader = reader;
    this.#server = server;
  }

  static async open(browser: Browser, server: TestServer, locale: Locale): Promise<Console> {
    const reader = await Reader.open(browser, locale);
    await reader.page.goto(`${server.issuer}/admin`);
    await reader.signIn('ana@acme.example', passwords.ana);
    await reader.page.waitForURL(/\/admin$/);
    return new Console(reader, server);
  }

  async go(path: string): Promise<void> {
    this.seen.add(path);
    await this.reader.go(`${this.#server.issuer}${path}`);
  }

  /** S11, S12. @returns the path of its page, and what SmartSync is set up with */
  async nameDirectory(name: string): Promise<{ path: string; server: string; token: string }> {
    const { page } = this.reader;
    await this.go('/admin/directories');
    await this.reader.press('main a[href$="/directories/new"]', /directories\/new$/);
    this.seen.add('/admin/directories/new');
    await this.reader.fill({ name });
    await this.reader.press('form.form-page button.btn-primary', /directories\/[0-9a-f-]{36}$/);
    const [server, token] = [await page.textContent('#server'), await page.textContent('#token')];
    await page.reload();
    expect(await page.locator('#token').count(), 'the token is shown once').to.equal(0);
    return { path: new URL(page.url()).pathname.replace(/^\/acme/, ''), server: server!, token: token! };
  }

  /** The first run asks; what it found is approved. On a slow machine it has begun by itself and waits already: then another is refused. */
  async approveFirstRun(directory: string): Promise<void> {
    const { page } = this.reader;
    const ofOneRun = /runs\/[0-9a-f-]{36}$/;
    await this.go(`${directory}/runs`);
    await Promise.all([page.waitForEvent('load'), page.click('button[value=sync]')]);
    if (ofOneRun.test(page.url())) await this.reader.look();
    else await this.reader.press('main td a[href*="/runs/"]', ofOneRun);
    await page.click('form[action$="/approve"] button');
    await page.waitForSelector('form[action$="/approve"]', { state: 'detached' });
    await this.reader.look();
    expect(await page.locator('main .heading .status-good').count()).to.equal(1);
    this.seen.add(new URL(page.url()).pathname.replace(/^\/acme/, ''));
  }

  /** S17: all that wait, after a question. @param change the value of the button */
  async acceptAll(directory: string): Promise<void> {
    const { page } = this.reader;
    await this.go(`${directory}/entries?state=pending`);
    // with script the bar comes once somebody is ticked
    if (await page.isVisible('[data-ticks]')) await page.check('[data-ticks]');
    await page.selectOption('#whom', 'all', { force: true });
    await page.click('#change button[value=accept]');
    await page.waitForSelector('form input[name=sure]', { state: 'attached' });
    await this.reader.look();
    await page.click('main form:has(input[name=sure]) button[type=submit]');
    await page.waitForSelector('form input[name=sure]', { state: 'detached' });
    await this.reader.look();
  }

  /** S24. */
  async letSignInByDirectory(): Promise<void> {
    await this.go('/admin/directories/rules');
    await this.reader.page.check('[name=signIn]');
    await this.reader.press('form.form-page button.btn-primary', /rules/);
  }

  /** Whether each page that was seen is as good in another language. */
  async readAgainIn(browser: Browser, locale: Locale): Promise<void> {
    const other = await Console.open(browser, this.#server, locale);
    for (const path of this.seen) await other.go(path);
    await other.reader.close();
  }
}

export type UnsetSmartSync = Awaited<ReturnType<typeof startUnsetSmartSync>>;

/** S15: an administrator sets SmartSync up on its own page. @returns the agent, which the caller stops */
export async function setUpSmartSync(
  browser: Browser,
  locale: Locale,
  { server, token }: { server: string; token: string },
  { url, bindDn, bindPassword }: Reach,
): Promise<UnsetSmartSync> {
  const agent = await startUnsetSmartSync();
  try {
    const reader = await Reader.open(browser, locale);
    const { page } = reader;
    await reader.go(agent.pageUrl);
    await page.fill('#code', agent.code);
    await page.press('#code', 'Enter');
    await page.waitForSelector('#server');
    await reader.look();
    await reader.fill({ server, token });
    await page.press('#token', 'Enter');
    await page.waitForSelector('.state.good');
    await reader.look();
    await page.click('header a[href="/directory"]');
    await reader.fill({ ldapUrls: url, bindDn, bindPassword });
    await page.click('button[value=test]');
    await page.waitForSelector('.report');
    await reader.look();
    await page.click('button[name=pin]');
    await page.waitForSelector('.report');
    await reader.look();
    await page.click('button[value=save]');
    await page.waitForURL(/saved/);
    await reader.look();
    expect(reader.errors).to.deep.equal([]);
    await reader.close();
    return agent;
  } catch (error) {
    await agent.stop();
    throw error;
  }
}
