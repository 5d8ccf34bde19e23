import { expect } from 'chai';
import { decodeJwt } from 'jose';
import { Jar, send } from '../../support/jar.ts';
import { authorizationUrl, authorize, basic, json, token } from '../../support/oidc.ts';
import { setPolicy } from '../../support/policy.ts';
import { eventually } from '../../support/process.ts';
import { clientSecret, passwords, startTestServer, type TestServer } from '../../support/server.ts';
import { age, introspect, refresh, tokensFor, userinfo } from '../../support/tokens.ts';

const joao = { login: 'jsilva', password: passwords.joao };

describe('web/oidc: how long tokens last', () => {
  let server: TestServer;
  const redirectUri = 'http://127.0.0.1:9/callback';
  const grants = ['authorization_code', 'refresh_token', 'client_credentials'];
  const setUp = async (code: string, more = {}) => {
    const oidc = { client_id: code, client_secret: clientSecret, redirect_uris: [redirectUri], grant_types: grants, ...more };
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', applications: [{ code, name: code, navigable: true, oidc }] }] });
  };
  const aged = async (seconds: number, kinds?: string[]) => age(await server.scope(), seconds, kinds);
  const signOut = async (jar: Jar) => jar.submit(jar.form(await jar.get(`${server.issuer}/sign-out`), /sign-out$/));
  /** In seconds, as they are told. */
  const lives = async (client: string) => {
    const tokens = await tokensFor(server, client, joao, { scope: 'openid offline_access' });
    const id = decodeJwt(tokens.id_token!);
    const { exp, iat } = (await introspect(server, client, tokens.refresh_token)).body;
    const own = (await token(server.issuer, { grant_type: 'client_credentials' }, basic(client, clientSecret))).body;
    return { access: tokens.expires_in, id: id.exp! - id.iat!, refresh: exp - iat, own: own.expires_in };
  };
  before(async () => {
    server = await startTestServer();
    await setUp('usual');
  });
  after(() => server.close());

  it('as they always did, where the application says nothing', async () => {
    expect(await lives('usual')).to.deep.equal({ access: 900, id: 3600, refresh: 1_209_600, own: 900 });
  });

  it('as the application says, and a change is in effect at once', async () => {
    await setUp('own', { access_token_seconds: 300, id_token_seconds: 120, refresh_token_seconds: 7200 });
    expect(await lives('own')).to.deep.equal({ access: 300, id: 120, refresh: 7200, own: 300 });
    await setUp('own', { access_token_seconds: 60 });
    expect(await lives('own')).to.deep.equal({ access: 60, id: 3600, refresh: 1_209_600, own: 60 });
    expect(await lives('usual'), 'others stay').to.include({ access: 900 });
  });

  it('never longer than the grant, and say so', async () => {
    await setUp('short', { grant_seconds: 600 });
    const { access, refresh: refreshed } = await lives('short');
    expect([access, refreshed].every((seconds) => seconds > 590 && seconds <= 600)).to.equal(true);
    const { access_token, refresh_token } = await tokensFor(server, 'short', joao, { scope: 'openid offline_access' });
    await aged(590);
    expect((await refresh(server, 'short', refresh_token)).body.expires_in).to.be.within(1, 10);
    await aged(11);
    expect((await userinfo(server, access_token)).status).to.equal(401);
    expect((await refresh(server, 'short', refresh_token)).body.error).to.equal('invalid_grant');
  });

  it('the grant is counted from the last sign-in to the application, in the same browser, too', async () => {
    await setUp('again', { grant_seconds: 600 });
    const jar = new Jar();
    const first = await tokensFor(server, 'again', joao, { jar, scope: 'openid offline_access' });
    await aged(590, ['Grant']);
    const second = await tokensFor(server, 'again', joao, { jar, scope: 'openid offline_access' });
    expect(second.expires_in).to.be.within(590, 600);
    await aged(300, ['Grant']);
    for (const { refresh_token } of [first, second]) expect((await refresh(server, 'again', refresh_token)).status).to.equal(200);
    await aged(301, ['Grant']);
    expect((await refresh(server, 'again', second.refresh_token)).body.error).to.equal('invalid_grant');
    const third = await tokensFor(server, 'again', joao, { jar, scope: 'openid' });
    expect(third.expires_in, 'and once it is over it is made again').to.be.within(590, 600);
  });

  it('a shorter time is in effect at the next use', async () => {
    await setUp('shorter');
    const { refresh_token } = await tokensFor(server, 'shorter', joao, { scope: 'openid offline_access' });
    await setUp('shorter', { refresh_token_seconds: 600 });
    await eventually(async () => {
      expect((await refresh(server, 'shorter', refresh_token)).status).to.equal(200);
      expect((await introspect(server, 'shorter', refresh_token)).body.exp - Date.now() / 1000).to.be.below(601);
    });
    await aged(601);
    expect((await refresh(server, 'shorter', refresh_token)).body.error).to.equal('invalid_grant');
  });

  it('refuses what is out of bounds, and who is nobody as a gateway', async () => {
    const faultOf = (more: object) =>
      setUp('refused', more).then(
        () => 'none',
        (error: Error) => error.message,
      );
    const times = {
      access_token_seconds: [59, 86_401, 900.5],
      id_token_seconds: [0, 86_401],
      refresh_token_seconds: [299, 31_536_001],
      grant_seconds: [299, 63_072_001],
      refresh_overlap_seconds: [-1, 301],
    };
    for (const [name, values] of Object.entries(times))
      for (const value of values) expect(await faultOf({ [name]: value }), `${name} ${value}`).to.contain(name);
    const isPublic = { token_endpoint_auth_method: 'none', grant_types: ['authorization_code'], client_secret: undefined };
    expect(await faultOf({ ...isPublic, introspects_all_applications: true })).to.contain('introspects_all_applications');
  });

  describe('offline_access', () => {
    const scopes = 'openid offline_access';
    const third = { consent_required: true };
    const decide = (jar: Jar, page: Parameters<Jar['form']>[0], decision: string) =>
      jar.submit(jar.form(page, /interaction\//), { decision }, (url) => url.startsWith(server.redirectUri));

    it('is granted to the company’s own without prompt=consent, however it is asked for, and outlives the session', async () => {
      const push = async (jar: Jar) => {
        const { url, verifier } = authorizationUrl(server, { client_id: 'usual', scope: scopes });
        const form = Object.fromEntries(new URL(url).searchParams);
        const { request_uri } = json(await send(`${server.issuer}/oidc/par`, { form, headers: basic('usual', clientSecret) }));
        const pushed = `${server.issuer}/oidc/authorize?${new URLSearchParams({ client_id: 'usual', request_uri })}`;
        const answer = await jar.follow(pushed, {}, (to) => to.startsWith(server.redirectUri));
        return { code: new URL(answer.location!).searchParams.get('code'), verifier };
      };
      const post = async (jar: Jar) => {
        const { url, verifier } = authorizationUrl(server, { client_id: 'usual', scope: scopes });
        const form = Object.fromEntries(new URL(url).searchParams);
        const answer = await jar.follow(`${server.issuer}/oidc/authorize`, { form }, (to) => to.startsWith(server.redirectUri));
        return { code: new URL(answer.location!).searchParams.get('code'), verifier };
      };
      const ask = (more: object) => (jar: Jar) => authorize(server, jar, { client_id: 'usual', scope: scopes, ...more });
      for (const [name, way] of Object.entries({
        'by link': ask({}),
        'with prompt=consent': ask({ prompt: 'consent' }),
        'unseen, with prompt=none': ask({ prompt: 'none' }),
        pushed: push,
        posted: post,
      })) {
        const jar = new Jar();
        await authorize(server, jar, { client_id: 'usual', scope: 'openid', ...joao });
        const { code, verifier } = await way(jar);
        const form = { grant_type: 'authorization_code', code: code!, redirect_uri: server.redirectUri, code_verifier: verifier };
        const { body } = await token(server.issuer, form, basic('usual', clientSecret));
        expect(body.scope, name).to.equal(scopes);
        await signOut(jar);
        expect((await refresh(server, 'usual', body.refresh_token)).status, name).to.equal(200);
      }
    });

    it('without it a refresh token ends with the session', async () => {
      const jar = new Jar();
      const tokens = await tokensFor(server, 'usual', joao, { jar });
      expect((await refresh(server, 'usual', tokens.refresh_token)).status).to.equal(200);
      await signOut(jar);
      expect((await refresh(server, 'usual', tokens.refresh_token)).body.error).to.equal('invalid_grant');
    });

    it('without it a refresh token lasts as long as the session may, also where that is longer than half a day', async () => {
      await setPolicy(server, { session: { idleMinutes: 2880, lifetimeHours: 48, keepDays: 0 } });
      const tokens = await tokensFor(server, 'usual', joao);
      await aged(47 * 3600, ['Session']);
      expect((await refresh(server, 'usual', tokens.refresh_token)).status).to.equal(200);
      await aged(3600, ['Session']);
      expect((await refresh(server, 'usual', tokens.refresh_token)).body.error).to.equal('invalid_grant');
    });

    it('is not granted to an application that may not refresh', async () => {
      await setUp('once', { grant_types: ['authorization_code'] });
      const tokens = await tokensFor(server, 'once', joao, { scope: scopes });
      expect(tokens.scope).to.equal('openid');
      expect(tokens).to.not.have.property('refresh_token');
      const { error } = await authorize(server, new Jar(), { client_id: 'usual', scope: 'offline_access', nonce: undefined });
      expect(error, 'by itself it asks for nothing').to.equal('invalid_scope');
    });

    it('a third party’s application is granted it by the person, who reads until when', async () => {
      await setUp('third', { ...third, grant_seconds: 86_400 });
      const jar = new Jar();
      const { answer, verifier } = await authorize(server, jar, { client_id: 'third', scope: scopes, ...joao });
      expect(answer.text).to.contain('Access on your behalf while you are away, until');
      const until = Date.parse(/datetime="([^"]+)"/.exec(answer.text)![1]!);
      expect(until - Date.now()).to.be.within(86_300_000, 86_400_000);
      const back = await decide(jar, answer, 'allow');
      const code = new URL(back.location!).searchParams.get('code')!;
      const form = { grant_type: 'authorization_code', code, redirect_uri: server.redirectUri, code_verifier: verifier };
      const { body } = await token(server.issuer, form, basic('third', clientSecret));
      expect(body.scope).to.equal(scopes);
      await signOut(jar);
      expect((await refresh(server, 'third', body.refresh_token)).status).to.equal(200);
    });

    it('and not without the person: unseen it hears consent_required, refused access_denied', async () => {
      await setUp('stranger', third);
      const jar = new Jar();
      await authorize(server, jar, { client_id: 'usual', scope: 'openid', ...joao });
      const ask = { client_id: 'stranger', scope: scopes };
      expect((await authorize(server, jar, { ...ask, prompt: 'none' })).error).to.equal('consent_required');
      const { answer } = await authorize(server, jar, ask);
      const denied = await decide(jar, answer, 'deny');
      expect(new URL(denied.location!).searchParams.get('error')).to.equal('access_denied');
      expect((await authorize(server, jar, { ...ask, prompt: 'none' })).error).to.equal('consent_required');
    });
  });
});
