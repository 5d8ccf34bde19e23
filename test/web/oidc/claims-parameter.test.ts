import { expect } from 'chai';
import { decodeJwt } from 'jose';
import { findUserByLogin } from '../../../src/domain/people/users/index.ts';
import { type Answer, type Jar, send } from '../../support/jar.ts';
import { authorizationUrl, authorize, basic, exchange, json, token } from '../../support/oidc.ts';
import { setPolicy } from '../../support/policy.ts';
import { goOnFrom, setUpApp } from '../../support/second-factor.ts';
import { clientSecret, fillSignIn, passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

describe('web/oidc: the claims parameter (OpenID Connect Core §5.5)', () => {
  let server: TestServer;
  let ana: Jar;
  let anaId: string;
  const single = 'https://refeds.org/profile/sfa';
  const multiple = 'https://refeds.org/profile/mfa';

  before(async () => {
    server = await startTestServer();
    const client = (code: string, more: Record<string, unknown>) => ({
      code,
      name: code,
      navigable: true,
      oidc: {
        client_id: code,
        client_secret: clientSecret,
        redirect_uris: [server.redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        ...more,
      },
    });
    await server.apply({
      contexts: [
        {
          code: 'acme',
          applications: [
            client('plain', { claims: [{ name: 'tier', value: 'gold', scope: 'email' }] }),
            client('shy', { standard_claims: { email: [] }, id_token_claims: 'requested' }),
            client('third', { consent_required: true }),
            client('telling', {
              standard_claims: { groups: ['access_token'] },
              claims: [
                { name: 'tier', value: 'gold', into: ['access_token'] },
                { name: 'always', value: 'yes', scope: 'openid', into: ['access_token'] },
              ],
            }),
          ],
        },
      ],
    });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    anaId = (await findUserByLogin(await server.scope(), 'ana@acme.example'))!.userId;
  });
  after(() => server.close());

  type Parameters = Record<string, string | undefined>;
  const ask = (claims: unknown, more: Parameters = {}) => ({
    client_id: 'plain',
    scope: 'openid',
    claims: typeof claims === 'string' ? claims : JSON.stringify(claims),
    ...more,
  });
  const stop = (url: string) => url.startsWith(server.redirectUri);
  const userinfo = async (accessToken: string) =>
    json(await send(`${server.issuer}/oidc/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } }));
  async function told(parameters: Parameters & { client_id: string }, jar = ana) {
    const { code, verifier, answer } = await authorize(server, jar, parameters);
    if (!code) throw new Error(`no code: ${answer.status} ${answer.location ?? answer.text.slice(0, 500)}`);
    const { body } = await exchange(server, code, verifier, { client: parameters.client_id });
    return { tokens: body, idToken: decodeJwt(body.id_token), userinfo: await userinfo(body.access_token) };
  }
  const errorOf = async (parameters: Parameters, jar = ana) => (await authorize(server, jar, parameters)).error;

  it('tells a claim where it was asked for, without its scope, essential or not; what nobody has is left out without an error', async () => {
    const claims = {
      userinfo: { name: { essential: true }, tier: null, address: { essential: true }, unheard_of: null },
      id_token: { email: { value: 'another@acme.example' }, auth_time: { essential: true } },
      other: { name: null },
    };
    const { idToken, userinfo: more, tokens } = await told(ask(claims));
    expect(more).to.deep.equal({ sub: anaId, name: 'Ana Souza', tier: 'gold' });
    expect(idToken).to.include({ email: 'ana@acme.example', sub: anaId }).and.not.include.any.keys('name', 'tier', 'email_verified');
    expect(tokens.scope).to.equal('openid');
    const later = await token(
      server.issuer,
      { grant_type: 'refresh_token', refresh_token: tokens.refresh_token },
      basic('plain', clientSecret),
    );
    expect(decodeJwt(later.body.id_token), 'a refresh tells the same').to.include({ email: 'ana@acme.example' });
    expect(await userinfo(later.body.access_token)).to.deep.equal(more);
    expect((await told({ client_id: 'plain', scope: 'openid' })).userinfo, 'another request starts again').to.deep.equal({ sub: anaId });
  });

  it('by a pushed request as well, and is announced', async () => {
    const { url, verifier } = authorizationUrl(server, ask({ userinfo: { name: null } }));
    const form = Object.fromEntries(new URL(url).searchParams);
    const pushed = json(await send(`${server.issuer}/oidc/par`, { form, headers: basic('plain', clientSecret) }));
    const query = new URLSearchParams({ client_id: 'plain', request_uri: pushed.request_uri });
    const { location } = await ana.follow(`${server.issuer}/oidc/authorize?${query}`, {}, stop);
    const { body } = await exchange(server, new URL(location!).searchParams.get('code')!, verifier, { client: 'plain' });
    expect(await userinfo(body.access_token)).to.include({ name: 'Ana Souza' });
    const discovery = json(await send(`${server.issuer}/.well-known/openid-configuration`));
    expect(discovery.claims_parameter_supported).to.equal(true);
    expect(discovery.claims_supported).to.include.members(['sub', 'name', 'email', 'email_verified', 'groups', 'tier', 'acr']);
    expect(discovery.claims_supported, 'nobody can have one').to.not.include.any.members(['address', 'phone_number', 'nickname']);
  });

  it('gives nothing that the application is not told, nor what another application is', async () => {
    const claims = { userinfo: { email: { essential: true }, email_verified: null, tier: null }, id_token: { email: null, name: null } };
    const { idToken, userinfo: more } = await told(ask(claims, { client_id: 'shy', scope: 'openid email' }));
    expect(more).to.deep.equal({ sub: anaId });
    expect(idToken).to.include({ name: 'Ana Souza' }).and.not.include.any.keys('email', 'email_verified');
    const plain = await told({ client_id: 'shy', scope: 'openid profile' });
    expect(plain.idToken, 'userinfo has them').to.not.include.any.keys('name', 'given_name');
    expect(plain.userinfo).to.include({ name: 'Ana Souza' });
  });

  it('of a third party’s application the person is asked before', async () => {
    const request = ask({ userinfo: { email: null } }, { client_id: 'third' });
    expect(await errorOf({ ...request, prompt: 'none' })).to.equal('consent_required');
    const { answer } = await authorize(server, ana, request);
    expect(answer.text).to.contain('Share your data with third?').and.to.contain('Your e-mail').and.not.contain('Your name');
    const agreed = await ana.submit(ana.form(answer, /interaction\//), { decision: 'allow' }, stop);
    expect(new URL(agreed.location!).searchParams.has('code')).to.equal(true);
    expect((await told(request)).userinfo).to.deep.equal({ sub: anaId, email: 'ana@acme.example' });
    expect(await errorOf(ask({ id_token: { given_name: null } }, { client_id: 'third', prompt: 'none' }))).to.equal('consent_required');
  });

  it('what cannot be understood is invalid_request', async () => {
    for (const claims of [
      'x',
      '[]',
      '"x"',
      '{}',
      '{"userinfo":[]}',
      '{"id_token":{"sub":"x"}}',
      '{"id_token":{"acr":true}}',
      '{"id_token":{"acr":{"values":"x"}}}',
      '{"userinfo":{"name":1}}',
    ])
      expect(await errorOf(ask(claims)), claims).to.equal('invalid_request');
  });

  it('sub: a code only for the person who was asked for', async () => {
    const other = (await findUserByLogin(await server.scope(), 'jsilva'))!.userId;
    const named = (sub: unknown) => ask({ id_token: { sub: { value: sub } } });
    expect((await told(named(anaId))).idToken.sub).to.equal(anaId);
    for (const sub of [other, 'nobody', 7])
      expect(await errorOf({ ...named(sub), prompt: 'none' }), String(sub)).to.equal('login_required');
    const jar = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const page = (await authorize(server, jar, named(other))).answer;
    expect(page.text, 'another person signs in').to.contain('name="password"');
    const wrong = await fillSignIn(jar, page, 'ana@acme.example', passwords.ana, stop);
    expect(wrong.text, 'not the one').to.contain('name="password"');
    const right = await fillSignIn(jar, wrong, 'jsilva', passwords.joao, stop);
    expect(new URL(right.location!).searchParams.has('code')).to.equal(true);
  });

  describe('acr', () => {
    const demand = (...values: string[]) => ask({ id_token: { acr: { essential: true, values } } });
    const one = (value: string) => ask({ id_token: { acr: { essential: true, value } } });

    it('that is essential and that nobody can have is refused at once; one that is not is passed over', async () => {
      expect(await errorOf(demand('urn:example:gold'))).to.equal('unmet_authentication_requirements');
      expect(await errorOf(one('urn:example:gold'))).to.equal('unmet_authentication_requirements');
      expect((await told(ask({ id_token: { acr: { values: ['urn:example:gold'] } } }))).idToken.acr).to.equal(single);
      expect((await told(ask({ id_token: { acr: { essential: true } } }))).idToken.acr, 'any will do').to.equal(single);
      expect((await told(demand(single, multiple))).idToken.acr).to.equal(single);
    });

    it('of several factors: where the company has none, refused and not asked for ever', async () => {
      await setPolicy(server, { secondFactor: { demand: 'off' } });
      expect(await errorOf({ ...one(multiple), prompt: 'none' })).to.equal('login_required');
      expect(await errorOf(one(multiple))).to.equal('unmet_authentication_requirements');
    });

    it('of several factors: asks for another; a session of two meets a demand for one', async () => {
      await setPolicy(server, { secondFactor: { demand: 'optional' } });
      const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
      expect(await errorOf({ ...one(multiple), prompt: 'none' }, jar)).to.equal('login_required');
      const page: Answer = (await authorize(server, jar, one(multiple))).answer;
      const done = await goOnFrom(jar, (await setUpApp(jar, page)).shown, stop);
      expect(new URL(done.location ?? done.url).searchParams.has('code')).to.equal(true);
      expect((await told(one(multiple), jar)).idToken.acr).to.equal(multiple);
      expect((await told(demand(single), jar)).idToken.acr).to.equal(single);
      expect((await told({ client_id: 'plain', scope: 'openid' }, jar)).idToken.acr).to.equal(multiple);
    });
  });

  it('what an access token says of its person is served at introspection, and nowhere else', async () => {
    const introspect = async (accessToken: string) =>
      json(await send(`${server.issuer}/oidc/introspect`, { form: { token: accessToken }, headers: basic('telling', clientSecret) }));
    const { tokens, idToken, userinfo: more } = await told({ client_id: 'telling', scope: 'openid profile groups' });
    expect(await introspect(tokens.access_token)).to.deep.include({
      active: true,
      tier: 'gold',
      always: 'yes',
      groups: ['Everyone'],
      sub: anaId,
    });
    for (const elsewhere of [idToken, more]) expect(elsewhere).to.not.include.any.keys('tier', 'always', 'groups');
    const less = await told({ client_id: 'telling', scope: 'openid' });
    expect(await introspect(less.tokens.access_token))
      .to.include({ always: 'yes' })
      .and.not.include.any.keys('tier', 'groups', 'name');
  });
});
