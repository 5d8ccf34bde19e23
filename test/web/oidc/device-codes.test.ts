import { expect } from 'chai';
import { watchRefusals } from '../../support/audit.ts';
import { movableClock } from '../../support/clock.ts';
import { type Answer, Jar, send } from '../../support/jar.ts';
import { json, token } from '../../support/oidc.ts';
import { fillSignIn, passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

/** RFC 8628. */
describe('web/oidc: devices', () => {
  let server: TestServer;
  const { clock, wait } = movableClock();
  before(async () => {
    server = await startTestServer({ clock, config: { trustedProxies: ['127.0.0.1'] } });
  });
  after(() => server.close());

  const grantType = 'urn:ietf:params:oauth:grant-type:device_code';
  const begin = async () => json(await send(`${server.issuer}/oidc/device/authorize`, { form: { client_id: 'mobile', scope: 'openid' } }));
  const poll = async (device_code: string) =>
    (await token(server.issuer, { grant_type: grantType, client_id: 'mobile', device_code })).body.error;
  const seconds = (n: number) => wait(n / 60);
  /** A browser at an address. */
  const browserAt = (ip: string) =>
    new Jar((url, options) => send(url, { ...options, headers: { ...options?.headers, 'x-forwarded-for': ip } }));
  const enter = async (jar: Jar, user_code: string): Promise<Answer> =>
    jar.submit(jar.form(await jar.follow(`${server.issuer}/oidc/device`), /oidc\/device/), { user_code });

  it('are told how often to ask, and asked to slow down when they ask more often (§3.2, §3.5)', async () => {
    const { device_code, interval } = await begin();
    expect(interval).to.equal(5);
    expect(await poll(device_code), 'the first').to.equal('authorization_pending');
    expect(await poll(device_code)).to.equal('slow_down');
    seconds(6);
    expect(await poll(device_code), 'five seconds more than before').to.equal('slow_down');
    seconds(16);
    expect(await poll(device_code)).to.equal('authorization_pending');
    seconds(16);
    expect(await poll(device_code)).to.equal('authorization_pending');
    const other = await begin();
    expect(await poll(other.device_code), 'each code for itself').to.equal('authorization_pending');
    seconds(5);
    expect(await poll(other.device_code)).to.equal('authorization_pending');
  });

  it('whose code was confirmed get tokens however fast they ask', async () => {
    const { device_code, user_code } = await begin();
    for (let n = 0; n < 3; n++) await poll(device_code);
    const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    const confirm = await enter(jar, user_code);
    expect((await jar.submit(jar.form(confirm, /oidc\/device/), { confirm: 'yes' })).text).to.contain('The device is connected');
    const { status, body } = await token(server.issuer, { grant_type: grantType, client_id: 'mobile', device_code });
    expect(status).to.equal(200);
    expect(body.id_token).to.be.a('string');
  });

  it('a code is taken as people type it: small, full-width, with and without the dash', async () => {
    const wide = (text: string) => text.replace(/[!-~]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0));
    for (const typed of [
      (code: string) => code.toLowerCase(),
      (code: string) => code.replace('-', ''),
      (code: string) => ` ${code.replace('-', ' ')} `,
      wide,
      (code: string) => wide(code.toLowerCase()),
      (code: string) => code.replace('-', '–'),
    ]) {
      const { user_code } = await begin();
      const jar = browserAt('203.0.113.1');
      const confirm = await enter(jar, typed(user_code));
      expect(confirm.text, typed(user_code)).to.contain('Connect Mobile?').and.to.contain(`>${user_code}<`);
      const signIn = await jar.submit(jar.form(confirm, /oidc\/device/), { confirm: 'yes' });
      expect((await fillSignIn(jar, signIn, 'jsilva', passwords.joao)).text).to.contain('The device is connected');
    }
  });

  describe('guessing codes (§5.1)', () => {
    it('ten wrong ones from an address; whoever signs in there goes on, others are not concerned', async () => {
      const refused = await watchRefusals(await server.scope(), 'authorization.failed');
      const jar = browserAt('203.0.113.2');
      for (let n = 0; n < 10; n++) expect((await enter(jar, `BBBB-BBB${'BCDFGHJKLM'[n]}`)).status).to.equal(400);
      const { user_code } = await begin();
      const stopped = await enter(jar, user_code);
      expect(stopped.status).to.equal(429);
      expect(stopped.text).to.contain('Too many wrong codes from here').and.to.contain('/launchpad');
      expect((await enter(browserAt('203.0.113.3'), user_code)).text, 'from elsewhere').to.contain('Connect Mobile?');
      await fillSignIn(jar, await jar.follow(`${server.issuer}/launchpad`), 'jsilva', passwords.joao);
      expect((await enter(jar, user_code)).text, 'signed in').to.contain('Connect Mobile?');
      for (let n = 0; n < 10; n++) await enter(jar, `CCCC-CCC${'BCDFGHJKLM'[n]}`);
      expect((await enter(jar, user_code)).text, 'a person has ten as well').to.contain('Wait an hour');
      expect((await refused()).sort()).to.deep.equal(
        [...Array(20).fill('user-code-unknown'), 'user-codes-used-up', 'user-codes-used-up'].sort(),
      );
      wait(61);
      expect((await enter(browserAt('203.0.113.2'), (await begin()).user_code)).text).to.contain('Connect Mobile?');
    });

    it('in parallel no more than the limit; from everywhere a hundred, and rows stay few', async () => {
      const { db, contextId } = await server.scope();
      const page = await browserAt('203.0.113.4').follow(`${server.issuer}/oidc/device`);
      expect(page.status).to.equal(200);
      const guess = async (ip: string, n: number) => (await enter(browserAt(ip), `DDDD-${n.toString().padStart(4, '0')}`)).status;
      const one = await Promise.all(Array.from({ length: 30 }, (_, n) => guess('203.0.113.4', n)));
      expect(one.filter((status) => status === 400)).to.have.length(10);
      for (let round = 0; round < 6; round++)
        await Promise.all(Array.from({ length: 20 }, (_, n) => guess(`198.51.${100 + round}.${n}`, n)));
      expect((await db('code_guesses').where({ context_id: contextId })).length).to.be.below(130);
      const { user_code } = await begin();
      expect((await enter(browserAt('198.51.100.250'), user_code)).text).to.contain('Sign in first');
      const jar = browserAt('198.51.100.251');
      await fillSignIn(jar, await jar.follow(`${server.issuer}/launchpad`), 'ana@acme.example', passwords.ana);
      expect((await enter(jar, user_code)).text, 'nobody is locked out').to.contain('Connect Mobile?');
    });
  });
});
