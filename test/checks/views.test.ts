import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { proofs } from '../../src/domain/sign-in/credentials/factors/index.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string) => readFileSync(root + file, 'utf8');
const views = globSync('views/**/*.pug', { cwd: root }).map((file) => file.slice('views/'.length, -'.pug'.length));
const folders = new Set(views.map((view) => view.split('/')[0]!));

describe('views', () => {
  const named = new Set<string>();
  for (const file of globSync('src/**/*.ts', { cwd: root }))
    for (const [, name = ''] of read(file).matchAll(/'([a-z-]+(?:\/[a-z-]+)+)'/g)) if (folders.has(name.split('/')[0]!)) named.add(name);

  // each factor has its own view
  for (const kind of Object.keys(proofs)) named.add(`factors/${kind}/form`);

  it('every view that the code names exists', () => {
    expect([...named].filter((name) => !views.includes(name))).to.deep.equal([]);
    expect(named.size).to.be.greaterThan(50);
  });

  it('every view is shown by the code, or extended or included by another view', () => {
    const used = new Set(named);
    for (const view of views)
      for (const [, path = ''] of read(`views/${view}.pug`).matchAll(/^\s*(?:extends|include) (\S+)$/gm))
        used.add(new URL(path, `file:///${view}`).pathname.slice(1));
    expect(views.filter((view) => !used.has(view))).to.deep.equal([]);
  });

  it('filters act at once, with a button for who has no script', () => {
    const acts = views.map((view) => ({ view, source: read(`views/${view}.pug`) })).filter(({ source }) => source.includes('data-acts'));
    expect(acts.length).to.be.greaterThan(8);
    expect(
      acts
        .filter(({ source }) => !/#results\(data-live\)/.test(source) || !source.includes('.btn.without-script('))
        .map(({ view }) => view),
    ).to.deep.equal([]);
    expect(views.filter((view) => /button\.btn\([^\n]*apply_filter/.test(read(`views/${view}.pug`)))).to.deep.equal([]);
  });

  it('the folders of the console are the nouns of its code', () => {
    const nouns = globSync('src/web/admin-console/*', { cwd: root }).map((path) => path.split('/').at(-1)!.replace(/\.ts$/, ''));
    const inViews = globSync('views/admin-console/*/', { cwd: root }).map((path) => path.replace(/\/$/, '').split('/').at(-1)!);
    expect(inViews.length).to.be.greaterThan(10);
    expect(inViews.filter((folder) => !nouns.includes(folder))).to.deep.equal([]);
  });
});
