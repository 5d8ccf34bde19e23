import { globSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { load } from 'cheerio';
import { findGuide, guideFiles } from '../../../src/web/admin-console/guides/library.ts';
import type { Jar } from '../../support/jar.ts';
import { preparePages } from '../../support/pages.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

describe('web: the guides', () => {
  let server: TestServer;
  let ana: Jar;
  before(async () => {
    server = await startTestServer();
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  after(() => server.close());

  const at = (path: string) => `${server.issuer}${path}`;

  it('a page of the console leads to the paragraph that explains it, a form that is refused there, too', async () => {
    const page = load((await ana.get(at('/admin/groups/new'))).text);
    expect(page('.top-help').attr('href')).to.equal('/acme/admin/guides/administrators#groups');
    const refused = load((await ana.submit(ana.form(await ana.get(at('/admin/groups/new')), /groups/), { name: '' })).text);
    expect(refused('#name-fault').length).to.equal(1);
    expect(refused('.top-help').attr('href')).to.equal('/acme/admin/guides/administrators#groups');
  });

  it('each way to connect an application that docs/guides describes is among them', () => {
    const written = globSync('guides/*.md', { cwd: new URL('../../../docs/', import.meta.url) });
    expect(written.length).to.be.greaterThan(20);
    expect(Object.values(guideFiles)).to.include.members(written);
  });

  it('every guide is a page: its links and pictures lead to others of the same company, and nothing of it runs', async () => {
    for (const name of Object.keys(guideFiles)) {
      const answer = await ana.get(at(`/admin/guides/${name}`));
      expect(answer.status, name).to.equal(200);
      const page = load(answer.text);
      expect(page('h1').length, name).to.equal(1);
      expect(page('article script, article style, article [style], article iframe').length, name).to.equal(0);
      for (const one of page('article a[href]').toArray()) {
        const target = new URL(page(one).attr('href')!, at(`/admin/guides/${name}`));
        if (target.origin !== server.baseUrl) continue;
        const guide = await findGuide(target.pathname.split('/').at(-1)!);
        expect(guide?.ids.has(decodeURIComponent(target.hash.slice(1))) || target.hash === '', `${name}: ${target.href}`).to.equal(true);
      }
      for (const one of page('article img').toArray()) {
        const { src, width, alt } = one.attribs;
        expect(Number(width), src).to.be.greaterThan(100);
        expect(alt, src).not.to.equal('');
        expect((await ana.get(new URL(src!, at(`/admin/guides/${name}`)).href)).headers['content-type']).to.equal('image/png');
      }
    }
  });

  it('the list names each by its title, and readers of other languages are told that it is in English', async () => {
    const list = load((await ana.get(at('/admin/guides'))).text);
    expect(list('.card a').length).to.equal(Object.keys(guideFiles).length);
    const [title] = /(?<=^# ).*/m.exec(readFileSync(new URL('../../../docs/directories.md', import.meta.url), 'utf8'))!;
    expect(list('a[href$="/guides/directories"]').text()).to.equal(title);
    const spanish = load((await ana.get(at('/admin/guides/directories'), { headers: { 'accept-language': 'es' } })).text);
    expect(spanish('html').attr('lang')).to.equal('es');
    expect(spanish('article').attr('lang')).to.equal('en');
    expect(spanish('main').text()).to.contain('Las guías están en inglés.');
  });

  it('nothing else of the folder is served, and people without the role see none', async () => {
    for (const path of ['requirements', '__proto__', '..%2FREADME', 'images/..%2F..%2Fpackage.json', 'images/none.png'])
      expect((await ana.get(at(`/admin/guides/${path}`))).status, path).to.equal(404);
    const joao = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    expect((await joao.get(at('/admin/guides/administrators'))).status).to.equal(403);
  });

  it('every page of the console has a link to a guide, and each leads to a heading that there is', async () => {
    const without: string[] = [];
    const broken: string[] = [];
    let inSections = 0;
    for (const path of (await preparePages(server)).filter((one) => /^\/admin(?!\/guides)/.test(one))) {
      const { text, status } = await ana.get(at(path));
      if (status !== 200 || !text.includes('class="console"')) continue;
      const page = load(text);
      const links = page('a[href*="/admin/guides/"]').toArray();
      inSections += page('.guide-link').length;
      if (links.length === 0) without.push(path);
      for (const link of links) {
        const [, name = '', anchor = ''] = /guides\/([\w-]+)#([\w-]+)$/.exec(link.attribs.href!) ?? [];
        if (!(await findGuide(name))?.ids.has(anchor)) broken.push(`${path}: ${link.attribs.href}`);
      }
    }
    expect({ without, broken }).to.deep.equal({ without: [], broken: [] });
    expect(inSections).to.be.greaterThan(30);
  });
});
