import { expect } from 'chai';
import { type Httpd, startHttpd } from '../../support/apache.ts';
import { forGuides, listening, startWorld, type World } from '../../support/guides.ts';
import { send } from '../../support/jar.ts';
import { needSoftware } from '../../support/missing.ts';
import { basic, json } from '../../support/oidc.ts';
import { freePort } from '../../support/server.ts';
import { everySnippetRuns, snippet } from '../../support/snippets.ts';

const issuer = 'https://login.example.com/acme';
const orders = 'https://api.example.com/orders';
const stock = 'https://api.example.com/stock';
const [api, apache] = ['api.example.com', 'apache.example.com'];

describe('interop: the guide to protecting an API, as it is printed', function () {
  this.timeout(120_000);
  let world: World;
  let httpd: Httpd | undefined;
  let good: string;
  let other: string;
  let opaque: string;

  before(async function () {
    needSoftware(this, ...forGuides);
    world = await startWorld([api, apache]);
    await world.register('protect-api.md');
    // and two more that the same application may use: of a token of theirs nothing opens here
    const more = (identifier: string, tokenFormat: string) => ({
      identifier,
      name: tokenFormat,
      tokenFormat,
      scopes: [{ name: 'orders:read', texts: { en: 'Read' } }],
      applications: [{ code: 'shop', ownScopes: ['orders:read'] }],
    });
    await world.server.apply({ contexts: [{ code: 'acme', apis: [more(stock, 'jwt'), more('urn:opaque', 'opaque')] }] });
    [good, other, opaque] = (await Promise.all([orders, stock, 'urn:opaque'].map(tokenFor))) as [string, string, string];
  });
  after(async () => {
    await httpd?.stop();
    await world?.close();
  });

  async function tokenFor(resource: string): Promise<string> {
    const form = { grant_type: 'client_credentials', resource, scope: 'orders:read' };
    const headers = basic('shop', 'the-secret-from-the-console');
    return json(await send(`http://127.0.0.1:${world.server.port}/acme/oidc/token`, { form, headers })).access_token;
  }
  const broken = (token: string) => `${token.slice(0, -6)}AAAAAA`;

  it('protect-api.md: Node', async () => {
    const port = await freePort();
    world.run('protect-api.md', { ISSUER: issuer, AUDIENCE: orders, PORT: String(port) });
    await listening(port);
    const call = async (token: string, method = 'GET') => {
      const { status, text, headers } = await send(`http://127.0.0.1:${port}/`, { method, headers: { authorization: `Bearer ${token}` } });
      return [status, status === 200 ? text : headers['www-authenticate']];
    };
    expect(await call(good)).to.deep.equal([200, 'Orders for shop\n']);
    expect(await call(good, 'POST')).to.deep.equal([403, 'Bearer error="insufficient_scope", scope="orders:write"']);
    for (const [what, token] of Object.entries({ 'of another API': other, opaque, broken: broken(good), none: '' }))
      expect(await call(token), what).to.deep.equal([401, 'Bearer error="invalid_token"']);
  });

  it('protect-api.md: Apache', async function () {
    needSoftware(this, 'apache', 'mod_oauth2');
    const directives = snippet('protect-api.md', 'apache');
    const port = await freePort();
    // mod_oauth2 knows no proxy by which it would find the name
    const nearby = directives.replace('jwks_uri https://login.example.com', `jwks_uri http://127.0.0.1:${world.server.port}`);
    httpd = await startHttpd(port, 'oauth2', {}, () => nearby);
    const status = async (token: string) =>
      (await send(`http://127.0.0.1:${port}/orders/`, { headers: { authorization: `Bearer ${token}` } })).status;
    expect(await status(good), 'let in, where there is no page').to.equal(404);
    for (const [what, token] of Object.entries({ 'of another API': other, opaque, broken: broken(good), none: '' }))
      expect(await status(token), what).to.be.oneOf([400, 401, 403]);
  });

  everySnippetRuns('protect-api.md');
});
