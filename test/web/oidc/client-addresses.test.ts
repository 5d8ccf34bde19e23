import { expect } from 'chai';
import { Jar, send } from '../../support/jar.ts';
import { authorizationUrl, authorize, basic, json } from '../../support/oidc.ts';
import { eventually } from '../../support/process.ts';
import { fillSignIn, passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

const preview = 'https://*.preview.example.com/cb';
const host = 'https://pr-7.preview.example.com';

describe('web/oidc: the addresses of an application', () => {
  let server: TestServer;
  const base = { token_endpoint_auth_method: 'none' };
  const register = (code: string, oidc: Record<string, unknown>, context: Record<string, unknown> = { code: 'acme' }) =>
    server.apply({
      contexts: [{ ...context, applications: [{ code, name: code, navigable: true, oidc: { ...base, client_id: code, ...oidc } }] }],
    });
  const refusalOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'none',
      (error: { faults?: { message: string }[] }) => String(error.faults?.[0]?.message),
    );
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  describe('a pattern for preview hosts', () => {
    const enter = async (redirect_uri: string, extra: Record<string, string> = {}) => {
      const stop = (url: string) => url.startsWith(redirect_uri);
      const { url } = authorizationUrl(server, { client_id: 'preview', redirect_uri, scope: 'openid', ...extra });
      const jar = new Jar();
      const page = await jar.follow(url, {}, stop);
      return page.status === 200 ? fillSignIn(jar, page, 'jsilva', passwords.joao, stop) : page;
    };

    it('is refused where people really work, by a file and by the form, with the reason', async () => {
      expect(await refusalOf(register('preview', { redirect_uris: [preview] }))).to.contain('redirect_pattern_production');
      expect(await refusalOf(register('preview', { redirect_uris: ['https://*.example.com/cb'] }))).to.match(/redirect_pattern$/);
      const ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
      const form = ana.form(await ana.get(`${server.issuer}/admin/applications/new`), /new$/);
      const refused = await ana.submit(form, { name: 'Preview', redirect_uris: preview });
      expect([refused.status, refused.text.includes('allowed only in an approval environment')]).to.deep.equal([422, true]);
      expect(refused.text).to.contain(preview);
    });

    it('in an approval environment one label is taken, also after a sign-out and by scripts (CORS); nowhere else once it is production', async () => {
      await server.apply({ contexts: [{ code: 'acme', environment: 'approval' }] });
      await register('preview', { redirect_uris: [preview], post_logout_redirect_uris: [preview] });
      const code = (location: string | undefined) => new URL(location ?? 'http://nowhere/').searchParams.get('code');
      expect(code((await enter(`${host}/cb`)).location)).to.be.a('string');
      for (const other of [`${host}/cb2`, 'https://a.b.preview.example.com/cb', 'https://evil.example/cb', preview])
        expect((await enter(other)).status, other).to.equal(400);
      const cors = async (origin: string) => {
        const form = { grant_type: 'authorization_code', client_id: 'preview', code: 'x', redirect_uri: `${host}/cb` };
        return (await send(`${server.issuer}/oidc/token`, { form, headers: { origin } })).headers['access-control-allow-origin'];
      };
      expect(await cors(host)).to.equal(host);
      for (const origin of ['https://a.b.preview.example.com', 'https://preview.example.com', 'null'])
        expect(await cors(origin), origin).to.equal(undefined);
      const query = new URLSearchParams({ client_id: 'preview', post_logout_redirect_uri: `${host}/cb` });
      const out = await new Jar().follow(`${server.issuer}/oidc/sign-out?${query}`, {}, (url) => url.startsWith(host));
      expect(out.location).to.equal(`${host}/cb`);
      await server.apply({ contexts: [{ code: 'acme', environment: 'production' }] });
      await eventually(async () => expect((await enter(`${host}/cb`)).status).to.equal(400));
      expect(await cors(host)).to.equal(undefined);
    });
  });

  describe('a private-use scheme (RFC 8252 §7.1)', () => {
    const address = 'cursor://anysphere.cursor-mcp/oauth/callback';

    it('without the tick it is refused with the rule; with it the person is sent there, and PKCE is needed', async () => {
      expect(await refusalOf(register('cursor', { redirect_uris: [address] }))).to.match(/redirect_scheme$/);
      const ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
      const page = await ana.get(`${server.issuer}/admin/applications/new`);
      const typed = {
        name: 'Cursor',
        code: 'cursor',
        grant_types: 'authorization_code',
        redirect_uris: address,
        post_logout_redirect_uris: '',
        token_endpoint_auth_method: 'any',
      };
      const refused = await ana.submit(ana.form(page, /new$/), typed);
      expect([refused.status, refused.text.includes('RFC 8252 §7.1')]).to.deep.equal([422, true]);
      const made = await ana.submit(ana.form(page, /new$/), { ...typed, allow_private_use_schemes: 'yes' });
      expect(made.text).to.contain('Allow custom schemes').and.to.contain(address);
      const jar = new Jar();
      const stop = (url: string) => url.startsWith('cursor:');
      const { url } = authorizationUrl(server, { client_id: 'cursor', redirect_uri: address, scope: 'openid' });
      await server.apply({ contexts: [{ code: 'acme', applications: [{ code: 'cursor', name: 'Cursor', navigable: true }] }] });
      const arrived = await fillSignIn(jar, await jar.follow(url), 'jsilva', passwords.joao, stop);
      expect(arrived.location).to.match(/^cursor:\/\/anysphere\.cursor-mcp\/oauth\/callback\?code=/);
      const plain = await authorize(server, jar, {
        client_id: 'cursor',
        redirect_uri: address,
        code_challenge: undefined,
        code_challenge_method: undefined,
      });
      expect([plain.error, plain.params.get('error_description')]).to.include('invalid_request');
    });

    it('dangerous ones never, ticked or not', async () => {
      for (const uri of ['javascript:alert(1)', 'data:text/html,x', 'httpx://a.example/'])
        for (const allow_private_use_schemes of [true, false])
          expect(await refusalOf(register('bad', { redirect_uris: [uri], allow_private_use_schemes })), uri).to.match(
            /redirect_scheme_never$/,
          );
    });
  });

  it('web origins may call by scripts, besides the pages of the redirect addresses; others may not', async () => {
    const client_secret = 'origins-secret-origins-secret';
    await server.apply({
      contexts: [
        {
          code: 'acme',
          applications: [
            {
              code: 'origins',
              name: 'Origins',
              oidc: {
                client_id: 'origins',
                client_secret,
                redirect_uris: ['https://api.example/cb', 'com.example.app:/cb'],
                grant_types: ['authorization_code', 'client_credentials'],
                web_origins: ['https://spa.example', 'http://localhost:4000'],
              },
            },
          ],
        },
      ],
    });
    const ask = async (origin: string) => {
      const headers = { ...basic('origins', client_secret), origin };
      const answer = await send(`${server.issuer}/oidc/token`, { form: { grant_type: 'client_credentials' }, headers });
      return [answer.status, answer.headers['access-control-allow-origin']];
    };
    for (const origin of ['https://spa.example', 'http://localhost:4000', 'https://api.example'])
      expect(await ask(origin), origin).to.deep.equal([200, origin]);
    for (const origin of ['https://evil.example', 'https://spa.example.evil.example', 'http://spa.example', 'null'])
      expect(await ask(origin), origin).to.deep.equal([400, undefined]);
    for (const web_origins of [['*'], ['null'], ['https://spa.example/'], ['https://*.spa.example']])
      expect(await refusalOf(register('w', { redirect_uris: ['https://w.example/'], web_origins })), web_origins[0]).to.contain(
        'web_origin',
      );
  });

  it('discovery is asked by any origin', async () => {
    const answer = await send(`${server.issuer}/.well-known/openid-configuration`, { headers: { origin: 'https://anybody.example' } });
    expect([json(answer).issuer, answer.headers['access-control-allow-origin']]).to.deep.equal([server.issuer, '*']);
  });
});
