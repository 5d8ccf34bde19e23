import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { expectAccessible } from '../support/axe.ts';
import { desktop, disableScript, launchChromium, openBrowserContext, phone } from '../support/chromium.ts';
import { movableClock } from '../support/clock.ts';
import { linkIn, type MailSink, startMailSink } from '../support/mail-sink.ts';
import { needSoftware } from '../support/missing.ts';
import { scaleLimit } from '../support/patience.ts';
import { setPolicy } from '../support/policy.ts';
import { totpCode } from '../support/second-factor.ts';
import { passwords, startTestServer, type TestServer } from '../support/server.ts';

const looks = {
  'phone, pt-BR': { viewport: phone, locale: 'pt-BR' },
  'desktop, dark, en': { viewport: desktop, dark: true, locale: 'en' },
  'phone, es, without JavaScript': { viewport: phone, locale: 'es', script: false },
};

/** By the names of fields and the addresses of pages, which are the same in every language. */
for (const [look, options] of Object.entries(looks))
  describe(`a person’s life with Portaria (${look})`, function () {
    this.timeout(120_000);
    let server: TestServer;
    let sink: MailSink;
    let browser: Browser;
    let admin: Page;
    let person: { context: BrowserContext; page: Page };
    const { clock, now, wait } = movableClock();
    const errors: string[] = [];
    let secret = '';
    let codes: string[] = [];
    let password = 'uma frase longa e nova';
    let login = 'bruna@acme.example';

    before(async function () {
      needSoftware(this, 'chromium');
      sink = await startMailSink();
      server = await startTestServer({ clock, jobs: true, config: { smtpUrl: sink.url } });
      browser = await launchChromium();
      admin = (await open()).page;
      person = await open();
    });
    after(async () => {
      await browser?.close();
      await server?.close();
      sink?.close();
    });

    const at = (path: string) => `${server.issuer}${path}`;
    async function open(): Promise<{ context: BrowserContext; page: Page }> {
      const context = await openBrowserContext(browser, options);
      const page = await context.newPage();
      if ('script' in options) await disableScript(page);
      page.on('pageerror', (error) => errors.push(error.message));
      return { context, page };
    }
    /** The page is in the reader's language and good to everybody. */
    async function lookAt(page: Page): Promise<void> {
      expect(await page.getAttribute('html', 'lang'), page.url()).to.equal(options.locale);
      await expectAccessible(page, page.url());
    }
    /** Fills in the page's form and sends it by the button with that name and value, or the first one. */
    async function send(
      page: Page,
      fields: Record<string, string> = {},
      button = 'main form[method=post] button[type=submit]',
    ): Promise<void> {
      await lookAt(page);
      for (const [name, value] of Object.entries(fields)) {
        const field = page.locator(`main [name="${name}"]:not([type=hidden])`);
        const type = await field.first().getAttribute('type');
        if (type === 'radio') await page.check(`main [name="${name}"][value="${value}"]`);
        else if (type === 'checkbox') await field.setChecked(value === 'yes');
        else await field.fill(value);
      }
      await page.locator(button).first().click();
      await page.waitForLoadState();
    }
    const choose = async (page: Page, newPassword: string) => send(page, { newPassword, repeatPassword: newPassword });
    async function signIn(page: Page, who: string, secretWord: string): Promise<void> {
      await page.goto(at('/launchpad'));
      await send(page, { login: who, password: secretWord });
    }
    const code = () => {
      wait(1);
      return totpCode(secret, now());
    };
    async function setUpApp(): Promise<void> {
      await person.page.waitForURL(/enrol$/);
      secret = (await person.page.locator('#totp-secret').textContent())!;
      await send(person.page, { code: totpCode(secret, now()) });
      codes = await person.page.locator('#recovery-codes code').allTextContents();
      expect(codes).to.have.length(10);
      await lookAt(person.page);
      await person.page.click('main a.btn-primary');
    }
    const arrived = async (path: RegExp) => person.page.waitForURL(path, { timeout: scaleLimit(5000) });

    it('an administrator gives the company its look, writes terms, and invites somebody', async () => {
      await signIn(admin, 'ana@acme.example', passwords.ana);
      await admin.goto(at('/admin/branding'));
      const color = 'form.form-page [name="color"]';
      await admin.fill(color, '#fff000');
      await admin.click('form.form-page button[type=submit]');
      await admin.waitForSelector('#color-fault');
      await admin.fill(color, '#7a1f5c');
      await send(admin, { 'texts.pt-BR.signIn': 'Use a conta da rede.' }, 'form.form-page button[type=submit]');
      await admin.waitForSelector('.alert-plain[role=status]');
      await admin.goto(at('/admin/messages/invitation/en'));
      await send(admin, { subject: 'Join {{company}}' });
      await admin.goto(at('/admin/users/new'));
      const mail = await sink.after(() =>
        send(
          admin,
          { firstName: 'Bruna', lastName: 'Lima', email: login, activation: 'invitation' },
          '.form-page > .d-flex button[type=submit]',
        ),
      );
      await lookAt(admin);
      await person.page.goto(linkIn(mail));
      await admin.goto(at('/admin/consent/edit'));
      await send(admin, { 'en.title': 'Terms', 'en.body': 'Be kind.' }, 'form.form-page button[type=submit]');
      await admin.waitForURL(/terms$/);
      await send(admin);
      await admin.waitForURL(/consent\?done|consent$/);
      await lookAt(admin);
    });

    it('the person activates the account, accepts the terms and sets up the second factor that is required', async () => {
      await setPolicy(server, { secondFactor: { demand: 'required', factors: ['totp'] } });
      await choose(person.page, 'curta');
      await person.page.waitForSelector('#newPassword-fault');
      await choose(person.page, password);
      await setUpApp();
      await arrived(/terms$/);
      await send(person.page);
      await arrived(/launchpad(\?done=account_ready)?$/);
      await lookAt(person.page);
    });

    it('changes the recovery e-mail and the e-mail, each by its links', async () => {
      const { page } = person;
      const follow = async (mail: Awaited<ReturnType<typeof sink.after>>) => {
        await page.goto(linkIn(mail));
        await send(page);
        await lookAt(page);
      };
      await page.goto(at('/account/recovery-email'));
      await follow(await sink.after(() => send(page, { recoveryEmail: 'bruna@home.example' }), 'bruna@home.example'));
      await page.goto(at('/account/email'));
      const old = await sink.after(() => send(page, { email: 'bruna.lima@acme.example' }), login);
      const confirm = await sink.after(() => follow(old), 'bruna.lima@acme.example');
      await follow(confirm);
      login = 'bruna.lima@acme.example';
      await page.goto(at('/account'));
      expect(await page.textContent('main'))
        .to.contain(login)
        .and.to.contain('bruna@home.example');
      await lookAt(page);
    });

    it('looks at sessions, applications and privacy, downloads the data, and signs out', async () => {
      const { page } = person;
      for (const path of ['/account/second-factors', '/account/sessions', '/account/applications', '/account/privacy']) {
        await page.goto(at(path));
        await lookAt(page);
      }
      const [download] = await Promise.all([page.waitForEvent('download'), page.click('form[action$="/privacy/data"] button')]);
      expect(download.suggestedFilename()).to.equal('acme-personal-data.json');
      await page.goto(at('/sign-out'));
      await send(page);
      await lookAt(page);
    });

    it('comes back with the code, forgets the password, and comes back by the recovery e-mail and a recovery code', async () => {
      const { page } = person;
      await signIn(page, login, password);
      await arrived(/second-factor$/);
      await send(page, { code: '000000' });
      await page.waitForSelector('#fault');
      await send(page, { code: code() });
      await arrived(/launchpad$/);
      await page.goto(at('/sign-out'));
      await send(page);
      await page.goto(at('/recovery'));
      const mail = await sink.after(() => send(page, { login }), 'bruna@home.example');
      await lookAt(page);
      await page.goto(linkIn(mail));
      password = 'outra frase longa e nova';
      await choose(page, password);
      await arrived(/second-factor$/);
      await lookAt(page);
      await page.click('a[href*="factor=recovery-code"]');
      await send(page, { code: codes[0]! });
      await arrived(/launchpad(\?done=password_changed)?$/);
    });

    it('S108–S111: loses the phone; the administrator disables MFA, and a new one is set up', async () => {
      await admin.goto(at('/launchpad'));
      if (/enrol$|sign-in/.test(admin.url())) await enrolAdministrator();
      await admin.goto(at('/admin/users?q=bruna'));
      await admin.click('tbody a');
      await lookAt(admin);
      await admin.click('.boxes a[href$="/second-factors"]');
      await send(admin, { justification: 'Phone lost', password: passwords.ana });
      await lookAt(admin);
      await signIn(person.page, login, password);
      await setUpApp();
      await arrived(/launchpad$/);
      await admin.goto(at('/admin/audit?type=user.second-factors-reset'));
      expect(await admin.textContent('main')).to.contain('Phone lost');
    });
    async function enrolAdministrator(): Promise<void> {
      if (!/enrol$/.test(admin.url())) await send(admin, { login: 'ana@acme.example', password: passwords.ana });
      const own = (await admin.locator('#totp-secret').textContent())!;
      await send(admin, { code: totpCode(own, now()) });
      await admin.click('main a.btn-primary');
    }

    it('no page had an error', () => expect(errors).to.deep.equal([]));
  });
