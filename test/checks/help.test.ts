import { globSync } from 'node:fs';
import { expect } from 'chai';
import { pageRoutes } from '../../src/app/web-routes.ts';
import { helpOf } from '../../src/web/admin-console/guides/help.ts';
import { findGuide, guideFiles } from '../../src/web/admin-console/guides/library.ts';
import { read, root } from './sources.ts';

const consolePaths = new Set(
  pageRoutes(undefined as never, undefined as never)
    .filter(({ access, path }) => access === 'administrator' && path.startsWith('/admin'))
    .filter(({ method, path }) => method === 'GET' || path in helpOf)
    .map(({ path }) => path),
);

describe('help', () => {
  it('every page of the console says where the guides explain it, or why they do not', () => {
    expect(consolePaths.size).to.be.greaterThan(100);
    expect(Object.keys(helpOf)).to.have.members([...consolePaths]);
    for (const [path, help] of Object.entries(helpOf))
      if (typeof help !== 'string') expect(help.without.split(' ').length, path).to.be.greaterThan(3);
  });

  it('each leads to a heading that there is', async () => {
    const broken = [];
    for (const [path, help] of Object.entries(helpOf)) {
      if (typeof help !== 'string') continue;
      const [name = '', anchor = ''] = help.split('#');
      if (!(await findGuide(name))?.ids.has(anchor)) broken.push(`${path}: ${help}`);
    }
    expect(broken).to.deep.equal([]);
  });

  it('so does each link beside a part of a page', async () => {
    const links = globSync('views/admin-console/**/*.pug', { cwd: root }).flatMap((file) =>
      [...read(file).matchAll(/\+(?:guideLink|boxTitle)\(.*?'([\w-]+)#([\w-]+)'/g)].map(([, name, anchor]) => ({
        file,
        name: name!,
        anchor: anchor!,
      })),
    );
    expect(links.length).to.be.greaterThan(30);
    for (const { file, name, anchor } of links) expect((await findGuide(name))?.ids.has(anchor), `${file}: ${anchor}`).to.equal(true);
  });

  it('links between documents lead to headings that there are', async () => {
    const broken = [];
    for (const file of Object.values(guideFiles))
      for (const [, target, anchor] of read(`docs/${file}`).matchAll(/\]\(([^)#\s]*)#([^)]+)\)/g)) {
        if (/^https?:/.test(target!)) continue;
        const name = (target || file).split('/').at(-1)!.replace('.md', '');
        if (!(await findGuide(name))?.ids.has(anchor!)) broken.push(`${file}: ${target}#${anchor}`);
      }
    expect(broken).to.deep.equal([]);
  });
});
