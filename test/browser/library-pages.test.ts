import { expect } from 'chai';
import { decodeJwt } from 'jose';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { findUserByLogin } from '../../src/domain/people/users/index.ts';
import { addSeconds } from '../../src/platform/clock/index.ts';
import type { Locale } from '../../src/platform/i18n/index.ts';
import { type RunningApplication, startApplication } from '../support/application.ts';
import { expectAccessible } from '../support/axe.ts';
import { disableScript, launchChromium, openBrowserContext } from '../support/chromium.ts';
import { send } from '../support/jar.ts';
import { findLibraryPages } from '../support/library-pages.ts';
import { needSoftware } from '../support/missing.ts';
import { authorizationUrl, json, signInWithTokens, token } from '../support/oidc.ts';
import { scaleLimit } from '../support/patience.ts';
import { passwords, startTestServer, type TestServer } from '../support/server.ts';

/** The parts of the library that are switched off, and what says so. */
const switchedOff = {
  'actions/interaction.js interactionRender': 'devInteractions',
  'views/layout.js layout': 'devInteractions',
  'response_modes/web_message.js webMessage': 'webMessageResponseMode',
};

const words: Record<Locale, { stay: string; signedOut: string; device: string; connected: string; onward: string; fault: string }> = {
  en: {
    stay: 'Stay',
    signedOut: 'You are signed out',
    device: 'Connect a device',
    connected: 'is connected',
    onward: 'Continue',
    fault: 'request',
  },
  es: { stay: 'Mantener', signedOut: 'sesión', device: 'Conectar', connected: 'conectado', onward: 'Continuar', fault: 'solicitud' },
  'pt-BR': { stay: 'Continuar', signedOut: 'saiu', device: 'Conectar', connected: 'conectado', onward: 'Continuar', fault: 'pedido' },
};

