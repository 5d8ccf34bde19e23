import { expect } from 'chai';
import { decodeJwt } from 'jose';
import { Jar, send } from '../../support/jar.ts';
import { authorize, basic, exchange, json, token } from '../../support/oidc.ts';
import { clientSecret, passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

describe('web/oidc: authorization code flow', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  it('S2, S29: signs an assigned person in and releases the claims of the scopes', async () => {
    const jar = new Jar();
    const first = await authorize(server, jar, { login: 'jsilva', password: passwords.joao });
    expect(first.code, first.answer.text.slice(0, 800)).to.be.a('string');
    expect(first.params.get('state')).to.equal(first.state);
    expect(first.params.get('iss')).to.equal(server.issuer);
    const { status, body } = await exchange(server, first.code!, first.verifier);
    expect(status).to.equal(200);
    const claims = decodeJwt(body.id_token);
    expect(claims).to.include({ iss: server.issuer, aud: 'payroll', nonce: 'n-1', name: 'João da Silva', preferred_username: 'jsilva' });
    expect(claims.groups).to.have.members(['Everyone', 'Finance']);
    expect(claims.amr).to.deep.equal(['pwd']);
    const userinfo = await send(`${server.issuer}/oidc/userinfo`, { headers: { authorization: `Bearer ${body.access_token}` } });
    expect(json(userinfo)).to.include({ sub: claims.sub, given_name: 'João', family_name: 'da Silva' });

    const second = await authorize(server, jar);
    expect(second.code, 'the second application opens without a page').to.be.a('string');
  });

  it('the scope email releases the address and whether it was confirmed, to who asked for it', async () => {
    const userinfo = async (scope: string) => {
      const jar = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
      const { code, verifier } = await authorize(server, jar, { client_id: 'mobile', scope });
      const { body } = await token(server.issuer, {
        grant_type: 'authorization_code',
        client_id: 'mobile',
        code: code!,
        redirect_uri: server.redirectUri,
        code_verifier: verifier,
      });
      return json(await send(`${server.issuer}/oidc/userinfo`, { headers: { authorization: `Bearer ${body.access_token}` } }));
    };
    expect(await userinfo('openid email')).to.include({ email: 'ana@acme.example', email_verified: true });
    expect(await userinfo('openid profile')).to.not.have.any.keys('email', 'email_verified', 'groups');
    await (await server.scope()).db('users').where({ email_key: 'ana@acme.example' }).update({ email_verified: false });
    expect(await userinfo('openid email')).to.include({ email_verified: false });
  });

  it('S2: a sign-in at the Launchpad serves prompt=none at once', async () => {
    const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    const { code, error } = await authorize(server, jar, { prompt: 'none' });
    expect([code !== null, error]).to.deep.equal([true, null]);
    const { error: signedOut } = await authorize(server, new Jar(), { prompt: 'none' });
    expect(signedOut).to.equal('login_required');
  });

  it('gives an application itself a token by client credentials', async () => {
    const { status, body } = await token(server.issuer, { grant_type: 'client_credentials' }, basic('payroll', clientSecret));
    expect(status, JSON.stringify(body)).to.equal(200);
    expect(body).to.include({ token_type: 'Bearer' });
    expect(
      (await token(server.issuer, { grant_type: 'client_credentials' }, basic('payroll', 'wrong-secret-wrong-secret'))).status,
    ).to.equal(401);
  });
});
