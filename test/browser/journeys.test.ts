import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { expectAccessible } from '../support/axe.ts';
import { disableScript, launchChromium, openBrowserContext, phone } from '../support/chromium.ts';
import { needSoftware } from '../support/missing.ts';
import { type Samples, startSamples } from '../support/samples.ts';
import { passwords, startTestServer, type TestServer } from '../support/server.ts';

describe('journeys in Chromium', function () {
  this.timeout(120_000);
  let server: TestServer;
  let browser: Browser;
  let samples: Samples;

  before(async function () {
    needSoftware(this, 'chromium');
    server = await startTestServer({ jobs: true, config: { outboundAllow: ['localhost', '127.0.0.1'] } });
    samples = await startSamples(server);
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    samples?.stop();
    await server?.close();
  });

  const at = (path: string) => `${server.issuer}${path}`;

  async function open(
    options: Parameters<typeof openBrowserContext>[1] = {},
  ): Promise<{ context: BrowserContext; page: Page; errors: string[] }> {
    const context = await openBrowserContext(browser, options);
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) errors.push(message.text());
    });
    page.on('pageerror', (error) => errors.push(error.message));
    return { context, page, errors };
  }

  async function signIn(page: Page, login: string, password: string): Promise<void> {
    await page.fill('#login', login);
    await page.fill('#password', password);
    await page.click('button[type=submit]');
  }

  it('S2, S30: sign in, Launchpad, the sample application opens signed in, signing out ends it there too', async () => {
    const { context, page, errors } = await open({ viewport: phone, locale: 'pt-BR' });
    await page.goto(at('/launchpad'));
    expect(await page.title()).to.contain('Entrar');
    await signIn(page, 'jsilva', passwords.joao);
    await page.waitForURL(/launchpad$/);
    const [tab] = await Promise.all([context.waitForEvent('page'), page.click('text=Sample application')]);
    await tab.waitForSelector('#who');
    expect(await tab.textContent('#who')).to.equal('João da Silva');
    await page.click('.account-menu summary');
    await page.click('text=Sair');
    await page.click('button[type=submit]');
    await page.waitForURL(/signed-out$/);
    for (let i = 0; i < 40; i++) {
      await tab.reload();
      if (!(await tab.isVisible('#who'))) break;
      await tab.waitForTimeout(100);
    }
    expect(await tab.isVisible('#who'), 'told by back-channel').to.equal(false);
    expect(errors).to.deep.equal([]);
    await context.close();
  });

  it('starts at the application, too: sign in there, sign out from there', async () => {
    const { context, page, errors } = await open();
    await page.goto(`${samples.oidc}/sign-in`);
    expect(await page.textContent('h1')).to.equal('Continue to Sample application');
    await signIn(page, 'jsilva', 'a wrong password');
    expect(await page.inputValue('#login')).to.equal('jsilva');
    expect(await page.evaluate('document.activeElement.id'), 'focus is on what to mend').to.equal('password');
    await page.fill('#password', passwords.joao);
    await page.keyboard.press('Enter');
    await page.waitForSelector('#who');
    await page.click('text=Sign out');
    await page.click('text=Sign out everywhere');
    await page.waitForURL(`${samples.oidc}/`);
    await page.goto(at('/launchpad'));
    expect(await page.isVisible('#password')).to.equal(true);
    expect(errors).to.deep.equal([]);
    await context.close();
  });

  it('SAML: the application sends the person here, the Launchpad sends them there, and signing out ends both protocols’ sessions', async () => {
    const { context, page, errors } = await open();
    await page.goto(`${samples.saml}/`);
    await page.click('text=Sign in by SAML');
    await signIn(page, 'ana@acme.example', passwords.ana);
    await page.waitForSelector('#who');
    expect(await page.textContent('#who')).to.equal('ana@acme.example');
    expect(await page.textContent('table'))
      .to.contain('Ana Souza')
      .and.to.contain('Everyone');
    await page.goto(`${samples.oidc}/sign-in`); // the other protocol, the same session
    await page.waitForSelector('#who');
    await page.goto(at('/sign-out'));
    await page.click('text=Sign out everywhere');
    await page.waitForSelector('text=You are signed out');
    expect(await page.textContent('main')).to.not.contain('did not confirm');
    await page.goto(`${samples.saml}/`);
    expect(await page.isVisible('#who')).to.equal(false);

    await page.goto(at('/launchpad'));
    await signIn(page, 'jsilva', passwords.joao);
    const [opened] = await Promise.all([context.waitForEvent('page'), page.click('text=Sample SAML application')]);
    await opened.waitForSelector('#who');
    expect(await opened.textContent('#who')).to.equal('jsilva');
    await opened.click('text=Sign out'); // begins at the application
    await opened.waitForSelector('text=Sign in by SAML');
    await page.goto(at('/launchpad'));
    expect(await page.isVisible('#password')).to.equal(true);
    expect(errors).to.deep.equal([]);
    await context.close();
  });

  it('S26, S29: the console registers an OpenID Connect application that then works', async () => {
    const { context, page, errors } = await open();
    await page.goto(at('/admin'));
    await signIn(page, 'ana@acme.example', passwords.ana);
    await page.click('text=Catalogue');
    await page.click('text=Other application');
    await page.fill('#name', 'In-house <b>app</b>');
    await page.fill('#code', 'inhouse');
    await page.fill('#redirect_uris', 'not an address');
    await page.click('form.form-page button[type=submit]');
    expect(await page.textContent('#redirect_uris-fault')).to.contain('https://');
    expect(await page.inputValue('#name'), 'nothing is lost').to.equal('In-house <b>app</b>');
    await page.fill('#redirect_uris', server.redirectUri);
    await page.fill('#client_id', '');
    await page.fill('#launchUrl', 'https://inhouse.acme.example/');
    await page.click('form.form-page button[type=submit]');
    const secret = await page.textContent('#new-secret');
    expect(secret).to.match(/^[\w-]{43}$/);
    expect(await page.textContent('#value-issuer')).to.equal(server.issuer);
    expect(await page.textContent('#value-client_id')).to.equal('inhouse');
    expect(page.url(), 'reloading repeats nothing').to.match(/applications\/[0-9a-f-]{36}\/connection$/);
    await page.click('.tabs >> text=People');
    await page.fill('#login', 'jsilva');
    await page.click('text=Assign to these users');
    await page.waitForSelector('text=Assignment saved');
    await page.goto(at('/admin/applications'));
    await page.click('text=In-house');
    expect(await page.content(), 'the secret is shown once').not.to.contain(secret!);

    const { authorize, exchange } = await import('../support/oidc.ts');
    const { Jar } = await import('../support/jar.ts');
    const { code, verifier } = await authorize(server, new Jar(), { client_id: 'inhouse', login: 'jsilva', password: passwords.joao });
    const { status } = await exchange(server, code!, verifier, { client: 'inhouse', secret: secret! });
    expect(status).to.equal(200);
    expect(errors).to.deep.equal([]);
    await context.close();
  });

  it('S62, S80, S116: a person gets a temporary password, changes it, and the administrator sees it no more', async () => {
    const admin = await open();
    await admin.page.goto(at('/admin/users/new'));
    await signIn(admin.page, 'ana@acme.example', passwords.ana);
    await admin.page.fill('#firstName', 'Luís');
    await admin.page.fill('#lastName', 'X'.repeat(60));
    await admin.page.check('input[value=username]');
    await admin.page.fill('#username', 'luis');
    await admin.page.click('.form-page > .d-flex button[type=submit]');
    const temporary = await admin.page.textContent('#temporary-password');
    const person = await open({ viewport: phone, locale: 'es', dark: true });
    await person.page.goto(at('/launchpad'));
    await signIn(person.page, 'luis', temporary!);
    await person.page.waitForURL(/new-password$/);
    await expectAccessible(person.page, 'new password');
    await person.page.fill('#newPassword', 'una contraseña larga');
    await person.page.fill('#repeatPassword', 'una contraseña larga');
    await person.page.click('button[type=submit]');
    await person.page.waitForURL(/launchpad$/);
    const width = await person.page.evaluate('document.documentElement.scrollWidth');
    expect(width, 'a name of 60 letters does not widen a phone').to.be.at.most(360);
    await admin.page.reload();
    expect(await admin.page.isVisible('#temporary-password')).to.equal(false);
    expect([...admin.errors, ...person.errors]).to.deep.equal([]);
    await admin.context.close();
    await person.context.close();
  });

  it('works without JavaScript: sign in, favourite, add, search, a console form, sign out', async () => {
    const { context, page } = await open({ viewport: phone });
    await disableScript(page);
    await page.goto(at('/launchpad'));
    await signIn(page, 'jsilva', passwords.joao);
    await page.waitForURL(/launchpad$/);
    await page.click('button[aria-label="Add Mobile"]');
    expect(await page.isVisible('a:has-text("Mobile")')).to.equal(true);
    await page.click('button[aria-label="Mobile is a favourite"]');
    expect(await page.textContent('.tiles li:first-child .tile-name')).to.contain('Mobile');
    await page.fill('#q', 'payr');
    await page.click('button:has-text("Search")');
    expect(await page.locator('.tile').count()).to.equal(1);
    await page.click('.account-menu summary');
    await page.click('text=Sign out');
    await page.click('button[type=submit]');
    await page.waitForURL(/signed-out$/);
    await page.goto(at('/admin/groups/new'));
    await signIn(page, 'ana@acme.example', passwords.ana);
    await page.fill('#name', 'Team without script');
    await page.click('form.form-page button[type=submit]');
    expect(await page.textContent('h1')).to.equal('Team without script');
    await context.close();
  });

  it('works by keyboard alone', async () => {
    const { context, page } = await open();
    await page.goto(at('/launchpad'));
    await page.waitForSelector('#login:focus');
    await page.keyboard.type('jsilva');
    await page.keyboard.press('Tab');
    await page.keyboard.type(passwords.joao);
    await page.keyboard.press('Enter');
    await page.waitForURL(/launchpad$/);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.className')).to.equal('skip');
    await context.close();
  });

  it('the first view is small: at most 100 kB, usable before any script', async () => {
    const { context, page } = await open();
    let bytes = 0;
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    session.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    await page.goto(at('/sign-in'), { waitUntil: 'networkidle' });
    expect(bytes).to.be.within(1000, 100 * 1024);
    await context.close();
  });
});
