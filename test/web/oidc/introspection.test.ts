import { expect } from 'chai';
import { send } from '../../support/jar.ts';
import { basic, json, token } from '../../support/oidc.ts';
import { clientSecret, passwords, startTestServer, type TestServer } from '../../support/server.ts';
import { as, introspect, refresh, type Tokens, tokensFor, userinfo } from '../../support/tokens.ts';

describe('web/oidc: who is told about a token', () => {
  let server: TestServer;
  const joao = { login: 'jsilva', password: passwords.joao };
  const askers = ['payroll', 'mobile', 'api', 'gateway'];
  before(async () => {
    server = await startTestServer();
    const asker = (code: string, more = {}) => ({
      code,
      name: code,
      oidc: { client_id: code, client_secret: clientSecret, grant_types: ['client_credentials'], ...more },
    });
    const applications = [asker('api'), asker('gateway', { introspects_all_applications: true })];
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', applications }] });
  });
  after(() => server.close());

  const revoke = async (client: string, value: string) => {
    const own = as(client);
    return send(`${server.issuer}/oidc/revoke`, { form: { token: value, ...own.form }, headers: own.headers });
  };
  const isActive = async (asker: string, value: string, hint?: string): Promise<boolean> => {
    const { status, body } = await introspect(server, asker, value, hint ? { token_type_hint: hint } : {});
    expect(status).to.equal(200);
    if (!body.active) expect(body, 'and nothing else').to.deep.equal({ active: false });
    return body.active;
  };

  it('RFC 7662 §4: every kind of token, of each application, asked about by each application', async () => {
    const credentials = (await token(server.issuer, { grant_type: 'client_credentials' }, basic('payroll', clientSecret))).body;
    const owners: Record<string, Tokens> = {
      payroll: await tokensFor(server, 'payroll', joao, { scope: 'openid offline_access' }),
      mobile: await tokensFor(server, 'mobile', joao, { scope: 'openid offline_access' }),
    };
    for (const [owner, tokens] of Object.entries(owners))
      for (const asker of askers)
        for (const hint of [undefined, 'access_token', 'refresh_token', 'anything']) {
          const name = `${asker} about a token of ${owner}, ${hint}`;
          const isOwn = asker === owner && asker !== 'mobile'; // who has no secret is nobody (§2.1)
          expect(await isActive(asker, tokens.access_token, hint), `access: ${name}`).to.equal(isOwn || asker === 'gateway');
          expect(await isActive(asker, tokens.refresh_token, hint), `refresh: ${name}`).to.equal(isOwn);
          expect(await isActive(asker, tokens.id_token!, hint), `ID: ${name}`).to.equal(false);
        }
    for (const asker of askers)
      expect(await isActive(asker, credentials.access_token), asker).to.equal(asker === 'payroll' || asker === 'gateway');
  });

  it('RFC 7662 §2.2: what is no token is inactive and no error, whatever it looks like; without a token the request is at fault', async () => {
    const jwt = (header: object) => `${Buffer.from(JSON.stringify(header)).toString('base64url')}.e30.`;
    for (const value of [
      'x',
      '.',
      '..',
      'a.b.c',
      jwt({ alg: 'none' }),
      jwt({ alg: 'RS256', typ: 'at+jwt' }),
      '\0',
      '{}',
      'é',
      'x'.repeat(5000),
    ])
      for (const asker of askers) expect(await isActive(asker, value), `${asker} ${value.slice(0, 20)}`).to.equal(false);
    const none = await send(`${server.issuer}/oidc/introspect`, { form: {}, headers: basic('payroll', clientSecret) });
    expect([none.status, json(none).error]).to.deep.equal([400, 'invalid_request']);
    const wrong = await send(`${server.issuer}/oidc/introspect`, {
      form: { token: 'a.b.c' },
      headers: basic('payroll', 'not the secret at all'),
    });
    expect([wrong.status, json(wrong).error]).to.deep.equal([401, 'invalid_client']);
    const { tokens } = { tokens: await tokensFor(server, 'payroll', joao) };
    const html = await send(`${server.issuer}/oidc/introspect`, {
      form: { token: tokens.id_token! },
      headers: { ...basic('payroll', clientSecret), accept: 'text/html' },
    });
    expect([html.status, html.text]).to.deep.equal([200, '{"active":false}']);
    expect(html.headers['content-type']).to.contain('application/json');
  });

  it('RFC 7662 §2.2: an active token is described by its kind, issuer, client, person, times and scope', async () => {
    const tokens = await tokensFor(server, 'payroll', joao, { scope: 'openid profile offline_access' });
    const access = (await introspect(server, 'gateway', tokens.access_token)).body;
    const scope = 'openid profile offline_access';
    expect(access).to.include({ active: true, client_id: 'payroll', iss: server.issuer, token_type: 'Bearer', scope });
    expect(access.exp - access.iat).to.equal(900);
    expect(access.sub).to.be.a('string');
    const own = (await introspect(server, 'payroll', tokens.refresh_token)).body;
    expect(own, 'a refresh token says that it is none for an API').to.include({ active: true, scope }).and.not.have.property('token_type');
  });

  it('a refresh token opens no API of ours, and no other string either', async () => {
    const { access_token, refresh_token, id_token } = await tokensFor(server, 'payroll', joao);
    expect((await userinfo(server, access_token)).status).to.equal(200);
    for (const value of [refresh_token, id_token!, 'x']) {
      const answer = await userinfo(server, value);
      expect([answer.status, json(answer).error]).to.deep.equal([401, 'invalid_token']);
    }
  });

  it('RFC 7009: answers {} as JSON to whoever is known, about every string', async () => {
    const { access_token } = await tokensFor(server, 'payroll', joao);
    for (const [client, value] of [
      ['payroll', access_token],
      ['payroll', 'no token at all'],
      ['mobile', access_token],
    ] as const) {
      const answer = await revoke(client, value);
      expect([answer.status, answer.text]).to.deep.equal([200, '{}']);
      expect(answer.headers['content-type']).to.contain('application/json');
    }
    const stranger = await send(`${server.issuer}/oidc/revoke`, { form: { token: access_token, client_id: 'payroll' } });
    expect(stranger.status).to.be.within(400, 401);
  });

  it('RFC 7009 §2.1: what is revoked takes the other with it, of its own client alone', async () => {
    for (const client of ['payroll', 'mobile'])
      for (const given of ['access_token', 'refresh_token'] as const) {
        const tokens = await tokensFor(server, client, joao, { scope: 'openid offline_access' });
        const other = await tokensFor(server, client, joao, { scope: 'openid offline_access' });
        for (const stranger of askers.filter((one) => one !== client)) await revoke(stranger, tokens[given]);
        expect((await userinfo(server, tokens.access_token)).status, 'others revoke nothing').to.equal(200);
        await revoke(client, tokens[given]);
        expect((await userinfo(server, tokens.access_token)).status, `${client}, ${given}`).to.equal(401);
        expect((await refresh(server, client, tokens.refresh_token)).body.error, `${client}, ${given}`).to.equal('invalid_grant');
        expect((await userinfo(server, other.access_token)).status, 'another browser goes on').to.equal(200);
      }
  });

  it('RFC 6749 §5.1: no cache keeps what the token endpoint answers', async () => {
    for (const form of [
      { grant_type: 'client_credentials' },
      { grant_type: 'refresh_token', refresh_token: 'x' },
      { grant_type: 'none' },
    ]) {
      const { headers } = await token(server.issuer, form as Record<string, string>, basic('payroll', clientSecret));
      expect(headers, form.grant_type).to.include({ 'cache-control': 'no-store', pragma: 'no-cache' });
    }
  });
});
