import { expect } from 'chai';
import { load } from 'cheerio';
import { findApplicationByCode } from '../../../src/domain/applications/applications/index.ts';
import { findUserByLogin } from '../../../src/domain/people/users/index.ts';
import { places } from '../../../src/web/admin-console/search/places.ts';
import { synonyms } from '../../../src/web/admin-console/search/synonyms.ts';
import { Jar } from '../../support/jar.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

describe('web: the search of the console', () => {
  let server: TestServer;
  let ana: Jar;

  before(async () => {
    server = await startTestServer();
    const users = Array.from({ length: 12 }, (_, n) => ({ email: `p${n}@acme.example`, firstName: 'Márcia', lastName: `Número ${n}` }));
    const groups = Array.from({ length: 12 }, (_, n) => ({ name: `Team ${n}` }));
    const odd = { email: 'zoe@acme.example', firstName: '<b>Zoé</b>', lastName: 'Q', password: 'zoe has a long password' };
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', users: [...users, odd], groups }] });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  after(() => server.close());

  const at = (path: string) => `${server.issuer}${path}`;
  type Item = { href: string; name: string; detail?: string };
  type Kind = { title: string; items: Item[]; all?: Item };
  const suggest = async (text: string): Promise<Kind[]> =>
    JSON.parse((await ana.get(at(`/admin/search/suggestions?q=${encodeURIComponent(text)}`))).text).kinds;
  const search = async (text: string) => load((await ana.get(at(`/admin/search?q=${encodeURIComponent(text)}`))).text);

  /** Of somebody who may not open an application. */
  async function refusedCode(): Promise<string> {
    const application = (await findApplicationByCode(await server.scope(), 'payroll'))!;
    const zoe = await signedIn(server.baseUrl, 'zoe@acme.example', 'zoe has a long password');
    const page = await zoe.follow(at(`/launchpad/open/${application.applicationId}`));
    return load(page.text)('#support-code').text();
  }

  it('finds people, groups and applications by their names, at most five of each, and leads to all', async () => {
    const [people, ...others] = await suggest('marcia');
    expect([people!.title, people!.items.length, people!.all?.href, others]).to.deep.equal(['Users', 5, '/acme/admin/users?q=marcia', []]);
    const teams = (await suggest('TEAM'))[0]!;
    expect([teams.title, teams.items.length, teams.all?.href]).to.deep.equal(['Groups', 5, '/acme/admin/groups?q=TEAM']);
    expect((await suggest('payr'))[0]!.items.map(({ name }) => name)).to.deep.equal(['Payroll']);
    const user = (await findUserByLogin(await server.scope(), 'jsilva'))!;
    for (const text of ['jsilva', 'silva joao', user.userId])
      expect(
        (await suggest(text))[0]!.items.map(({ href }) => href),
        text,
      ).to.deep.equal([`/acme/admin/users/${user.userId}`]);
    const application = (await findApplicationByCode(await server.scope(), 'mobile'))!;
    expect(
      (await suggest(application.applicationId))[0]!.items.map(({ name }) => name),
      'what a log calls it',
    ).to.deep.equal(['Mobile']);
    const all = await search('marcia');
    expect(all('main section a[href$="/admin/users?q=marcia"]').text()).to.equal('View all 12');
    expect(all('main section li').length).to.equal(10);
    expect(all.html(), 'names are text').to.not.contain('<b>Zoé');
  });

  it('finds nothing for what is no search', async () => {
    for (const nothing of ['', ' ', '%', 'zzzz', '\u0000', 'x'.repeat(3000), '-', "' OR 1=1"])
      expect(await suggest(nothing), nothing).to.deep.equal([]);
    expect((await search('zzzz'))('.empty-note').text()).to.contain('zzzz');
  });

  it('a support code leads to its explanation, however it was typed; one that there is not is told', async () => {
    const code = await refusedCode();
    for (const typed of [code, code.toLowerCase(), code.replace('-', ' '), code.replace('-', '')]) {
      const [codes] = await suggest(typed);
      expect([codes!.title, codes!.items[0]!.href], typed).to.deep.equal(['Support code', `/acme/admin/explain?code=${code}`]);
      expect(codes!.items[0]!.detail).to.contain('Zoé');
      expect((await ana.follow(at(`/admin/search?q=${encodeURIComponent(typed)}`))).url, typed).to.contain('/admin/explain?event=');
    }
    expect((await search('ZZZZ-2222'))('.empty-note').text()).to.contain('Acme S.A.');
    expect((await ana.get(at('/admin/search?q=fernanda'))).status, 'a name of eight letters is no code').to.equal(200);
  });

  it('finds every page of the menu by its name and by other words for it, in the reader’s language', async () => {
    const menu = load((await ana.get(at('/admin'))).text)('.console-nav a')
      .toArray()
      .map((one) => one.attribs.href!.replace('/acme', ''));
    expect(menu.filter((href) => !places.some(({ path }) => path === href))).to.deep.equal([]);
    expect(Object.keys(synonyms)).to.have.members(places.map(({ key }) => key));
    for (const [locale, text, path] of [
      ['en', '2fa', '/admin/policy#second-factor'],
      ['en', 'unblock', '/admin/policy#lockout'],
      ['es', 'zona hor', '/admin/settings#timeZone'],
      ['es', 'contrasena historial', '/admin/policy#password'],
      ['pt-BR', 'relatório', '/admin/audit'],
      ['pt-BR', 'convidar', '/admin/users/new'],
    ] as const) {
      await ana.get(at(`/language?locale=${locale}&to=/admin`));
      expect(
        (await suggest(text)).flatMap(({ items }) => items).map(({ href }) => href),
        text,
      ).to.include(`/acme${path}`);
    }
    await ana.get(at('/language?locale=en&to=/admin'));
  });

  it('what it calls a page or a part of one is what stands there', async () => {
    const t = server.app.services.i18n.for('en');
    for (const { path, name } of places.filter(({ key }) => key !== 'promotion')) {
      const answer = await ana.get(at(path));
      expect(answer.status, path).to.equal(200);
      const [, anchor] = path.split('#');
      const $ = load(answer.text);
      const part = anchor ? $(`[id="${anchor}"]`) : $('main');
      const words =
        anchor && part.is('input, select')
          ? $(`label[for="${anchor}"]`).text()
          : part.find('h1, h2, legend').first().clone().children('.count, small').remove().end().text().trim();
      expect(words.replace(/[?:]$/, ''), path).to.equal(t(name));
    }
  });

  it('is for administrators of the company alone, and nobody keeps the answers', async () => {
    const answer = await ana.get(at('/admin/search/suggestions?q=zo'));
    expect(answer.headers['content-type']).to.match(/^application\/json/);
    expect(answer.headers['cache-control']).to.equal('no-store');
    const joao = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    for (const path of ['/admin/search?q=a', '/admin/search/suggestions?q=a']) {
      expect((await joao.get(at(path))).status, 'a regular user').to.equal(403);
      expect((await new Jar().get(at(path))).status, 'nobody').to.equal(302);
    }
    const rita = await signedIn(server.baseUrl, 'root@other.example', passwords.root, 'other');
    const code = await refusedCode();
    for (const text of ['acme.example', 'marcia', code])
      expect((await rita.get(`${server.baseUrl}/other/admin/search/suggestions?q=${text}`)).text, text).to.equal('{"kinds":[]}');
  });
});
