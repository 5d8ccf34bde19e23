import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { findApplicationByCode } from '../../src/domain/applications/applications/index.ts';
import { publishTerms } from '../../src/domain/applications/consents/index.ts';
import { findUserByLogin } from '../../src/domain/people/users/index.ts';
import { type RunningApplication, startApplication } from '../support/application.ts';
import { disableScript, launchChromium, openBrowserContext } from '../support/chromium.ts';
import { needSoftware } from '../support/missing.ts';
import { authorizationUrl } from '../support/oidc.ts';
import { setPolicy } from '../support/policy.ts';
import { eventually } from '../support/process.ts';
import { makeKeys } from '../support/saml.ts';
import { totpCode } from '../support/second-factor.ts';
import { passwords, startTestServer, type TestServer } from '../support/server.ts';

const scheme = 'com.example.app:';

/**
 * RFC 8252 §7 and what applications do with a code: Chromium holds `form-action` against every address after a form.
 * `registered`: what the application registered, where the requested port differs.
 */
type Shape = { callback: string; registered?: string; leadsOnTo?: string };

describe('leaving our pages, in Chromium', function () {
  this.timeout(120_000);
  const running: RunningApplication[] = [];
  let server: TestServer;
  let browser: Browser;
  const shapes: Record<string, Shape> = {};
  let password = passwords.joao;
  let secret = '';

  before(async function () {
    needSoftware(this, 'chromium');
    for (const address of ['127.0.0.1', '::1', '127.0.0.1']) running.push(await startApplication(address));
    const [v4, v6, other] = running as [RunningApplication, RunningApplication, RunningApplication];
    const elsewhere = other.origin.replace('127.0.0.1', 'localhost');
    const onFrom = (path: string, leadsOnTo: string): Shape => {
      v4.leadOn(path, leadsOnTo);
      return { callback: `${v4.origin}${path}`, leadsOnTo };
    };
    Object.assign(shapes, {
      'http://127.0.0.1:port': { callback: `${v4.origin}/cb`, registered: 'http://127.0.0.1/cb' },
      'http://[::1]:port': { callback: `${v6.origin}/cb`, registered: 'http://[::1]/cb' },
      'http://localhost:port': { callback: `${elsewhere}/cb` },
      'a loopback address that leads on to another origin': onFrom('/to-http', `${elsewhere}/home`),
      'a loopback address that leads on to https': onFrom('/to-https', 'https://done.example.test/home'),
      'a loopback address that leads on to an app’s scheme': onFrom('/to-app', `${scheme}/done`),
      https: { callback: 'https://app.example.test/cb' },
      'https that leads on to an app’s scheme': { callback: 'https://app.example.test/to-app', leadsOnTo: `${scheme}/done` },
      'an app’s scheme': { callback: `${scheme}/callback` },
    } satisfies Record<string, Shape>);
    server = await startTestServer();
    const addresses = Object.values(shapes).map(({ callback, registered }) => registered ?? callback);
    const client = {
      token_endpoint_auth_method: 'none',
      redirect_uris: addresses,
      post_logout_redirect_uris: addresses,
      grant_types: ['authorization_code'],
    };
    const saml = (path: string) => ({ entityId: `urn:sp${path}`, assertionConsumerServices: [{ url: `${v4.origin}${path}` }] });
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          applications: [
            { code: 'native', name: 'Native', navigable: true, oidc: { ...client, client_id: 'native' } },
            { code: 'others', name: 'Others', navigable: true, oidc: { ...client, client_id: 'others', consent_required: true } },
            { code: 'tile', name: 'Tile', navigable: true, launchUrl: shapes['http://localhost:port']!.callback },
            { code: 'locked', name: 'Locked', oidc: { ...client, client_id: 'locked' } },
            {
              code: 'by-artifact',
              name: 'Wiki',
              navigable: true,
              saml: {
                entityId: 'urn:sp:artifact',
                artifactBinding: true,
                assertionConsumerServices: [{ url: `${v4.origin}/to-app`, binding: 'artifact' }],
                signingCertificates: [makeKeys().certificate],
              },
            },
            ...['/to-http', '/to-https', '/to-app'].map((path) => ({
              code: `sp${path.slice(1)}`,
              name: 'Wiki',
              navigable: true,
              saml: saml(path),
            })),
          ],
        },
      ],
    });
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
    await Promise.all(running.map((one) => one.close()));
  });

  /** Opens a page, and waits until the browser asks for `target`; whatever kept it is in the message. */
  async function expectToArrive(target: string, walk: (page: Page) => Promise<unknown>, { script = true } = {}): Promise<void> {
    const context = await openBrowserContext(browser, { locale: 'en' });
    const page = await context.newPage();
    if (!script) await disableScript(page);
    const complaints: string[] = [];
    const policies = new Set<string>();
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) complaints.push(message.text());
    });
    page.on('response', async (response) => {
      const policy = (await response.allHeaders())['content-security-policy'];
      if (response.url().startsWith(server.baseUrl) && policy) policies.add(/form-action[^;]*/.exec(policy)?.[0] ?? '');
    });
    await context.route('https://*.example.test/**', (route) =>
      route.request().url().includes('/to-app')
        ? route.fulfill({ status: 302, headers: { location: `${scheme}/done` } })
        : route.fulfill({ status: 200, contentType: 'text/html', body: '<!doctype html><title>Application</title>' }),
    );
    const [bare = ''] = target.split('?');
    // by Chromium's own event: playwright tells of no redirect to a scheme that is not the web's
    const device = await context.newCDPSession(page);
    await device.send('Network.enable');
    const asked: string[] = [];
    device.on('Network.requestWillBeSent', ({ request }) => asked.push(request.url.split('?')[0]!));
    try {
      await walk(page);
      await eventually(async () => expect(asked).to.include(bare));
      expect(complaints).to.deep.equal([]);
      expect([...policies], 'every walk has a page with a form').to.include("form-action 'self'");
      expect([...policies].filter((policy) => policy !== "form-action 'self'" && policy !== '')).to.deep.equal([]);
    } catch (error) {
      throw new Error(`${bare}: ${(error as Error).message} at ${page.url()} ${complaints.join('\n')}`, { cause: error });
    } finally {
      await context.close();
    }
  }

  const targetOf = ({ callback, leadsOnTo }: Shape): string => leadsOnTo ?? callback;

  const openAt = async (page: Page, client_id: string, { callback }: Shape): Promise<void> => {
    await page.goto(authorizationUrl(server, { client_id, redirect_uri: callback, scope: 'openid', prompt: undefined }).url);
    await signIn(page);
  };
  async function signIn(page: Page, login = 'jsilva', word = password): Promise<void> {
    await page.fill('#login', login);
    await page.fill('#password', word);
    await page.press('#password', 'Enter');
  }

  /** What is passed last before the application. */
  const pages: Record<string, { prepare?: () => Promise<unknown>; walk: (page: Page, shape: Shape) => Promise<unknown>; once?: true }> = {
    password: { walk: (page, shape) => openAt(page, 'native', shape) },
    consent: {
      walk: async (page, shape) => {
        await openAt(page, 'others', shape);
        await page.click('button[value=allow]');
      },
      prepare: async () => (await server.scope()).db('application_consents').delete(),
    },
    'consent, declined': {
      walk: async (page, shape) => {
        await openAt(page, 'others', shape);
        await page.click('button[value=deny]');
      },
      prepare: async () => (await server.scope()).db('application_consents').delete(),
    },
    'no access, and back': {
      walk: async (page, shape) => {
        await openAt(page, 'locked', shape);
        await page.click('form button[type=submit]');
      },
    },
    terms: {
      prepare: async () => {
        const scope = await server.scope();
        const [{ max }] = (await scope.db('terms_editions').max('edition')) as [{ max: number | null }];
        const text = { title: 'Terms', body: `Be kind. ${max}` };
        await publishTerms(scope, { en: text, es: text, 'pt-BR': text }, max ?? 0);
        server.app.services.forgetCached(scope.contextId);
      },
      walk: async (page, shape) => {
        await openAt(page, 'native', shape);
        await page.click('button[value=accept]');
      },
    },
    'new password': {
      prepare: async () => {
        const scope = await server.scope();
        const { userId } = (await findUserByLogin(scope, 'jsilva'))!;
        await scope.db('passwords').where({ user_id: userId }).update({ must_change: true });
      },
      walk: async (page, shape) => {
        await openAt(page, 'native', shape);
        await page.waitForURL(/new-password$/);
        password = `a new long password ${Object.keys(shapes).findIndex((name) => shapes[name] === shape)}`;
        await page.fill('[name=newPassword]', password);
        await page.fill('[name=repeatPassword]', password);
        await page.press('[name=repeatPassword]', 'Enter');
      },
    },
    'sign-out': {
      walk: async (page, { callback }) => {
        await page.goto(`${server.issuer}/launchpad`);
        await signIn(page);
        await page.waitForURL(/\/launchpad/);
        await page.goto(
          `${server.issuer}/oidc/sign-out?${new URLSearchParams({ client_id: 'native', post_logout_redirect_uri: callback })}`,
        );
        await page.click('button[value=yes]');
      },
    },
    'sign-out, declined': {
      walk: async (page, { callback }) => {
        await page.goto(`${server.issuer}/launchpad`);
        await signIn(page);
        await page.waitForURL(/\/launchpad/);
        await page.goto(
          `${server.issuer}/oidc/sign-out?${new URLSearchParams({ client_id: 'native', post_logout_redirect_uri: callback })}`,
        );
        await page.click('form button:not([value])');
      },
    },
    enrolment: {
      once: true,
      prepare: () => setPolicy(server, { secondFactor: { demand: 'required', factors: ['totp'] } }),
      walk: async (page, shape) => {
        await openAt(page, 'native', shape);
        secret = (await page.textContent('#totp-secret'))!;
        await page.fill('[name=code]', totpCode(secret));
        await page.press('[name=code]', 'Enter');
        await page.waitForSelector('#recovery-codes');
        await page.click('a.btn-primary');
      },
    },
    'second factor': {
      once: true,
      prepare: async () => (await server.scope()).db('second_factors').update({ last_step: null }),
      walk: async (page, shape) => {
        await openAt(page, 'native', shape);
        await page.waitForURL(/second-factor$/);
        await page.fill('[name=code]', totpCode(secret));
        await page.press('[name=code]', 'Enter');
      },
    },
  };
  // each is a way of its own through Chromium's check; the others are tried after a password
  const hardest = [
    'http://[::1]:port',
    'a loopback address that leads on to an app’s scheme',
    'https that leads on to an app’s scheme',
    'an app’s scheme',
  ];

  const names = [
    'http://127.0.0.1:port',
    'http://localhost:port',
    'a loopback address that leads on to another origin',
    'a loopback address that leads on to https',
    'https',
    ...hardest,
  ];
  for (const name of names)
    for (const script of [true, false])
      it(`after a password to ${name}${script ? '' : ', without script'}`, () =>
        expectToArrive(targetOf(shapes[name]!), (page) => pages.password!.walk(page, shapes[name]!), { script }));

  for (const path of ['/to-http', '/to-https', '/to-app'])
    it(`by SAML’s form to a service provider that leads on (${path})`, async () => {
      const { applicationId } = (await findApplicationByCode(await server.scope(), `sp${path.slice(1)}`))!;
      const shape = Object.values(shapes).find(({ callback }) => callback.endsWith(path) && callback.startsWith('http:'))!;
      await expectToArrive(targetOf(shape), async (page) => {
        await page.goto(`${server.issuer}/saml/launch/${applicationId}`);
        await signIn(page, 'ana@acme.example', passwords.ana);
      });
    });

  for (const script of [true, false])
    it(`by SAML’s artifact to a service provider that leads on${script ? '' : ', without script'}`, async () => {
      const { applicationId } = (await findApplicationByCode(await server.scope(), 'by-artifact'))!;
      await expectToArrive(
        `${scheme}/done`,
        async (page) => {
          await page.goto(`${server.issuer}/saml/launch/${applicationId}`);
          await signIn(page, 'ana@acme.example', passwords.ana);
        },
        { script },
      );
    });

  it('after a password to an application of the Launchpad that leads on', async () => {
    const scope = await server.scope();
    const { applicationId } = (await findApplicationByCode(scope, 'tile'))!;
    await expectToArrive(shapes['http://localhost:port']!.callback, async (page) => {
      await page.goto(`${server.issuer}/launchpad/open/${applicationId}`);
      await signIn(page);
    });
  });

  it('a sign-in that is open in two tabs leads out of the second, too, when the first is done', async () => {
    const { applicationId } = (await findApplicationByCode(await server.scope(), 'tile'))!;
    await expectToArrive(shapes['http://localhost:port']!.callback, async (page) => {
      await page.goto(`${server.issuer}/launchpad/open/${applicationId}`);
      const first = await page.context().newPage();
      await first.goto(page.url());
      await signIn(first);
      await first.waitForURL((url) => !url.href.startsWith(server.baseUrl));
      await signIn(page);
    });
  });

  it('a form of another site brings no cookie of ours, and its person is known all the same', async () => {
    const shape = shapes['http://localhost:port']!;
    const { url } = authorizationUrl(server, { client_id: 'native', redirect_uri: shape.callback, scope: 'openid' });
    const [action = '', query] = url.split('?');
    await expectToArrive(shape.callback, async (page) => {
      await page.goto(`${server.issuer}/launchpad`);
      await signIn(page);
      await page.waitForURL(/\/launchpad/);
      const cookies = page.waitForRequest((request) => request.method() === 'POST').then((request) => request.headerValue('cookie'));
      await page.goto(new URL('/form', shape.callback).href);
      const fields = [...new URLSearchParams(query)].map(([name, value]) => `<input name="${name}" value="${value}">`);
      await page.setContent(`<form method="post" action="${action}">${fields.join('')}<button>Sign in</button></form>`);
      await page.click('button');
      expect(await cookies).to.equal(null);
    });
  });

  for (const [last, { prepare, walk, once }] of Object.entries(pages).slice(1))
    for (const name of once ? hardest.slice(-2, -1) : hardest)
      it(`after ${last} to ${name}`, async () => {
        await prepare?.();
        await expectToArrive(targetOf(shapes[name]!), (page) => walk(page, shapes[name]!));
      });
});
