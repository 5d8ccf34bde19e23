import { expect } from 'chai';
import { startApache } from '../support/apache.ts';
import { Jar } from '../support/jar.ts';
import { needSoftware } from '../support/missing.ts';
import { until } from '../support/patience.ts';
import { fillSignIn, freePort, passwords, startTestServer, type TestServer } from '../support/server.ts';

describe('interop: Apache with mod_auth_openidc', function () {
  this.timeout(60_000);
  let server: TestServer;
  let apache: Awaited<ReturnType<typeof startApache>>;
  let settings: Omit<Parameters<typeof startApache>[0], 'port'>;
  const clientSecret = 'apache-secret-apache-secret-1';

  /** The application at its addresses, of which the first is its own. */
  const stateFor = (addresses: string[]) => ({
    contexts: [
      {
        code: 'acme',
        name: 'Acme S.A.',
        applications: [
          {
            code: 'apache',
            name: 'Apache',
            launchUrl: `${addresses[0]}/protected/`,
            assignedTo: { groups: ['Finance'] },
            oidc: {
              client_id: 'apache',
              client_secret: clientSecret,
              redirect_uris: addresses.map((url) => `${url}/protected/redirect_uri`),
              post_logout_redirect_uris: [`${addresses[0]}/bye`],
              backchannel_logout_uri: `${addresses[0]}/protected/redirect_uri?logout=backchannel`,
              grant_types: ['authorization_code', 'refresh_token'],
              id_token_signed_response_alg: 'RS256',
            },
          },
        ],
      },
    ],
  });

  before(async function () {
    needSoftware(this, 'apache', 'mod_auth_openidc');
    server = await startTestServer({ jobs: true });
    const port = await freePort();
    settings = { issuer: server.issuer, clientId: 'apache', clientSecret };
    await server.apply(stateFor([`http://127.0.0.1:${port}`]));
    apache = await startApache({ ...settings, port });
  });
  after(async () => {
    apache?.stop();
    await server?.close();
  });

  async function signInAtApache(): Promise<Jar> {
    const jar = new Jar();
    const signIn = await jar.follow(`${apache.url}/protected/`);
    expect(signIn.text).to.contain('Continue to Apache');
    const page = await fillSignIn(jar, signIn, 'jsilva', passwords.joao);
    expect(page.text, apache.errorLog()).to.contain('USER=jsilva');
    // SSI writes what is not ASCII in its own way
    expect(page.text).to.match(/OIDC_CLAIM_name=Jo\S+ da Silva\n/);
    expect(jar.log.join('\n'), 'PKCE').to.match(/authorize\?\S*code_challenge=/);
    return jar;
  }

  it('signs in with code and PKCE, and the Launchpad opens it already signed in', async () => {
    const jar = await signInAtApache();
    const fresh = new Jar();
    fresh.cookies.set(new URL(server.baseUrl).host, jar.cookies.get(new URL(server.baseUrl).host)!);
    const launchpad = await fresh.follow(`${server.issuer}/launchpad`);
    const tile = /href="([^"]*\/launchpad\/open\/[^"]*)"[^>]*>Apache/.exec(launchpad.text)![1]!;
    const opened = await fresh.follow(new URL(tile, server.baseUrl).href);
    expect(opened.text).to.contain('USER=jsilva');
  });

  it('posts its request, if it is told to (OpenID Connect Core §3.1.2.1)', async () => {
    const posting = await startApache({ ...settings, port: await freePort(), more: 'OIDCProviderAuthRequestMethod POST' });
    try {
      await server.apply(stateFor([apache.url, posting.url]));
      const jar = new Jar();
      const sendsItself = await jar.follow(`${posting.url}/protected/`);
      const form = jar.form(sendsItself, /\/oidc\/authorize$/);
      expect(form.method).to.equal('POST');
      const page = await fillSignIn(jar, await jar.submit(form), 'jsilva', passwords.joao);
      expect(page.text, posting.errorLog()).to.contain('USER=jsilva');
    } finally {
      posting.stop();
    }
  });

  it('RP-initiated logout: asks, ends our session, returns to the application', async () => {
    const jar = await signInAtApache();
    const question = await jar.follow(`${apache.url}/protected/redirect_uri?logout=${encodeURIComponent(`${apache.url}/bye`)}`);
    expect(question.text).to.contain('Apache wants to sign you out');
    const bye = await jar.submit(jar.form(question, /sign-out\/confirm/), { logout: 'yes' });
    expect(bye.url).to.match(/\/bye$/);
    const launchpad = await jar.follow(`${server.issuer}/launchpad`);
    expect(launchpad.text, 'our own session is over, too').to.contain('name="password"');
  });

  it('back-channel logout: signing out at the Launchpad ends the application’s session', async () => {
    const jar = await signInAtApache();
    const before = await jar.get(`${apache.url}/protected/`);
    expect(before.status).to.equal(200);
    await jar.submit(jar.form(await jar.get(`${server.issuer}/sign-out`), /sign-out$/));
    const status = async () => (await jar.get(`${apache.url}/protected/`)).status;
    await until(
      async () => (await status()) !== 200,
      () => `still signed in at Apache\n${apache.errorLog()}`,
    );
    expect(await status()).to.equal(302);
  });

  it('S41: a deactivated person loses the application’s session, too', async () => {
    const jar = await signInAtApache();
    const scope = await server.scope();
    const { changeStatus, findUserByLogin } = await import('../../src/domain/people/users/index.ts');
    const user = (await findUserByLogin(scope, 'jsilva'))!;
    await changeStatus(scope, user.userId, 'deactivate');
    const status = async () => (await jar.get(`${apache.url}/protected/`)).status;
    await until(async () => (await status()) !== 200, 'the end of the session at Apache');
    expect(await status()).to.equal(302);
    await changeStatus(scope, user.userId, 'reactivate');
  });
});
