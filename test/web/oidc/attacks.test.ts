import { expect } from 'chai';
import { SignJWT } from 'jose';
import { findApplicationByCode, type OidcSettings, setApplicationEnabled } from '../../../src/domain/applications/applications/index.ts';
import { unassignApplication } from '../../../src/domain/applications/assignments/index.ts';
import { findGroupByName } from '../../../src/domain/people/groups/index.ts';
import { changeStatus, findUserByLogin } from '../../../src/domain/people/users/index.ts';
import { Jar, send } from '../../support/jar.ts';
import { authorizationUrl, authorize, basic, exchange, json, signInWithTokens, token } from '../../support/oidc.ts';
import { eventually, pause, until } from '../../support/patience.ts';
import { clientSecret, fillSignIn, passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

describe('web/oidc: attacks', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer();
  });
  afterEach(() => server.close());

  const joao = { login: 'jsilva', password: passwords.joao };
  const userinfo = (access: string, issuer = server.issuer) =>
    send(`${issuer}/oidc/userinfo`, { headers: { authorization: `Bearer ${access}` } });
  const refresh = (refresh_token: string) =>
    token(server.issuer, { grant_type: 'refresh_token', refresh_token }, basic('payroll', clientSecret));
  const introspect = async (value: string) =>
    json(await send(`${server.issuer}/oidc/introspect`, { form: { token: value }, headers: basic('payroll', clientSecret) }));

  it('redirects to registered addresses only, by exact comparison (RFC 9700 §4.1)', async () => {
    const variants = [
      'https://evil.example/callback',
      `${server.redirectUri}/`,
      `${server.redirectUri}?x=1`,
      `${server.redirectUri}#f`,
      server.redirectUri.replace('127.0.0.1', 'localhost'),
      server.redirectUri.replace('/callback', '/CALLBACK'),
      server.redirectUri.replace('/callback', '/x/../callback'),
      server.redirectUri.replace('http:', 'https:'),
      server.redirectUri.replace('//', '//user@'),
      'javascript:alert(1)//callback',
      '',
    ];
    for (const redirect_uri of variants) {
      const answer = await new Jar().get(authorizationUrl(server, { redirect_uri }).url);
      expect(answer.status, redirect_uri).to.equal(400);
      expect(answer.location, redirect_uri).to.equal(undefined);
      expect(answer.text).to.contain('support-code');
    }
  });

  it('a code is for one client, one address, one verifier, once', async () => {
    const jar = new Jar();
    const get = async () => {
      const found = await authorize(server, jar, joao);
      return { code: found.code!, verifier: found.verifier };
    };
    let { code, verifier } = await get();
    expect((await exchange(server, code, 'x'.repeat(43))).body.error, 'another verifier').to.equal('invalid_grant');
    ({ code, verifier } = await get());
    expect((await exchange(server, code, verifier, { redirectUri: `${server.redirectUri}2` })).body.error, 'another address').to.equal(
      'invalid_grant',
    );
    expect(
      (
        await token(server.issuer, {
          grant_type: 'authorization_code',
          code,
          redirect_uri: server.redirectUri,
          code_verifier: verifier,
          client_id: 'mobile',
        })
      ).body.error,
      'another client',
    ).to.equal('invalid_grant');
    expect((await exchange(server, code, verifier, { issuer: `${server.baseUrl}/other` })).body.error, 'another context').to.equal(
      'invalid_grant',
    );
    ({ code, verifier } = await get());
    const first = await exchange(server, code, verifier);
    expect(first.status).to.equal(200);
    expect((await exchange(server, code, verifier)).body.error, 'twice').to.equal('invalid_grant');
    expect((await userinfo(first.body.access_token)).status, 'a replayed code ends what it gave (RFC 6749 §4.1.2)').to.equal(401);
  });

  it('PKCE: required of public clients, never downgraded, never plain', async () => {
    const jar = new Jar();
    const none = await authorize(server, jar, { client_id: 'mobile', code_challenge: undefined, code_challenge_method: undefined });
    expect(none.error).to.equal('invalid_request');
    const plain = await authorize(server, jar, { client_id: 'mobile', code_challenge_method: 'plain' });
    expect(plain.error).to.equal('invalid_request');
    const { code, verifier } = await authorize(server, jar, joao);
    const without = await token(
      server.issuer,
      { grant_type: 'authorization_code', code: code!, redirect_uri: server.redirectUri },
      basic('payroll', clientSecret),
    );
    expect(without.body.error, 'a challenge was sent, so a verifier is due').to.equal('invalid_grant');
    const confidential = await authorize(server, jar, { code_challenge: undefined, code_challenge_method: undefined });
    const added = await exchange(server, confidential.code!, verifier);
    expect(added.body.error, 'a verifier without a challenge').to.equal('invalid_grant');
  });

  it('client authentication cannot be confused: by an empty or absent secret, a secret in the address, what is at rest', async () => {
    const form = { grant_type: 'client_credentials' };
    expect((await token(server.issuer, { ...form, client_id: 'payroll' })).status, 'as if public').to.equal(401);
    expect((await token(server.issuer, form, basic('payroll', ''))).status).to.be.within(400, 401);
    expect((await token(server.issuer, { ...form, client_id: 'mobile' })).status).to.equal(400);
    const inUrl = await send(`${server.issuer}/oidc/token?client_id=payroll&client_secret=${clientSecret}`, { form });
    expect(inUrl.status).to.be.within(400, 401);
    const scope = await server.scope();
    const row = await scope.db('applications').where({ context_id: scope.contextId, code: 'payroll' }).first();
    expect(JSON.stringify(row), 'no secret at rest').not.to.contain(clientSecret);
    const fingerprint = await token(server.issuer, form, basic('payroll', (row!.oidc as OidcSettings).secret_fingerprint!));
    expect(fingerprint.status, 'what is at rest opens nothing').to.equal(401);
  });

  it('Law 7: no bearer value is in the store', async () => {
    const { jar, tokens, code } = await signInWithTokens(server, joao.login, joao.password);
    const scope = await server.scope();
    const everything = [];
    for (const table of ['oidc_artifacts', 'sessions', 'pending_requests', 'session_participants', 'audit_events'])
      everything.push(JSON.stringify(await scope.db(table).select('*')));
    const cookies = [...jar.cookies.values()].flatMap((own) => [...own.values()]).filter((value) => value.length > 20);
    for (const secret of [tokens.access_token, tokens.refresh_token, code, ...cookies])
      expect(everything.join().includes(secret), secret).to.equal(false);
  });

  it('tokens of one context or client open nothing elsewhere', async () => {
    const { tokens } = await signInWithTokens(server, joao.login, joao.password);
    expect((await userinfo(tokens.access_token, `${server.baseUrl}/other`)).status).to.equal(401);
    const theirs = await token(
      `${server.baseUrl}/other`,
      { grant_type: 'refresh_token', refresh_token: tokens.refresh_token },
      basic('payroll', clientSecret),
    );
    expect(theirs.body.error).to.equal('invalid_grant');
    const asMobile = await token(server.issuer, { grant_type: 'refresh_token', refresh_token: tokens.refresh_token, client_id: 'mobile' });
    expect(asMobile.body.error).to.equal('invalid_grant');
    expect((await userinfo(tokens.refresh_token)).status, 'a refresh token is no access token').to.equal(401);
    expect((await userinfo(tokens.id_token)).status).to.equal(401);
    expect((await refresh(tokens.access_token)).body.error).to.equal('invalid_grant');
  });

  const losses: [string, (server: TestServer) => Promise<unknown>][] = [
    ['the person is deactivated', async (s) => setStatus(s, 'deactivate')],
    ['the person is blocked', async (s) => setStatus(s, 'block')],
    [
      'the assignment is withdrawn',
      async (s) => {
        const scope = await s.scope();
        const [application, group] = [await findApplicationByCode(scope, 'payroll'), await findGroupByName(scope, 'Finance')];
        await unassignApplication(scope, application!.applicationId, { kind: 'group', id: group!.groupId });
      },
    ],
    [
      'the application is disabled',
      async (s) => {
        const scope = await s.scope();
        const application = await findApplicationByCode(scope, 'payroll');
        await setApplicationEnabled(scope, application!.applicationId, false);
        // the notice reaches every process
        await eventually(async () => expect((await authorize(s, new Jar())).answer.status).to.equal(400));
      },
    ],
  ];
  async function setStatus(s: TestServer, change: 'deactivate' | 'block') {
    const scope = await s.scope();
    const user = await findUserByLogin(scope, 'jsilva');
    await changeStatus(scope, user!.userId, change);
  }

  for (const [name, lose] of losses) {
    it(`one gate: when ${name}, every path closes at once`, async () => {
      const { jar, tokens } = await signInWithTokens(server, joao.login, joao.password);
      const pending = await authorize(server, jar);
      await lose(server);
      expect((await userinfo(tokens.access_token)).status, 'userinfo').to.equal(401);
      expect((await refresh(tokens.refresh_token)).status, 'refresh').to.be.within(400, 401);
      expect((await exchange(server, pending.code!, pending.verifier)).status, 'code exchange').to.be.within(400, 401);
      const again = await authorize(server, jar);
      expect(again.code, 'authorize').to.equal(null);
      expect((await authorize(server, jar, { prompt: 'none' })).code, 'prompt=none').to.equal(null);
      if (name !== 'the application is disabled')
        expect(await introspect(tokens.access_token), 'introspection').to.deep.equal({ active: false });
    });
  }

  it('signing out ends the tokens of the session, and its codes', async () => {
    const { jar, tokens } = await signInWithTokens(server, joao.login, joao.password);
    await jar.submit(jar.form(await jar.get(`${server.issuer}/sign-out`), /sign-out$/));
    expect((await userinfo(tokens.access_token)).status).to.equal(401);
    expect((await refresh(tokens.refresh_token)).body.error).to.equal('invalid_grant');
    expect(await introspect(tokens.access_token)).to.deep.equal({ active: false });
  });

  it('S31, S32: who is not assigned sees a page with a support code; the application gets access_denied', async () => {
    const jar = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const { answer } = await authorize(server, jar);
    expect(answer.status).to.equal(403);
    expect(answer.text).to.contain('You don’t have access to Payroll');
    const supportCode = /support-code">([A-Z0-9]{4}-[A-Z0-9]{4})</.exec(answer.text)![1]!;
    const back = await jar.submit(jar.form(answer), {}, (url) => url.startsWith(server.redirectUri));
    expect(new URL(back.location!).searchParams.get('error')).to.equal('access_denied');
    const audit = await jar.get(`${server.issuer}/admin/audit?support_code=${supportCode}`);
    expect(audit.text).to.contain('application not assigned');
    expect((await authorize(server, jar, { prompt: 'none' })).error).to.equal('access_denied');
  });

  it('a disabled application says so, and the audit names it by the support code', async () => {
    const scope = await server.scope();
    const application = await findApplicationByCode(scope, 'payroll');
    await setApplicationEnabled(scope, application!.applicationId, false);
    const answer = await until(async () => {
      const { answer: page } = await authorize(server, new Jar());
      return page.text.includes('Payroll can’t be used right now') && page;
    }, 'the notice of the change');
    expect(answer.status).to.equal(400);
    const supportCode = /support-code">([A-Z0-9-]{9})</.exec(answer.text)![1]!;
    const ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const audit = await ana.get(`${server.issuer}/admin/audit?support_code=${supportCode}`);
    expect(audit.text).to.contain('application is disabled').and.contain('>Payroll<');
  });

  it('an interaction belongs to one browser: a link to it signs nobody in', async () => {
    const attacker = new Jar();
    const { url } = authorizationUrl(server);
    const asked = await attacker.get(url);
    const [, uid] = /portaria_interaction_acme=([\w-]+)/.exec(asked.setCookie.join('\n'))!;
    const interaction = `${server.issuer}/oidc/interaction/${uid}`;
    const victim = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    const stop = (address: string) => address.startsWith(server.redirectUri);
    const answer = await victim.follow(interaction, {}, stop);
    expect(answer.status).to.equal(400);
    const signIn = `${server.issuer}/sign-in?to=${encodeURIComponent(`/oidc/interaction/${uid}`)}`;
    expect((await victim.follow(signIn, {}, stop)).status, 'by the page that signs in and goes on').to.equal(400);
    const other = new Jar();
    const led = await fillSignIn(other, await other.follow(signIn), 'jsilva', passwords.joao, stop);
    expect([led.status, led.location], 'with a sign-in on the way').to.deep.equal([400, undefined]);
    const theirs = await new Jar().follow(asked.location!, {}, stop);
    expect([theirs.url === asked.location, theirs.text.includes('name="password"')], 'another request of their own').to.deep.equal([
      false,
      true,
    ]);
    const fresh = await victim.get(`${interaction}?again=yes`);
    expect(fresh.location, 'started again it is the application’s request, as anybody could have sent it').to.match(
      /\/acme\/oidc\/authorize\?/,
    );
    expect(new URL(fresh.location!).searchParams.get('redirect_uri')).to.equal(server.redirectUri);
    const resumed = await attacker.follow(interaction.replace('/interaction/', '/authorize/'), {}, stop);
    expect(resumed.text).to.contain('name="password"');
  });

  it('prompt=login and max_age ask again, and auth_time tells the truth', async () => {
    const jar = new Jar();
    await authorize(server, jar, joao);
    await pause(1100);
    expect((await authorize(server, jar, { prompt: 'login' })).answer.text).to.contain('name="password"');
    expect((await authorize(server, jar, { max_age: '0' })).answer.text).to.contain('name="password"');
    expect((await authorize(server, jar, { max_age: '0', prompt: 'none' })).error).to.equal('login_required');
    const again = await authorize(server, jar, { prompt: 'login', ...joao });
    const { body } = await exchange(server, again.code!, again.verifier);
    const { auth_time } = JSON.parse(Buffer.from(body.id_token.split('.')[1], 'base64url').toString());
    expect(Math.abs(Date.now() / 1000 - auth_time)).to.be.below(3);
  });

  it('a hint of another person or another client’s token lets nobody pass for them', async () => {
    const joaos = await signInWithTokens(server, joao.login, joao.password);
    const ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const hinted = { client_id: 'mobile', id_token_hint: joaos.tokens.id_token };
    expect((await authorize(server, ana, { ...hinted, client_id: 'payroll', prompt: 'none' })).error).to.equal('login_required');
    expect((await authorize(server, ana, { ...hinted, client_id: 'payroll' })).answer.text, 'another sign-in is asked for').to.contain(
      'name="password"',
    );
    const foreign = await authorize(server, ana, hinted);
    expect(foreign.code, 'a token for payroll is no hint for mobile').to.equal(null);
    expect((await authorize(server, joaos.jar, { id_token_hint: joaos.tokens.id_token, prompt: 'none' })).code, 'one’s own does').to.be.a(
      'string',
    );
  });

  it('an account switch in the middle of a request goes on as the new person', async () => {
    const jar = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const switched = await authorize(server, jar, { client_id: 'mobile', prompt: 'login', ...joao });
    expect(switched.code, switched.answer.text.slice(0, 500)).to.be.a('string');
    const { body } = await token(server.issuer, {
      grant_type: 'authorization_code',
      code: switched.code!,
      redirect_uri: server.redirectUri,
      code_verifier: switched.verifier,
      client_id: 'mobile',
    }).then((r) => r);
    expect(JSON.parse(Buffer.from(body.id_token.split('.')[1], 'base64url').toString()).name).to.equal('João da Silva');
  });

  it('no link signs a person out, and no sign-out leads elsewhere', async () => {
    const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    await jar.follow(`${server.issuer}/oidc/sign-out`);
    await jar.get(`${server.issuer}/oidc/sign-out/confirm`, { form: { logout: 'yes', xsrf: 'guess' } });
    expect((await jar.follow(`${server.issuer}/launchpad`)).status).to.equal(200);
    const evil = await jar.get(`${server.issuer}/oidc/sign-out?client_id=payroll&post_logout_redirect_uri=https%3A%2F%2Fevil.example%2F`);
    expect(evil.status).to.equal(400);
    const forged = await new SignJWT({})
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(server.issuer)
      .setAudience('payroll')
      .sign(Buffer.alloc(32, 1));
    expect((await jar.get(`${server.issuer}/oidc/sign-out?id_token_hint=${forged}`)).status).to.equal(400);
  });

  it('another browser or client cannot use a pushed request, and nobody twice', async () => {
    const push = async (client: string) => {
      const { url } = authorizationUrl(server);
      return json(
        await send(`${server.issuer}/oidc/par`, {
          form: Object.fromEntries(new URL(url).searchParams),
          headers: basic(client, clientSecret),
        }),
      );
    };
    const { request_uri } = await push('payroll');
    const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    const use = (client_id: string) =>
      jar.follow(`${server.issuer}/oidc/authorize?${new URLSearchParams({ client_id, request_uri })}`, {}, (url) =>
        url.startsWith(server.redirectUri),
      );
    expect(new URL((await use('mobile')).location ?? server.issuer).searchParams.get('code')).to.equal(null);
    expect(new URL((await use('payroll')).location!).searchParams.get('code')).to.be.a('string');
    expect(new URL((await use('payroll')).location ?? server.issuer).searchParams.get('code'), 'once').to.equal(null);
    expect((await push('mobile')).error, 'without its own authentication').to.be.a('string');
  });

  it('form_post leads to the registered address only, by a page that is nothing else', async () => {
    const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    const page = await jar.get(authorizationUrl(server, { response_mode: 'form_post' }).url);
    const answer = page.location ? await jar.follow(page.location) : page;
    expect(answer.text).to.contain(`action="${server.redirectUri}"`);
    expect(answer.text.match(/<form/g)).to.have.length(1);
    expect(answer.text.match(/<(input|textarea|select)(?![^>]*type="hidden")/g)).to.equal(null);
    const csp = String(answer.headers['content-security-policy']);
    // what the application answers may lead on to anywhere
    expect(csp)
      .to.match(/script-src 'self';/)
      .and.not.contain('form-action')
      .and.not.contain('unsafe');
  });

  it('state and nonce come back as they were sent, whatever is in them', async () => {
    const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    const state = '"><script>alert(1)</script>\u00e9&=#';
    const { params } = await authorize(server, jar, { state });
    expect(params.get('state')).to.equal(state);
  });

  it('request objects and unregistered response types are refused', async () => {
    for (const extra of [
      { request: 'eyJhbGciOiJub25lIn0.e30.' },
      { request_uri: 'https://evil.example/r' },
      { response_type: 'token' },
      { response_type: 'code token' },
    ]) {
      const { answer, error } = await authorize(server, new Jar(), extra);
      expect(answer.status === 400 || error !== null || /#error=/.test(answer.location ?? ''), JSON.stringify(extra)).to.equal(true);
    }
  });

  it('refuses dangerous addresses at registration', async () => {
    for (const uri of [
      'javascript:alert(1)',
      'data:text/html,x',
      'vbscript:x',
      'file:///etc/passwd',
      'http://example.com/cb',
      'https://a.example/cb#x',
      'https://*.example.com/cb',
      'https://user:pw@a.example/',
      'myapp:/cb',
      '//a.example',
      'https://a.example/\u0000',
    ]) {
      const state = {
        contexts: [
          {
            code: 'acme',
            name: 'Acme S.A.',
            applications: [{ code: 'evil', name: 'Evil', oidc: { client_id: 'evil', client_secret: clientSecret, redirect_uris: [uri] } }],
          },
        ],
      };
      let refused: Error | undefined;
      await (async () => server.apply(state))().catch((error) => {
        refused = error;
      });
      expect(refused?.message, uri).to.contain('contexts[0].applications[0].oidc.redirect_uris');
    }
  });
});
