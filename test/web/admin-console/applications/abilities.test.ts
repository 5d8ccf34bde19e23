import { expect } from 'chai';
import { load } from 'cheerio';
import { abilityNames, findApplicationByCode } from '../../../../src/domain/applications/applications/index.ts';
import { Jar, send } from '../../../support/jar.ts';
import { authorizationUrl, basic, token } from '../../../support/oidc.ts';
import { clientSecret, passwords, signedIn, startTestServer, type TestServer } from '../../../support/server.ts';

const everything = {
  client_id: 'everything',
  client_secret: clientSecret,
  redirect_uris: ['https://everything.example/callback'],
  post_logout_redirect_uris: ['https://everything.example/bye'],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials', 'urn:ietf:params:oauth:grant-type:device_code'],
  id_token_signed_response_alg: 'RS256',
};
const little = {
  client_id: 'little',
  token_endpoint_auth_method: 'none',
  redirect_uris: ['https://little.example/callback'],
  require_pushed_authorization_requests: true,
  id_token_signed_response_alg: 'ES256',
};

describe('web: the console says what works with an application, and says it truly', () => {
  let server: TestServer;
  let ana: Jar;
  before(async () => {
    server = await startTestServer();
    const applications = [everything, little].map((oidc) => ({ code: oidc.client_id, name: oidc.client_id, navigable: true, oidc }));
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', applications }] });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  after(() => server.close());

  async function read(code: string, language = 'en') {
    const { applicationId } = (await findApplicationByCode(await server.scope(), code))!;
    const page = await ana.get(`${server.issuer}/admin/applications/${applicationId}/abilities`, {
      headers: { 'accept-language': language },
    });
    expect(page.status).to.equal(200);
    const $ = load(page.text);
    const rows = $('[data-ability]')
      .toArray()
      .map((row) => ({
        name: $(row).attr('data-ability')!,
        words: $(row)
          .find('td')
          .toArray()
          .slice(1)
          .map((cell) => $(cell).text().trim()),
      }));
    return { rows, works: (name: string) => rows.find((row) => row.name === name)!.words[0] === 'Yes' };
  }

  /** Asks the protocol itself. */
  const probes: Record<string, (client: typeof everything | typeof little, headers: Record<string, string>) => Promise<boolean>> = {
    client_credentials: async ({ client_id }, headers) =>
      (await token(server.issuer, { client_id, grant_type: 'client_credentials' }, headers)).status === 200,
    device: async ({ client_id }, headers) =>
      (await send(`${server.issuer}/oidc/device/authorize`, { form: { client_id, scope: 'openid' }, headers })).status === 200,
    par: async (client, headers) => (await push(client, headers)).status === 201,
    par_only: async ({ client_id, redirect_uris: [redirect_uri] }) => !(await asksForPassword(client_id, redirect_uri!)),
    sign_out: async (client) => {
      const post_logout_redirect_uri = 'https://everything.example/bye';
      const query = new URLSearchParams({ client_id: client.client_id, post_logout_redirect_uri });
      return (await send(`${server.issuer}/oidc/sign-out?${query}`)).location === post_logout_redirect_uri;
    },
  };
  const push = (
    { client_id, redirect_uris: [redirect_uri] }: { client_id: string; redirect_uris: string[] },
    headers: Record<string, string>,
  ) => {
    const form = Object.fromEntries(new URL(authorizationUrl(server, { client_id, redirect_uri, scope: 'openid' }).url).searchParams);
    return send(`${server.issuer}/oidc/par`, { form, headers });
  };
  const asksForPassword = async (client_id: string, redirect_uri: string) =>
    (
      await new Jar().follow(authorizationUrl(server, { client_id, redirect_uri }).url, {}, (url) => url.startsWith(redirect_uri))
    ).text.includes('name="password"');

  for (const client of [everything, little])
    for (const [name, probe] of Object.entries(probes))
      it(`${client.client_id}: ${name}`, async () => {
        const headers = 'client_secret' in client ? basic(client.client_id, client.client_secret) : ({} as Record<string, string>);
        expect(await probe(client, headers)).to.equal((await read(client.client_id)).works(name));
      });

  it('lists every ability, each with yes, no and what would change it, or that it is never offered', async () => {
    const { rows, works } = await read('little');
    expect(rows.map(({ name }) => name)).to.deep.equal([...abilityNames.features, ...abilityNames.plans]);
    for (const { name, words } of rows)
      expect([['Yes', ''].join(), 'Not supported,'].includes(words.join()) || words[1] !== '', name).to.equal(true);
    expect(works('basic')).to.equal(false);
    expect(rows.find(({ name }) => name === 'basic')!.words[1]).to.contain('ID token signing algorithm: RS256');
    const full = await read('everything');
    for (const name of ['basic', 'form_post', 'rp_initiated_logout', 'refresh']) expect(full.works(name), name).to.equal(true);
  });

  it('an application that nobody knows has none', async () => {
    expect((await ana.get(`${server.issuer}/admin/applications/00000000-0000-4000-8000-000000000000/abilities`)).status).to.equal(404);
  });
});
