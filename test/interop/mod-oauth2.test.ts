import { expect } from 'chai';
import { type Httpd, startOauth2 } from '../support/apache.ts';
import { send } from '../support/jar.ts';
import { needSoftware } from '../support/missing.ts';
import { basic, token } from '../support/oidc.ts';
import { clientSecret, freePort, passwords, startTestServer, type TestServer } from '../support/server.ts';
import { tokensFor } from '../support/tokens.ts';

describe('interop: an API behind Apache with mod_oauth2', function () {
  this.timeout(60_000);
  let server: TestServer;
  let apache: Httpd;

  before(async function () {
    needSoftware(this, 'apache', 'mod_oauth2');
    server = await startTestServer();
    const asker = (code: string, more = {}) => ({
      code,
      name: code,
      oidc: { client_id: code, client_secret: clientSecret, grant_types: ['client_credentials'], ...more },
    });
    const applications = [asker('gateway', { introspects_all_applications: true }), asker('api')];
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', applications }] });
    apache = await startOauth2(await freePort(), server.issuer, clientSecret, { '/protected': 'gateway', '/own': 'api' });
  });
  after(async () => {
    await apache?.stop();
    await server?.close();
  });

  const open = async (path: string, value: string): Promise<number> =>
    (await send(`${apache.url}${path}`, { headers: { authorization: `Bearer ${value}` } })).status;

  it('a gateway lets in access tokens of every application, and nothing else: no refresh token, no ID token, no other string', async () => {
    const joao = { login: 'jsilva', password: passwords.joao };
    for (const client of ['payroll', 'mobile']) {
      const tokens = await tokensFor(server, client, joao, { scope: 'openid offline_access' });
      expect(await open('/protected/', tokens.access_token), apache.errorLog()).to.equal(200);
      for (const value of [tokens.refresh_token, tokens.id_token!, 'x', 'a.b.c'])
        expect(await open('/protected/', value), value).to.equal(401);
    }
    const own = await token(server.issuer, { grant_type: 'client_credentials' }, basic('payroll', clientSecret));
    expect(await open('/protected/', own.body.access_token)).to.equal(200);
  });

  it('an application that is no gateway is told about its own tokens only', async () => {
    const tokens = await tokensFor(server, 'payroll', { login: 'jsilva', password: passwords.joao });
    expect(await open('/own/', tokens.access_token)).to.equal(401);
    const own = await token(server.issuer, { grant_type: 'client_credentials' }, basic('api', clientSecret));
    expect(await open('/own/', own.body.access_token), 'let in, and there is no such page').to.equal(404);
  });
});
