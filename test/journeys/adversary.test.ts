import { createServer } from 'node:http';
import { expect } from 'chai';
import { createApplication, deleteApplication, findApplicationByCode } from '../../src/domain/applications/applications/index.ts';
import { changeStatus, findUserByLogin } from '../../src/domain/people/users/index.ts';
import { giveTemporaryPassword } from '../../src/domain/sign-in/authentication/index.ts';
import { eventsOf } from '../support/audit.ts';
import { Jar, send } from '../support/jar.ts';
import { authorizationUrl, authorize, basic, exchange, json, signInWithTokens, token } from '../support/oidc.ts';
import { eventually, until } from '../support/patience.ts';
import { clientSecret, fillSignIn, freePort, passwords, signedIn, startTestServer, type TestServer } from '../support/server.ts';

// Each of these was found by an attack on a running server.
describe('web: found by attack', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer({ jobs: true });
  });
  afterEach(() => server.close());

  const joao = { login: 'jsilva', password: passwords.joao };
  const refresh = (refresh_token: string) =>
    token(server.issuer, { grant_type: 'refresh_token', refresh_token }, basic('payroll', clientSecret));
  const userinfo = (access: string) => send(`${server.issuer}/oidc/userinfo`, { headers: { authorization: `Bearer ${access}` } });
  const person = async () => {
    const scope = await server.scope();
    return { scope, user: (await findUserByLogin(scope, 'jsilva'))! };
  };
  const newTemporaryPassword = async () => {
    const { scope, user } = await person();
    await giveTemporaryPassword(scope, user);
    const { showTemporaryPassword } = await import('../../src/domain/sign-in/credentials/password/index.ts');
    return (await showTemporaryPassword(scope, user))!;
  };
  /** Signs in with a temporary password and stops where a new one is asked for. */
  const stopAtNewPassword = async (password: string) => {
    const jar = new Jar();
    const page = await fillSignIn(jar, await jar.follow(`${server.issuer}/launchpad`), 'jsilva', password);
    expect(page.url).to.match(/new-password$/);
    return { jar, page, form: jar.form(page, /new-password/) };
  };

  it('a request that the store refuses spoils nobody else’s, in any context', async () => {
    let stop = false;
    const poison = Array.from({ length: 4 }, async () => {
      const statuses = new Set<number>();
      while (!stop) statuses.add((await send(`${server.issuer}/oidc/sign-out?state=%00%ED%A0%BD`)).status);
      return statuses;
    });
    const answers = [];
    for (let i = 0; i < 40; i++)
      answers.push(await token(`${server.issuer}`, { grant_type: 'client_credentials' }, basic('payroll', clientSecret)));
    stop = true;
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([200]));
    for (const statuses of await Promise.all(poison)) for (const status of statuses) expect(status).to.be.below(500);
    const jar = await signedIn(server.baseUrl, joao.login, joao.password);
    for (const extra of [{ nonce: 'a\0b' }, { acr_values: '\0' }, { state: '\0' }]) {
      expect((await authorize(server, jar, extra)).answer.status, JSON.stringify(extra)).to.be.below(500);
    }
  });

  it('a temporary password that leaked is worth nothing once its owner used it', async () => {
    const temporary = await newTemporaryPassword();
    const attacker = await stopAtNewPassword(temporary);
    const owner = await stopAtNewPassword(temporary);
    const done = await owner.jar.submit(owner.form, {
      newPassword: 'the owner’s own password',
      repeatPassword: 'the owner’s own password',
    });
    expect(done.url).to.match(/launchpad$/);
    const stolen = await attacker.jar.submit(attacker.form, {
      newPassword: 'the attacker’s password',
      repeatPassword: 'the attacker’s password',
    });
    expect(stolen.url).not.to.match(/launchpad$/);
    expect((await attacker.jar.follow(`${server.issuer}/launchpad`)).text).to.contain('name="password"');
    await signedIn(server.baseUrl, 'jsilva', 'the owner’s own password');
  });

  it('nor once the administrator replaced it, nor for a person who is deactivated', async () => {
    const attacker = await stopAtNewPassword(await newTemporaryPassword());
    const second = await newTemporaryPassword();
    const own = { newPassword: 'the attacker’s password', repeatPassword: 'the attacker’s password' };
    expect((await attacker.jar.submit(attacker.form, own)).url).not.to.match(/launchpad$/);
    const late = await stopAtNewPassword(second);
    const { scope, user } = await person();
    await changeStatus(scope, user.userId, 'deactivate');
    await late.jar.submit(late.form, own);
    await changeStatus(scope, user.userId, 'reactivate');
    const jar = new Jar();
    expect((await fillSignIn(jar, await jar.follow(`${server.issuer}/launchpad`), 'jsilva', own.newPassword)).status).to.equal(422);
  });

  it('offline access ends with a reset password, a deactivation and a deletion', async () => {
    const offline = () => signInWithTokens(server, joao.login, joao.password, { scope: 'openid offline_access', prompt: 'consent' });
    const first = (await offline()).tokens;
    expect((await refresh(first.refresh_token)).status, 'it does work').to.equal(200);
    const second = (await offline()).tokens;
    await newTemporaryPassword();
    expect((await refresh(second.refresh_token)).status).to.equal(400);
    expect((await userinfo(second.access_token)).status).to.equal(401);
  });

  it('a deactivation is not undone for old tokens by a reactivation', async () => {
    const { tokens } = await signInWithTokens(server, joao.login, joao.password, { scope: 'openid offline_access', prompt: 'consent' });
    const { scope, user } = await person();
    await changeStatus(scope, user.userId, 'deactivate');
    await changeStatus(scope, user.userId, 'reactivate');
    expect((await refresh(tokens.refresh_token)).status).to.equal(400);
    expect((await userinfo(tokens.access_token)).status).to.equal(401);
  });

  it('two applications opened at once after a Launchpad sign-in both get working tokens', async () => {
    for (let round = 0; round < 5; round++) {
      const jar = await signedIn(server.baseUrl, joao.login, joao.password);
      const [one, two] = await Promise.all([authorize(server, jar), authorize(server, jar, { client_id: 'mobile' })]);
      const first = await exchange(server, one.code!, one.verifier);
      const second = await token(server.issuer, {
        grant_type: 'authorization_code',
        code: two.code!,
        redirect_uri: server.redirectUri,
        code_verifier: two.verifier,
        client_id: 'mobile',
      });
      expect([first.status, second.status]).to.deep.equal([200, 200]);
      expect((await userinfo(first.body.access_token)).status).to.equal(200);
      expect((await userinfo(second.body.access_token)).status).to.equal(200);
    }
  });

  it('tokens of a deleted application do not open the next one with its client ID', async () => {
    const { tokens } = await signInWithTokens(server, joao.login, joao.password);
    const own = await token(server.issuer, { grant_type: 'client_credentials' }, basic('payroll', clientSecret));
    const scope = await server.scope();
    const before = (await findApplicationByCode(scope, 'payroll'))!;
    await deleteApplication(scope, before.applicationId);
    const { secret_fingerprint: _, ...oidc } = before.oidc!;
    await createApplication(scope, { code: 'payroll', name: 'New', navigable: true, oidc: { ...oidc, client_secret: clientSecret } });
    // the notice of the change reaches every process a moment later
    await eventually(async () => expect((await userinfo(tokens.access_token)).status).to.equal(401));
    expect((await refresh(tokens.refresh_token)).status).to.equal(400);
    const introspected = await send(`${server.issuer}/oidc/introspect`, {
      form: { token: own.body.access_token },
      headers: basic('payroll', clientSecret),
    });
    expect(json(introspected)).to.deep.equal({ active: false });
  });

  it('deleting a person tells the applications where the person is signed in', async () => {
    const told: string[] = [];
    const port = await freePort();
    const listener = createServer((request, response) => {
      request.on('data', (chunk) => told.push(String(chunk)));
      request.on('end', () => response.end());
    }).listen(port, '127.0.0.1');
    const scope = await server.scope();
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          applications: [
            {
              code: 'told',
              name: 'Told',
              navigable: true,
              oidc: {
                client_id: 'told',
                token_endpoint_auth_method: 'none',
                redirect_uris: [server.redirectUri],
                backchannel_logout_uri: `http://127.0.0.1:${port}/logout`,
              },
            },
          ],
        },
      ],
    });
    const jar = await signedIn(server.baseUrl, joao.login, joao.password);
    expect((await authorize(server, jar, { client_id: 'told' })).code).to.be.a('string');
    const ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const user = (await findUserByLogin(scope, 'jsilva'))!;
    const page = await ana.get(`${server.issuer}/admin/users/${user.userId}/delete`);
    await ana.submit(ana.form(page, /delete$/));
    await until(() => told.length > 0, 'the word to the application');
    listener.close();
    expect(told.join()).to.match(/^logout_token=/);
    // the applications are told first, and the account goes then
    await eventually(async () => expect(await findUserByLogin(scope, 'jsilva')).to.equal(undefined));
  });

  it('leads to no other origin at a host of the context’s own, where paths have no prefix', async () => {
    const host = 'login.own.example';
    await server.apply({ contexts: [{ code: 'own', name: 'Own', address: `http://${host}` }] });
    for (const to of ['/..//evil.example/x', '/.//evil.example', '/%2e%2e//evil.example', '/a/..//evil.example', '//evil.example']) {
      const answer = await send(`${server.baseUrl}/language?locale=en&to=${encodeURIComponent(to)}`, { headers: { host } });
      expect(answer.headers.location, to).to.match(/^\/(?!\/)/);
    }
    const discovery = await send(`${server.baseUrl}/.well-known/openid-configuration`, { headers: { host } });
    expect(json(discovery).issuer).to.equal(`http://${host}`);
    expect((await send(`${server.baseUrl}/own/sign-in`)).status, 'and it lives only there').to.equal(404);
    expect((await send(`${server.baseUrl}/own/.well-known/openid-configuration`)).status).to.equal(404);
  });

  it('odd input is no server error: addresses, hints, device codes without cookies, ids, cursors', async () => {
    const long = `${'a'.repeat(499)}\u{1F600}`;
    for (const redirect_uri of ['\0', long]) {
      const answer = await send(authorizationUrl(server, { redirect_uri }).url);
      expect(answer.status).to.equal(400);
      expect(answer.text).to.contain('support-code');
    }
    const jar = new Jar();
    const hint = await jar.follow(authorizationUrl(server, { login_hint: `${'a'.repeat(253)}\u{1F600}` }).url);
    expect(hint.status).to.equal(200);
    expect((await send(`${server.issuer}/oidc/device`, { form: { user_code: 'AAAA-BBBB' } })).status).to.be.within(400, 499);
    const person = await signedIn(server.baseUrl, joao.login, joao.password);
    const csrf = person.form(await person.get(`${server.issuer}/launchpad`), /favourite|add/).fields._csrf!;
    for (const path of ['remove', 'add', 'favourite']) {
      for (const application of ['xyz', '', '\0'])
        expect((await person.get(`${server.issuer}/launchpad/${path}`, { form: { _csrf: csrf, application } })).status, path).to.equal(404);
    }
    const ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const cursor = Buffer.from(JSON.stringify(['\0', '00000000-0000-7000-8000-000000000000'])).toString('base64url');
    expect((await ana.get(`${server.issuer}/admin/users?after=${cursor}`)).status).to.equal(200);
  });

  it('when the store fails under a page or an endpoint, the answer is a plain 503 with its headers', async () => {
    const { services } = server.app;
    const find = services.findSession;
    services.findSession = async () => {
      throw new Error('the store is away');
    };
    for (const path of ['/launchpad', '/oidc/authorize?client_id=mobile']) {
      const { status, headers, text } = await send(`${server.issuer}${path}`);
      expect([status, text.includes('away')], path).to.deep.equal([503, false]);
      expect(headers).to.include({ 'x-content-type-options': 'nosniff' }).and.to.have.any.keys('content-security-policy');
    }
    services.findSession = find;
  });

  it('S58: a username whose compared form holds an @ is refused', async () => {
    let message = '';
    await server
      .apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', users: [{ username: 'ana＠acme.example', firstName: 'A', lastName: 'B' }] }] })
      .catch((error) => {
        message = error.message;
      });
    expect(message).to.contain('fields.username_at');
  });

  it('settings that the form accepts leave the application working', async () => {
    const oidc = {
      client_id: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: [server.redirectUri, 'com.example.app:/cb'],
      post_logout_redirect_uris: ['com.example.app:/bye'],
      initiate_login_uri: 'http://localhost:99/start',
    };
    await server.apply({
      contexts: [{ code: 'acme', name: 'Acme S.A.', applications: [{ code: 'native', name: 'Native', navigable: true, oidc }] }],
    });
    expect((await authorize(server, new Jar(), { client_id: 'native', ...joao })).code).to.be.a('string');
  });

  it('the audit has the caller’s address behind a trusted proxy, for sign-outs from an application, too', async () => {
    const proxied = await startTestServer({ config: { trustedProxies: ['127.0.0.1'] } });
    try {
      const jar = new Jar();
      const headers = { 'x-forwarded-for': '6.6.6.6, 198.51.100.7' };
      const { tokens } = await signInWithTokens(proxied, joao.login, joao.password);
      expect(tokens.id_token).to.be.a('string');
      const page = await jar.follow(`${proxied.issuer}/launchpad`);
      const form = jar.form(page, /sign-in/);
      await jar.get(form.action, { form: { ...form.fields, ...joao }, headers });
      const question = await jar.get(`${proxied.issuer}/oidc/sign-out`, { headers });
      const confirm = jar.form(question, /confirm/);
      await jar.get(confirm.action, { form: { ...confirm.fields, logout: 'yes' }, headers });
      const scope = await proxied.scope();
      const types = ['sign-in.succeeded', 'sign-out.completed'];
      const events = (await eventsOf(scope)).filter(({ type }) => types.includes(type)).slice(-2);
      expect(events.map(({ actor }) => actor.ip)).to.deep.equal(['198.51.100.7', '198.51.100.7']);
    } finally {
      await proxied.close();
    }
  });
});
