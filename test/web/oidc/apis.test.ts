import { expect } from 'chai';
import { load } from 'cheerio';
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import {
  allowApplication,
  deleteApi,
  editApi,
  findApiByIdentifier,
  refuseApplication,
  withdrawScope,
} from '../../../src/domain/applications/apis/index.ts';
import { findApplicationByCode } from '../../../src/domain/applications/applications/index.ts';
import { findGroupByName, removeMember } from '../../../src/domain/people/groups/index.ts';
import { findUserByLogin } from '../../../src/domain/people/users/index.ts';
import { ana, joao, orders, prepareApis, stock } from '../../support/apis.ts';
import { Jar, send } from '../../support/jar.ts';
import { authorize, basic, exchange, json, token } from '../../support/oidc.ts';
import { eventually } from '../../support/process.ts';
import { clientSecret, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

type Tokens = { access_token: string; refresh_token: string; scope: string; expires_in: number; id_token?: string; error?: string };

describe('web/oidc: APIs (RFC 8707, RFC 9068)', () => {
  let server: TestServer;
  const payroll = basic('payroll', clientSecret);
  const backend = basic('backend', clientSecret);
  before(async () => {
    server = await startTestServer();
    await server.apply({
      contexts: [
        {
          code: 'acme',
          applications: [
            {
              code: 'payroll',
              name: 'Payroll',
              navigable: true,
              oidc: {
                client_id: 'payroll',
                redirect_uris: [server.redirectUri],
                grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
              },
            },
          ],
        },
      ],
    });
  });
  after(() => server.close());
  beforeEach(() => prepareApis(server));

  const api = async (identifier: string) => (await findApiByIdentifier(await server.scope(), identifier))!;
  const introspect = async (value: string, headers = backend) =>
    json(await send(`${server.issuer}/oidc/introspect`, { form: { token: value }, headers }));
  const userinfo = (value: string) => send(`${server.issuer}/oidc/userinfo`, { headers: { authorization: `Bearer ${value}` } });
  const own = (form: Record<string, string>) => token(server.issuer, { grant_type: 'client_credentials', ...form }, payroll);
  const refresh = (refresh_token: string, form: Record<string, string> = {}) =>
    token(server.issuer, { grant_type: 'refresh_token', refresh_token, ...form }, payroll);
  /** As the API reads it. */
  async function verify(value: string, audience = orders) {
    const keys = createLocalJWKSet(json(await send(`${server.issuer}/oidc/jwks`)));
    return jwtVerify(value, keys, { issuer: server.issuer, audience, typ: 'at+jwt' });
  }
  async function signIn(who: typeof ana, extra: Record<string, string>, form: Record<string, string> = {}): Promise<Tokens> {
    const { code, verifier, error, params } = await authorize(server, new Jar(), { ...who, ...extra });
    if (!code) throw new Error(`${error}: ${params.get('error_description')}`);
    const redeem = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: server.redirectUri };
    return (await token(server.issuer, { ...redeem, ...form }, payroll)).body;
  }
  const refusedAt = async (extra: Record<string, string | undefined>, who = ana) =>
    (await authorize(server, new Jar(), { ...who, ...extra })).error;

  it('a token of an API is signed, short, for it alone, and holds what both the application and the person may', async () => {
    const extra = { resource: orders, scope: 'openid profile orders:read orders:write orders:admin unknown' };
    const answer = await signIn(ana, extra);
    expect(answer).to.include({ scope: 'orders:read', expires_in: 120 });
    const { payload, protectedHeader } = await verify(answer.access_token);
    expect(protectedHeader).to.include({ alg: 'RS256', typ: 'at+jwt' });
    expect(payload).to.deep.include({ aud: orders, client_id: 'payroll', scope: 'orders:read', roles: ['orders:read'] });
    expect(payload.sub).to.equal(decodeJwt(answer.id_token!).sub);
    expect((await signIn(joao, extra)).scope).to.equal('orders:read orders:write');
  });

  it('an opaque token is for its own application and for the API; its scope is told to both, and to nobody else', async () => {
    const { access_token } = await signIn(joao, { resource: stock, scope: 'openid stock:read' });
    expect(access_token).to.not.contain('.');
    for (const headers of [payroll, backend])
      expect(await introspect(access_token, headers)).to.include({ active: true, aud: stock, scope: 'stock:read', client_id: 'payroll' });
    expect(await introspect(access_token, basic('survey', clientSecret))).to.deep.equal({ active: false });
  });

  it('without resource the API is the one whose scopes are asked for; several must be told apart', async () => {
    expect(decodeJwt((await signIn(ana, { scope: 'openid orders:read' })).access_token).aud).to.equal(orders);
    expect((await own({ scope: 'orders:read' })).body.scope).to.equal('orders:read');
    expect(await refusedAt({ scope: 'openid orders:read stock:read' })).to.equal('invalid_target');
    expect((await own({ scope: 'orders:read stock:read' })).body.error).to.equal('invalid_target');
  });

  it('an unknown resource, and one that is not the application’s, is invalid_target: at authorize, PAR, token, refresh and client_credentials', async () => {
    for (const resource of ['https://api.acme.example/none', 'not a uri', `${orders}#part`, `${orders}/`]) {
      expect(await refusedAt({ resource, scope: 'openid orders:read' }), resource).to.equal('invalid_target');
      const form = { client_id: 'payroll', response_type: 'code', redirect_uri: server.redirectUri, scope: 'openid', resource };
      const pushed = await send(`${server.issuer}/oidc/par`, { form, headers: payroll });
      expect([pushed.status, json(pushed).error], resource).to.deep.equal([400, 'invalid_target']);
      expect((await own({ resource, scope: 'orders:read' })).body.error, resource).to.equal('invalid_target');
    }
    const none = { client_id: 'mobile', resource: orders, scope: 'openid orders:read' };
    expect(await refusedAt(none)).to.equal('invalid_target');
    const granted = { resource: orders, scope: 'openid orders:read' };
    expect((await signIn(joao, granted, { resource: stock })).error).to.equal('invalid_target');
    const { refresh_token } = await signIn(joao, granted);
    expect((await refresh(refresh_token, { resource: stock })).body.error).to.equal('invalid_target');
    expect((await refresh(refresh_token)).body.scope, 'what failed used nothing up').to.equal('orders:read');
  });

  it('of several resources each token is for the one that is named; a refresh token reaches all', async () => {
    const jar = new Jar();
    const { url, verifier } = await authorize(server, jar, { ...joao, scope: 'openid orders:write stock:read', resource: orders });
    const both = await jar.follow(`${url}&resource=${encodeURIComponent(stock)}`, {}, (one) => one.startsWith(server.redirectUri));
    const code = new URL(both.location!).searchParams.get('code')!;
    const redeem = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: server.redirectUri };
    const first = (await token(server.issuer, { ...redeem, resource: orders }, payroll)).body;
    expect(first.scope).to.equal('orders:write');
    const second = (await refresh(first.refresh_token, { resource: stock })).body;
    expect(second.scope).to.equal('stock:read');
    expect((await refresh(second.refresh_token)).body.error, 'of two, one has to be named').to.equal('invalid_target');
  });

  it('with no scope of the API left the token is for userinfo, and only that one is taken there', async () => {
    const answer = await signIn(joao, { resource: stock, scope: 'openid profile stock:read' });
    expect((await userinfo(answer.access_token)).status).to.equal(403);
    const narrowed = (await refresh(answer.refresh_token, { scope: 'openid profile' })).body;
    expect(narrowed.scope).to.equal('openid profile');
    expect((await userinfo(narrowed.access_token)).status).to.equal(200);
    const nothing = await signIn(ana, { resource: stock, scope: 'openid stock:read' });
    expect(nothing.scope).to.equal('openid');
    expect(await introspect(nothing.access_token)).to.not.have.property('aud');
    expect(await refusedAt({ resource: stock, scope: 'stock:read', nonce: undefined })).to.equal('access_denied');
    expect(await refusedAt({ scope: 'nothing:known', nonce: undefined })).to.equal('invalid_scope');
  });

  it('client_credentials: scopes of the API that the application has by itself, and never openid, profile or offline_access', async () => {
    const { body } = await own({ resource: orders, scope: 'orders:read orders:write' });
    expect(body.scope).to.equal('orders:read');
    const { payload } = await verify(body.access_token);
    expect(payload).to.include({ sub: 'payroll', client_id: 'payroll', scope: 'orders:read' });
    for (const scope of ['openid', 'profile', 'offline_access', 'openid orders:read', 'email groups', 'orders:admin', 'unknown'])
      expect((await own({ scope })).body.error, scope).to.equal('invalid_scope');
    expect((await own({ resource: orders })).body.error, 'of an API a scope is needed').to.equal('invalid_scope');
    expect((await own({ resource: orders, scope: 'orders:admin' })).body.error).to.equal('invalid_scope');
    expect((await own({})).status, 'for no API').to.equal(200);
  });

  it('refresh asks again what the person is granted: who leaves the group loses the scope, and no scope is won', async () => {
    const scope = await server.scope();
    const { refresh_token } = await signIn(joao, { resource: orders, scope: 'openid orders:read orders:write' });
    const finance = (await findGroupByName(scope, 'Finance'))!;
    await removeMember(scope, finance.groupId, (await findUserByLogin(scope, 'jsilva'))!.userId);
    const less = (await refresh(refresh_token)).body;
    expect(less.scope).to.equal('orders:read');
    await server.apply({ contexts: [{ code: 'acme', groups: [{ name: 'Finance', members: ['jsilva'] }] }] });
    expect((await refresh(less.refresh_token, { scope: 'orders:read orders:admin' })).body.error).to.equal('invalid_scope');
    const again = (await refresh(less.refresh_token)).body;
    expect(again.scope).to.equal('orders:read orders:write');
    const { apiId } = await api(orders);
    await withdrawScope(scope, apiId, 'orders:read', { kind: 'group', id: (await findGroupByName(scope, 'Everyone'))!.groupId });
    await withdrawScope(scope, apiId, 'orders:write', { kind: 'group', id: finance.groupId });
    const nothing = (await refresh(again.refresh_token)).body;
    expect(nothing.scope, 'nothing is left there').to.equal('openid');
    expect((await refresh(nothing.refresh_token, { resource: orders })).body.error).to.equal('invalid_scope');
  });

  it('a public client asks nothing about its own token, since it cannot prove who it is (RFC 7662 §2.1)', async () => {
    const scope = await server.scope();
    const { applicationId } = (await findApplicationByCode(scope, 'mobile'))!;
    await allowApplication(scope, (await api(stock)).apiId, applicationId, { scopes: ['stock:read'] });
    const asked = { client_id: 'mobile', redirect_uri: server.redirectUri, resource: stock, scope: 'openid stock:read' };
    let given: Awaited<ReturnType<typeof token>> | undefined;
    await eventually(async () => {
      const { code, verifier } = await authorize(server, new Jar(), { ...joao, ...asked });
      const redeem = { grant_type: 'authorization_code', code: code!, code_verifier: verifier, redirect_uri: server.redirectUri };
      given = await token(server.issuer, { ...redeem, client_id: 'mobile' });
      expect(given.body.scope).to.contain('stock:read');
    });
    const value = given!.body.access_token;
    expect(await introspect(value)).to.include({ active: true });
    const answer = await send(`${server.issuer}/oidc/introspect`, { form: { token: value, client_id: 'mobile' } });
    expect(json(answer)).to.not.include({ active: true });
  });

  it('the console shows the token that a person would get, and why a scope is left out', async () => {
    const { applicationId } = (await findApplicationByCode(await server.scope(), 'payroll'))!;
    const admin = await signedIn(server.baseUrl, ana.login, ana.password);
    const scope = 'openid orders:read orders:write orders:admin stock:read nonsense';
    const preview = async (login: string) => {
      const { text } = await admin.get(
        `${server.issuer}/admin/applications/${applicationId}/preview?${new URLSearchParams({ login, scope })}`,
      );
      const page = load(text);
      const card = (title: string) => page(`.card:contains("Access token for ${title}")`);
      const tokenOf = (title: string) => card(title).find('pre').text();
      return { card: (title: string) => card(title).text(), tokenOf };
    };
    for (const person of [ana, joao]) {
      const real = decodeJwt((await signIn(person, { resource: orders, scope })).access_token);
      const shown = await preview(person.login);
      const { iss, aud, scope: said, roles, client_id, sub } = JSON.parse(shown.tokenOf('Orders'));
      expect({ iss, aud, scope: said, roles, client_id, sub }).to.deep.equal({
        iss: real.iss,
        aud: real.aud,
        scope: real.scope,
        roles: real.roles,
        client_id: real.client_id,
        sub: real.sub,
      });
      expect(shown.card('Orders')).to.contain('orders:admin: not granted to the person');
    }
    const shown = await preview(ana.login);
    expect(shown.card('Orders')).to.contain('orders:write: not granted to the person');
    expect(shown.card('Stock')).to.contain('none of the scopes can be granted').and.contain('stock:read: not granted to the person');
  });

  it('what an application loses is inactive at once, and so is what is left of an API that is gone', async () => {
    const scope = await server.scope();
    const { apiId } = await api(stock);
    const granted = { resource: stock, scope: 'openid stock:read' };
    const one = await signIn(joao, granted);
    await refuseApplication(scope, apiId, (await findApplicationByCode(scope, 'payroll'))!.applicationId);
    await eventually(async () => expect(await introspect(one.access_token)).to.deep.equal({ active: false }));
    expect((await refresh(one.refresh_token, { resource: stock })).body.error).to.equal('invalid_target');
    await prepareApis(server);
    await eventually(async () => expect(await introspect(one.access_token)).to.include({ active: true }));
    await deleteApi(scope, apiId);
    await eventually(async () => expect(await introspect(one.access_token, payroll)).to.deep.equal({ active: false }));
  });

  it('attack: no token opens another API than its own, and an ID token opens none', async () => {
    const answer = await signIn(joao, { resource: orders, scope: 'openid orders:write' });
    const at = async (audience: string, value: string) =>
      verify(value, audience).then(
        () => 'let in',
        (error: { claim?: string; code: string }) => error.claim ?? error.code,
      );
    expect(await at(orders, answer.access_token)).to.equal('let in');
    expect(await at(stock, answer.access_token)).to.equal('aud');
    expect(await at(orders, answer.id_token!)).to.be.oneOf(['aud', 'typ']);
    // an API whose identifier is the client ID of an application would take its ID tokens for its own
    expect(await at('payroll', answer.id_token!)).to.equal('typ');
    expect((await userinfo(answer.access_token)).status).to.equal(401);
    expect((await userinfo(answer.id_token!)).status).to.equal(401);
    const opaque = await signIn(joao, { resource: stock, scope: 'openid stock:read' });
    expect((await introspect(opaque.access_token)).aud, 'orders would see that it is for stock').to.equal(stock);
    expect((await userinfo(opaque.access_token)).status).to.equal(403);
  });

  it('attack: scopes of one API are never scopes of another of the same name', async () => {
    const scope = await server.scope();
    const { apiId } = await api(stock);
    const read = { name: 'orders:read', texts: { en: 'Read what is ordered' } };
    const { identifier: _i, apiId: _a, version: _v, ...data } = await api(stock);
    await editApi(scope, apiId, { ...data, scopes: [...data.scopes, read] });
    const jar = new Jar();
    const { code, verifier } = await authorize(server, jar, { ...joao, resource: stock, scope: 'openid stock:read orders:read' });
    const { body } = await exchange(server, code!, verifier);
    expect(body.scope, 'granted at orders, and not here').to.equal('stock:read');
  });

  it('consent names what a third party may do at an API in the person’s language; My profile shows it, and takes it back', async () => {
    const jar = new Jar();
    const extra = { client_id: 'survey', resource: orders, scope: 'openid email orders:read orders:write', ui_locales: 'es' };
    const asked = await authorize(server, jar, { ...ana, ...extra });
    expect(asked.answer.text).to.contain('En Orders podrá, en su nombre:').and.contain('Read your orders (es)');
    expect(asked.answer.text, 'ana is not granted it').to.not.contain('Change your orders');
    const agreed = await jar.submit(jar.form(asked.answer, /interaction/), { decision: 'allow' }, (url) =>
      url.startsWith(server.redirectUri),
    );
    expect(new URL(agreed.location!).searchParams.get('code')).to.be.a('string');
    expect((await authorize(server, jar, extra)).code, 'asked once').to.be.a('string');
    const profile = await jar.follow(`${server.issuer}/account/applications`);
    expect(profile.text).to.contain('Read your orders');
    await server.apply({ contexts: [{ code: 'acme', groups: [{ name: 'Finance', members: ['jsilva', 'ana@acme.example'] }] }] });
    expect((await authorize(server, jar, extra)).answer.text, 'what is new is asked').to.contain('Change your orders');
    await jar.submit(jar.form(profile, /account\/applications/), {
      application: (await findApplicationByCode(await server.scope(), 'survey'))!.applicationId,
    });
    expect((await authorize(server, jar, { ...extra, scope: 'openid orders:read' })).code).to.equal(null);
    await server.apply({ contexts: [{ code: 'acme', groups: [{ name: 'Finance', members: ['jsilva'] }] }] });
  });

  it('a device gets a token of the API that it named when it began', async () => {
    const scope = await server.scope();
    const { apiId } = await api(orders);
    await allowApplication(scope, apiId, (await findApplicationByCode(scope, 'mobile'))!.applicationId, { scopes: ['orders:read'] });
    const asked = { client_id: 'mobile', scope: 'openid orders:read orders:write', resource: orders };
    const begin = async () => json(await send(`${server.issuer}/oidc/device/authorize`, { form: asked }));
    await eventually(async () => expect(await begin()).to.have.property('device_code'));
    const started = await begin();
    const jar = await signedIn(server.baseUrl, ana.login, ana.password);
    let page = await jar.follow(started.verification_uri);
    for (const answer of [{ user_code: started.user_code }, { confirm: 'yes' }] as Record<string, string>[])
      page = await jar.submit(jar.form(page, /device/), answer);
    const grant_type = 'urn:ietf:params:oauth:grant-type:device_code';
    const { body } = await token(server.issuer, { grant_type, client_id: 'mobile', device_code: started.device_code });
    expect(body.scope, JSON.stringify(body)).to.equal('orders:read');
    await verify(body.access_token);
  });

  it('RFC 9728: metadata that an API may lead to or copy', async () => {
    const { apiId } = await api(orders);
    const answer = await send(`${server.issuer}/.well-known/oauth-protected-resource/${apiId}`);
    expect(answer.headers['access-control-allow-origin']).to.equal('*');
    expect(json(answer)).to.deep.equal({
      resource: orders,
      resource_name: 'Orders',
      authorization_servers: [server.issuer],
      scopes_supported: ['orders:read', 'orders:write', 'orders:admin'],
      bearer_methods_supported: ['header'],
    });
    expect((await send(`${server.issuer}/.well-known/oauth-protected-resource/none`)).status).to.equal(404);
    const elsewhere = server.issuer.replace('/acme', '/other');
    expect((await send(`${elsewhere}/.well-known/oauth-protected-resource/${apiId}`)).status).to.equal(404);
  });
});
