import { expect } from 'chai';
import { type Httpd, startHttpd } from '../support/apache.ts';
import { Jar, send } from '../support/jar.ts';
import { needSoftware } from '../support/missing.ts';
import { authorize, basic, token } from '../support/oidc.ts';
import { clientSecret, freePort, passwords, startTestServer, type TestServer } from '../support/server.ts';

const [orders, stock] = ['https://api.acme.example/orders', 'https://api.acme.example/stock'];
const joao = { login: 'jsilva', password: passwords.joao };

const scope = (name: string) => ({ name, texts: { en: name }, grantedTo: { groups: ['Everyone'] } });
const settings = (redirectUri: string) => ({
  contexts: [
    {
      code: 'acme',
      name: 'Acme S.A.',
      applications: [
        {
          code: 'payroll',
          name: 'Payroll',
          navigable: true,
          oidc: {
            client_id: 'payroll',
            client_secret: clientSecret,
            redirect_uris: [redirectUri],
            grant_types: ['authorization_code', 'refresh_token'],
          },
        },
        { code: 'warehouse', name: 'Warehouse', oidc: { client_id: 'warehouse', client_secret: clientSecret, grant_types: [] } },
      ],
      apis: [
        {
          identifier: orders,
          name: 'Orders',
          scopes: [scope('orders:read')],
          applications: [{ code: 'payroll', scopes: ['orders:read'] }],
        },
        {
          identifier: stock,
          name: 'Stock',
          tokenFormat: 'opaque',
          scopes: [scope('stock:read')],
          applications: [
            { code: 'payroll', scopes: ['stock:read'] },
            { code: 'warehouse', isResourceServer: true },
          ],
        },
      ],
    },
  ],
});

describe('interop: APIs behind Apache with mod_oauth2', function () {
  this.timeout(60_000);
  let server: TestServer;
  let apache: Httpd;

  before(async function () {
    needSoftware(this, 'apache', 'mod_oauth2');
    server = await startTestServer();
    await server.apply(settings(server.redirectUri));
    // /protected/ is the API of orders, which verifies tokens itself; /bye is that of what is in stock, which asks
    apache = await startHttpd(
      await freePort(),
      'oauth2',
      {},
      () => `
<Location /protected>
  AuthType oauth2
  OAuth2TokenVerify jwks_uri ${server.issuer}/oidc/jwks
  Require oauth2_claim aud:${orders}
</Location>
<Location /bye>
  AuthType oauth2
  OAuth2TokenVerify introspect ${server.issuer}/oidc/introspect introspect.auth=client_secret_basic&client_id=warehouse&client_secret=${clientSecret}
  Require oauth2_claim aud:${stock}
</Location>`,
    );
  });
  after(async () => {
    await apache?.stop();
    await server?.close();
  });

  const ask = (path: string, bearer: string) => send(`${apache.url}${path}`, { headers: { authorization: `Bearer ${bearer}` } });

  async function signIn(extra: Record<string, string>) {
    const { code, verifier } = await authorize(server, new Jar(), { ...joao, ...extra });
    const form = { grant_type: 'authorization_code', code: code!, code_verifier: verifier, redirect_uri: server.redirectUri };
    return (await token(server.issuer, form, basic('payroll', clientSecret))).body;
  }

  it('JWT: a token of the API is accepted, and says who it is', async () => {
    const { access_token } = await signIn({ resource: orders, scope: 'openid orders:read' });
    const answer = await ask('/protected/', access_token);
    expect(answer.status, apache.errorLog()).to.equal(200);
    expect(answer.text).to.match(/OAUTH2_CLAIM_scope=orders:read\n/);
  });

  it('introspection: a token of the API is accepted', async () => {
    const { access_token } = await signIn({ resource: stock, scope: 'openid stock:read' });
    expect((await ask('/bye', access_token)).status, apache.errorLog()).to.equal(200);
  });

  it('a token of another API, of no API, an ID token, a refresh token and none are kept out of both', async () => {
    const ofOrders = await signIn({ resource: orders, scope: 'openid orders:read' });
    const ofStock = await signIn({ resource: stock, scope: 'openid stock:read' });
    const ofNone = await signIn({ scope: 'openid profile' });
    const foreign = { '/protected/': ofStock.access_token, '/bye': ofOrders.access_token };
    for (const [path, another] of Object.entries(foreign))
      for (const bearer of [another, ofNone.access_token, ofNone.id_token, ofOrders.refresh_token, ofNone.refresh_token, 'nothing'])
        expect((await ask(path, bearer)).status, `${path} ${bearer}`).to.equal(401);
    expect((await send(`${apache.url}/protected/`)).status).to.equal(401);
  });

  it('introspection: a token that was revoked is kept out', async () => {
    const { access_token } = await signIn({ resource: stock, scope: 'openid stock:read' });
    await send(`${server.issuer}/oidc/revoke`, { form: { token: access_token }, headers: basic('payroll', clientSecret) });
    expect((await ask('/bye', access_token)).status).to.equal(401);
  });
});
