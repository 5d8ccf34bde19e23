import { expect } from 'chai';
import { load } from 'cheerio';
import { type Answer, Jar } from '../../support/jar.ts';
import { fillSignIn, passwords, startTestServer, type TestServer } from '../../support/server.ts';

describe('web/sign-in: light and dark', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  const look = ({ text }: Answer) => {
    const page = load(text);
    return [
      page('html').attr('data-theme'),
      page('meta[name=color-scheme]').attr('content'),
      page('[name=theme][aria-pressed=true]').attr('value'),
    ];
  };
  const system = [undefined, 'light dark', 'system'];
  const dark = ['dark', 'dark', 'dark'];

  it('follows the system until the browser’s person chooses, before and after signing in, and leads back to the page', async () => {
    const jar = new Jar();
    let page = await jar.follow(`${server.issuer}/recovery?login_hint=ana`);
    expect(look(page)).to.deep.equal(system);
    page = await jar.submit(jar.form(page, /\/theme$/), { theme: 'dark' });
    expect([page.status, page.url]).to.deep.equal([200, `${server.issuer}/recovery?login_hint=ana`]);
    expect(look(page)).to.deep.equal(dark);
    page = await fillSignIn(jar, await jar.follow(`${server.issuer}/launchpad`), 'ana@acme.example', passwords.ana);
    expect(look(page), 'the Launchpad').to.deep.equal(dark);
    expect(look(await jar.get(`${server.issuer}/admin`)), 'the console').to.deep.equal(dark);
    expect(look(await jar.get(`${server.issuer}/nothing`)), 'an error').to.deep.equal(dark);
    page = await jar.submit(jar.form(page, /\/theme$/), { theme: 'system' });
    expect(look(page)).to.deep.equal(system);
  });

  it('takes no other theme, leads nowhere else, and is nobody else’s to choose', async () => {
    const jar = new Jar();
    const form = jar.form(await jar.follow(`${server.issuer}/recovery`), /\/theme$/);
    const other = await jar.submit(form, { theme: '"><script>', to: '//evil.example/x' });
    expect(other.url.startsWith(`${server.issuer}/`)).to.equal(true);
    expect(look(other)[0]).to.equal(undefined);
    expect((await jar.submit(form, { theme: 'dark', _csrf: 'made up' })).status).to.equal(403);
    expect(look(await jar.follow(`${server.issuer}/recovery`))).to.deep.equal(system);
  });
});
