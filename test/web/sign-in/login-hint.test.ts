import { expect } from 'chai';
import { Jar } from '../../support/jar.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

describe('web: a name that was told in an address', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

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
