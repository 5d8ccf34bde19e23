import { deflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import { findApplicationByCode } from '../../../src/domain/applications/applications/index.ts';
import { publishTerms } from '../../../src/domain/applications/consents/index.ts';
import { eventsOf } from '../../support/audit.ts';
import { type Answer, Jar, send } from '../../support/jar.ts';
import { authorizationUrl, json, token } from '../../support/oidc.ts';
import { setPolicy } from '../../support/policy.ts';
import { followSaml } from '../../support/saml.ts';
import { fillSignIn, passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

const acs = 'http://127.0.0.1:9/acs';

describe('web: whoever does not want to sign in goes back to the application', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
    const wiki = { code: 'wiki', name: 'Wiki', navigable: true };
    const saml = { entityId: 'https://wiki.example', assertionConsumerServices: [{ url: acs }] };
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', applications: [{ ...wiki, saml }] }] });
  });
  after(() => server.close());

  const stop = (url: string) => url.startsWith(server.redirectUri);
  const open = (jar: Jar, extra: Record<string, string> = {}) => {
    const { url, state } = authorizationUrl(server, { client_id: 'mobile', scope: 'openid', ...extra });
    return { state, page: jar.follow(url, {}, stop) };
  };
  const cancel = (jar: Jar, page: Answer) => jar.submit(jar.form(page, /oidc\/interaction/), { decision: 'cancel' }, stop);
  function expectDenied({ location }: Answer, state: string, what: string): void {
    const { searchParams } = new URL(location ?? 'http://nowhere/');
    const { error, error_description, ...rest } = Object.fromEntries(searchParams);
    expect({ error, ...rest }, what).to.deep.equal({ error: 'access_denied', state, iss: server.issuer });
    expect(error_description, what).to.equal('the person cancelled the sign-in');
  }

  it('from each page of a sign-in, with access_denied, state and iss (RFC 6749 §4.1.2.1, RFC 9207)', async () => {
    const scope = await server.scope();
    const signIn = async (page: Answer, jar: Jar) => fillSignIn(jar, page, 'jsilva', passwords.joao, stop);
    const changing = async (change: Record<string, unknown>) => {
      await scope.db('passwords').update(change);
    };
    const pages: [what: string, shows: RegExp, arrive: (page: Answer, jar: Jar) => Promise<Answer>, prepare?: () => Promise<unknown>][] = [
      ['the sign-in page', /name="password"/, async (page) => page],
      ['a wrong password', /role="alert"/, (page, jar) => fillSignIn(jar, page, 'jsilva', 'not the password', stop)],
      ['a new password', /name="newPassword"/, signIn, () => changing({ must_change: true })],
      [
        'the company’s terms',
        /value="accept"/,
        signIn,
        async () => {
          await changing({ must_change: false });
          const text = { title: 'Terms', body: 'Be kind.' };
          await publishTerms(scope, { en: text, es: text, 'pt-BR': text }, 0);
          server.app.services.forgetCached(scope.contextId);
        },
      ],
      [
        'terms that were declined',
        /You did not accept/,
        async (page, jar) => jar.submit(jar.form(await signIn(page, jar), /terms/), { decision: 'decline' }),
      ],
      ['enrolment', /totp-secret/, signIn, () => setPolicy(server, { secondFactor: { demand: 'required', factors: ['totp'] } })],
      [
        'who is kept out',
        /You can’t sign in right now/,
        (page, jar) => fillSignIn(jar, page, 'ana@acme.example', passwords.ana, stop),
        () => setPolicy(server, { networks: ['203.0.113.0/24'] }),
      ],
    ];
    for (const [what, shows, arrive, prepare] of pages) {
      await prepare?.();
      const jar = new Jar();
      const { state, page } = open(jar);
      const shown = await arrive(await page, jar);
      expect(shown.text, what).to.match(shows);
      expectDenied(await cancel(jar, shown), state, what);
    }
    await setPolicy(server, {});
    await scope
      .db('terms_editions')
      .delete()
      .catch(() => undefined);
  });

  it('from the choice of an account, and by a device, which hears it when it asks', async () => {
    const other = await startTestServer();
    try {
      const jar = await signedIn(other.baseUrl, 'jsilva', passwords.joao);
      const { url, state } = authorizationUrl(other, { client_id: 'mobile', scope: 'openid', prompt: 'select_account' });
      const chosen = await cancel(jar, await jar.follow(url, {}, stop));
      const { searchParams } = new URL(chosen.location!);
      expect(Object.fromEntries(searchParams)).to.include({ error: 'access_denied', state, iss: other.issuer });
      expect((await jar.get(`${other.issuer}/launchpad`)).status, 'whoever was signed in stays so').to.equal(200);

      const device = json(await send(`${other.issuer}/oidc/device/authorize`, { form: { client_id: 'mobile', scope: 'openid' } }));
      const browser = new Jar();
      const entry = await browser.follow(device.verification_uri_complete);
      const confirm = await browser.submit(browser.form(entry, /oidc\/device/));
      const signIn = await browser.submit(browser.form(confirm, /oidc\/device/), { confirm: 'yes' });
      const done = await browser.submit(browser.form(signIn, /oidc\/interaction/), { decision: 'cancel' });
      expect(done.text).to.contain('The device was not connected');
      const asked = await token(other.issuer, {
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        device_code: device.device_code,
        client_id: 'mobile',
      });
      expect(asked.body.error).to.equal('access_denied');
    } finally {
      await other.close();
    }
  });

  const request = () =>
    `${server.issuer}/saml/sso?RelayState=r-1&SAMLRequest=${encodeURIComponent(
      deflateRawSync(
        `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_cancelled" Version="2.0" IssueInstant="${new Date().toISOString()}"><saml:Issuer>https://wiki.example</saml:Issuer></samlp:AuthnRequest>`,
      ).toString('base64'),
    )}`;

  it('by SAML with a signed AuthnFailed, which the audit tells from a refusal (core §3.2.2.2)', async () => {
    const jar = new Jar();
    const page = await jar.follow(request());
    const seen: Parameters<typeof followSaml>[2] = [];
    await followSaml(jar, await jar.submit(jar.form(page, /saml\/request/), { decision: 'cancel' }), seen, (to) => to.startsWith(acs));
    const [answer] = seen!;
    expect(answer).to.include({ kind: 'Response', to: acs, relayState: 'r-1' });
    expect(answer!.xml)
      .to.match(/status:Responder".*status:AuthnFailed"/s)
      .and.to.contain('InResponseTo="_cancelled"')
      .and.to.contain('SignatureValue');
    expect(answer!.xml).not.to.contain('Assertion');
    expect((await eventsOf(await server.scope(), { type: 'authorization.failed' })).at(-1)!.reason).to.equal('saml:AuthnFailed');
  });

  it('not from a page that no application waits for: our own, a sign-in that begins here, or once it was answered', async () => {
    const own = await new Jar().follow(`${server.issuer}/launchpad`);
    const { applicationId } = (await findApplicationByCode(await server.scope(), 'wiki'))!;
    const launched = await new Jar().follow(`${server.issuer}/saml/launch/${applicationId}`);
    for (const { text, status } of [own, launched]) {
      expect(status).to.equal(200);
      expect(text).to.contain('name="password"').and.not.to.contain('value="cancel"');
    }
    const jar = new Jar();
    const shown = await open(jar).page;
    const stranger = new Jar();
    await stranger.follow(`${server.issuer}/launchpad`);
    const form = jar.form(shown, /oidc\/interaction/);
    expect((await stranger.submit(form, { decision: 'cancel' })).status, 'another browser').to.equal(403);
    await cancel(jar, shown);
    expect((await jar.submit(form, { decision: 'cancel' })).status, 'twice').to.equal(400);
  });
});