describe('pages that oidc-provider brings, in Chromium', function () {
  this.timeout(120_000);
  let application: RunningApplication;
  let server: TestServer;
  let browser: Browser;
  before(async function () {
    needSoftware(this, 'chromium');
    application = await startApplication();
    server = await startTestServer({ redirectUri: `${application.origin}/callback` });
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
    await application?.close();
  });

  type Visit = { page: Page; context: BrowserContext; locale: Locale };

  const at = (path: string, parameters: Record<string, string> = {}) => `${server.issuer}${path}?${new URLSearchParams(parameters)}`;
  const bye = () => `${application.origin}/bye`;
  const signOut = (more: Record<string, string> = {}) =>
    at('/oidc/sign-out', { client_id: 'payroll', post_logout_redirect_uri: bye(), state: 'z', ...more });

  async function signIn(page: Page): Promise<void> {
    await page.goto(at('/launchpad'));
    await page.fill('#login', 'jsilva');
    await page.fill('#password', passwords.joao);
    await page.press('#password', 'Enter');
    await page.waitForURL(/\/launchpad/);
  }

  /** It is ours: in the reader's language, with the company's name, and without a barrier. */
  async function expectOurs({ page, locale }: Visit, word: string): Promise<void> {
    expect(await page.getAttribute('html', 'lang')).to.equal(locale);
    expect(await page.textContent('body'))
      .to.contain('Acme S.A.')
      .and.to.contain(word);
    await expectAccessible(page, page.url());
  }

  const requestDevice = async () =>
    json(await send(`${server.issuer}/oidc/device/authorize`, { form: { client_id: 'mobile', scope: 'openid' } })) as {
      user_code: string;
      verification_uri: string;
      verification_uri_complete: string;
    };

  async function finishDevice(visit: Visit): Promise<void> {
    const { page, locale } = visit;
    await page.click('button[name=confirm]');
    await page.waitForSelector('#password, button[name=decision], h1:not(:has-text("?"))');
    if (await page.isVisible('#password')) {
      await page.fill('#login', 'jsilva');
      await page.fill('#password', passwords.joao);
      await page.press('#password', 'Enter');
    }
    await page.waitForSelector(`h1:has-text("${words[locale].connected}")`);
    await expectOurs(visit, words[locale].connected);
  }

  const walks: Record<string, (visit: Visit) => Promise<void>> = {
    'helpers/defaults.js logoutSource': async (visit) => {
      await signIn(visit.page);
      await visit.page.goto(signOut());
      await expectOurs(visit, words[visit.locale].stay);
      await visit.page.click('button[value=yes]');
      await visit.page.waitForURL(`${bye()}?state=z`);
    },
    'helpers/defaults.js postLogoutSuccessSource': async (visit) => {
      await signIn(visit.page);
      await visit.page.goto(at('/oidc/sign-out'));
      await visit.page.click('button[value=yes]');
      await visit.page.waitForURL(/sign-out\/success/);
      await expectOurs(visit, words[visit.locale].signedOut);
    },
    'actions/end_session.js renderLogout': async ({ page }) => {
      await page.goto(signOut());
      await page.waitForURL(`${bye()}?state=z`);
    },
    'helpers/defaults.js userCodeInputSource': async (visit) => {
      const { user_code, verification_uri } = await requestDevice();
      await visit.page.goto(verification_uri);
      await expectOurs(visit, words[visit.locale].device);
      await visit.page.fill('#user_code', 'WRNG-WRNG');
      await visit.page.press('#user_code', 'Enter');
      await visit.page.waitForSelector('[role=alert]');
      await expectOurs(visit, words[visit.locale].device);
      await visit.page.fill('#user_code', user_code);
      await visit.page.press('#user_code', 'Enter');
      await visit.page.waitForSelector('button[name=abort]');
      await visit.page.click('button[name=abort]');
      await visit.page.waitForSelector('[role=alert]');
    },
    'actions/code_verification.js renderCodeVerification': async (visit) => {
      await visit.page.goto((await requestDevice()).verification_uri_complete);
      if (await visit.page.isVisible('#user_code')) await visit.page.click('button[type=submit]').catch(() => {}); // or it sent itself
      await visit.page.waitForSelector('button[name=confirm]');
      await expectOurs(visit, 'Mobile');
      await finishDevice(visit);
    },
    'helpers/defaults.js userCodeConfirmSource': async (visit) => {
      const { user_code, verification_uri } = await requestDevice();
      await visit.page.goto(verification_uri);
      await visit.page.fill('#user_code', user_code);
      await visit.page.press('#user_code', 'Enter');
      await visit.page.waitForSelector('button[name=confirm]');
      await expectOurs(visit, user_code);
    },
    'helpers/defaults.js successSource': async (visit) => {
      await signIn(visit.page);
      await walks['helpers/defaults.js userCodeConfirmSource']!(visit);
      await finishDevice(visit);
    },
    'helpers/defaults.js renderError': async (visit) => {
      await visit.page.goto(at('/oidc/authorize', { client_id: 'nobody', response_type: 'code' }));
      await expectOurs(visit, 'invalid_client');
    },
    'response_modes/form_post.js formPost': async ({ page }) => {
      await signIn(page);
      const before = application.arrivals.length;
      await page.goto(authorizationUrl(server, { response_mode: 'form_post', state: 'f' }).url);
      if (!page.url().startsWith(application.origin))
        await page.click('button[type=submit]', { timeout: scaleLimit(5000) }).catch(() => {});
      await page.waitForURL(server.redirectUri);
      const [{ method, body } = { method: '', body: '' }] = application.arrivals.slice(before);
      expect([method, new URLSearchParams(body).get('state'), new URLSearchParams(body).has('code')]).to.deep.equal(['POST', 'f', true]);
    },
    // in another tab somebody else signs in at the last moment
    'actions/authorization/resume.js resumeAction': async ({ page, context }) => {
      const other = await signInWithTokens(server, 'ana@acme.example', passwords.ana, { client_id: 'mobile' }).then(({ jar }) => jar);
      const cookies = [...other.cookies.values()].flatMap((own) => [...own]).filter(([name]) => /^portaria_(session|op)_/.test(name));
      const request = authorizationUrl(server, { client_id: 'mobile', state: 'r', scope: 'openid' });
      await page.goto(request.url);
      // a sign-in that was cut off before its last step, and there the browser is another person's
      const uid = (await context.cookies()).find(({ name }) => name === 'portaria_interaction_acme')!.value;
      const scope = await server.scope();
      const { artifacts, clock } = server.app.services;
      const { payload } = (await artifacts.find(scope.contextId, 'Interaction', uid))!;
      const login = { accountId: (await findUserByLogin(scope, 'jsilva'))!.userId, ts: 1, amr: ['pwd'], remember: true };
      await artifacts.save({
        contextId: scope.contextId,
        kind: 'Interaction',
        id: uid,
        payload: { ...payload, result: { login } },
        index: {},
        expiresAt: addSeconds(clock.now(), 600),
      });
      await context.addCookies(cookies.map(([name, value]) => ({ name, value, url: server.baseUrl })));
      await page.goto(at(`/oidc/authorize/${uid}`)).catch(() => {});
      await page.waitForURL((url) => url.href.startsWith(server.redirectUri));
      const { searchParams: told } = new URL(page.url());
      expect(told.get('state')).to.equal('r');
      const exchange = { grant_type: 'authorization_code', code: told.get('code')!, redirect_uri: server.redirectUri };
      const { body } = await token(server.issuer, { ...exchange, code_verifier: request.verifier, client_id: 'mobile' });
      const ana = (await findUserByLogin(scope, 'ana@acme.example'))!;
      expect(decodeJwt(String(body.id_token)).sub, 'for whoever is here now').to.equal(ana.userId);
    },
  };

  it('each is known: a version of the library with another page has to be looked at', () => {
    expect(findLibraryPages().sort()).to.deep.equal([...Object.keys(walks), ...Object.keys(switchedOff)].sort());
  });

  const looks: [Locale, string][] = [
    ['en', ', without script'],
    ['es', ''],
    ['pt-BR', ''],
  ];
  for (const [name, walk] of Object.entries(walks))
    for (const [locale, script] of looks)
      it(`${name} (${locale}${script})`, async () => {
        const context = await openBrowserContext(browser, { locale });
        const page = await context.newPage();
        if (script) await disableScript(page);
        const refusals: string[] = [];
        page.on('console', (message) => {
          if (/Content Security Policy|Refused to/i.test(message.text())) refusals.push(message.text());
        });
        try {
          await walk({ page, context, locale });
          expect(refusals).to.deep.equal([]);
        } catch (error) {
          throw new Error(`at ${page.url()}: ${(error as Error).message} ${refusals}`, { cause: error });
        } finally {
          await context.close();
        }
      });
});
