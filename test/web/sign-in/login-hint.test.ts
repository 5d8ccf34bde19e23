import { expect } from 'chai';
import { Jar } from '../../support/jar.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

describe('web: what an address tells a page', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  it('a search that is cut in the middle of a character is answered, wherever one can search', async () => {
    const ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    for (const length of [99, 199])
      for (const path of [
        '/launchpad?q',
        '/admin/users?q',
        '/admin/groups?q',
        '/admin/applications?q',
        '/admin/audit?person',
        '/admin/users?after',
      ])
        expect((await ana.get(`${server.issuer}${path}=${'a'.repeat(length)}%F0%9F%98%80`)).status, `${path} ${length}`).to.equal(200);
  });

  const hints = {
    'half a character at its end': `${'a'.repeat(253)}\u{1F600}`,
    'half a character': '%ED%A0%80',
    'a zero': 'a\0b',
    'much too long': 'é'.repeat(500),
  };
  for (const [what, hint] of Object.entries(hints))
    it(`${what}: the page is shown`, async () => {
      const query = `?login_hint=${hint.startsWith('%') ? hint : encodeURIComponent(hint)}`;
      for (const path of ['/sign-in', '/recovery']) {
        const jar = new Jar();
        const page = await jar.follow(`${server.issuer}${path}${query}`);
        expect(page.status, path).to.equal(200);
        if (path === '/sign-in') expect((await jar.get(`${page.url.split('?')[0]}${query}`)).status, 'at the step itself').to.equal(200);
      }
    });
});
