import { expect } from 'chai';
import { load } from 'cheerio';
import { withParameters } from '../../../src/web/request/leave.ts';
import { send } from '../../support/jar.ts';
import { authorizationUrl } from '../../support/oidc.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

/** Registered addresses whose query is nobody's business but the application's. */
const registered = [
  "https://rp.example/cb?flag&p=/x/(y)~'",
  'https://rp.example/cb?y=a%20b&z=c+d',
  'https://rp.example/cb?a=1&a=2&b=%C3%A7&%63=d',
  'https://rp.example/cb?',
  'https://rp.example/cb?x=1&',
  'https://rp.example/cb?next=https://other.example/?q=1&;=$,@!',
  'https://rp.example',
  'https://rp.example/%7Ea/./b',
  'com.example.app:/done?flag&p=(y)',
];

describe('web/oidc: the query of a registered address comes back as it is (RFC 6749 §3.1.2)', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          applications: [
            {
              code: 'exact',
              name: 'Exact',
              navigable: true,
              oidc: {
                client_id: 'exact',
                token_endpoint_auth_method: 'none',
                redirect_uris: registered,
                post_logout_redirect_uris: registered,
                grant_types: ['authorization_code'],
              },
            },
          ],
        },
      ],
    });
  });
  after(() => server.close());

  /** The part of a location that was there before ours was added. */
  const startOf = (location: string, ours: RegExp) => location.replace(ours, '');
  const withoutSeparator = (address: string) => address.replace(/[?&]$/, '');

  for (const redirect_uri of registered) {
    it(`with a code and with an error: ${redirect_uri}`, async () => {
      const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
      const extra = { client_id: 'exact', redirect_uri, scope: 'openid', state: 's' };
      for (const [more, ours] of [
        [{}, /[?&]code=[^&]+&state=s&iss=[^&]+$/],
        [{ prompt: 'unheard-of' }, /[?&]error=invalid_request&error_description=[^&]+&state=s&iss=[^&]+$/],
        [{ response_mode: 'fragment' }, /#code=[^&]+&state=s&iss=[^&]+$/],
      ] as const) {
        const { headers, status } = await jar.get(authorizationUrl(server, { ...extra, ...more }).url);
        expect(status).to.equal(303);
        const start = startOf(String(headers.location), ours);
        expect(withoutSeparator(start)).to.equal(withoutSeparator(redirect_uri));
      }
    });

    it(`by form_post: ${redirect_uri}`, async () => {
      const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
      const url = authorizationUrl(server, { client_id: 'exact', redirect_uri, scope: 'openid', response_mode: 'form_post' }).url;
      expect(load((await jar.get(url)).text)('form').attr('action')).to.equal(redirect_uri);
    });

    it(`after a sign-out, confirmed, declined, or of nobody: ${redirect_uri}`, async () => {
      const url = `${server.issuer}/oidc/sign-out?${new URLSearchParams({ client_id: 'exact', post_logout_redirect_uri: redirect_uri, state: 's' })}`;
      const { headers } = await send(url, { headers: { accept: 'text/html' } });
      expect(withoutSeparator(startOf(String(headers.location), /[?&]state=s$/))).to.equal(withoutSeparator(redirect_uri));
      for (const decision of [{ logout: 'yes' }, {}] as Record<string, string>[]) {
        const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
        const question = await jar.get(url);
        const form = jar.form(question, /confirm/);
        const left = await jar.get(form.action, { form: { ...form.fields, ...decision } });
        const onward = load(left.text)('main a.btn').attr('href')!;
        expect(withoutSeparator(startOf(onward, /[?&]state=s$/))).to.equal(withoutSeparator(redirect_uri));
      }
    });
  }

  it('a parameter of ours takes the place of one that the address has: no name comes twice', () => {
    expect(withParameters('https://rp.example/?state=own&x', { state: 's' })).to.equal('https://rp.example/?x&state=s');
    expect(withParameters('https://rp.example/?%73tate=own#part?', { state: 's' })).to.equal('https://rp.example/?state=s#part?');
    expect(withParameters('https://rp.example/?x', {})).to.equal('https://rp.example/?x');
  });
});
