import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { pagePaths } from '../../src/app/page-paths.ts';
import { pageRoutes } from '../../src/app/web-routes.ts';
import type { Route } from '../../src/web/request/index.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

const firstPart = (path: string): string => path.split('/')[1]!.replace(/[^\w-].*$/, '');

/** The first part of every page's path, such as `admin` and `recovery`. */
const firstParts = new Set(
  pageRoutes(undefined as never, undefined as never)
    .map(({ path }) => firstPart(path))
    .filter(Boolean),
);
const address = new RegExp(`(?:['"\`]|\\$\\{[^{}]*\\})(/(?:${[...firstParts].join('|')})(?![\\w-]))`, 'g');

/** Where a file says the address of a page. Imports, which are no addresses, are left out. */
const addressesIn = (pattern: string): { file: string; path: string }[] =>
  globSync(pattern, { cwd: root }).flatMap((file) =>
    readFileSync(root + file, 'utf8')
      .split('\n')
      .filter((line) => !/^(import|export|\}) .* from '/.test(line))
      .flatMap((line) => [...line.matchAll(address)].map(([, path]) => ({ file, path: path! }))),
  );

/** The first parts of the paths that each audience serves: its routes are what its face exports as `…Routes`. */
const served = new Map<string, Set<string>>();
for (const face of globSync('src/web/*/index.ts', { cwd: root })) {
  const exported: Record<string, Route[] | ((...made: undefined[]) => Route[])> = await import(root + face);
  const routes = Object.keys(exported)
    .filter((name) => name.endsWith('Routes'))
    .flatMap((name) => {
      const found = exported[name]!;
      return typeof found === 'function' ? found() : found;
    });
  served.set(face.split('/')[2]!, new Set(routes.map(({ path }) => firstPart(path))));
}

/** A layout that lists all pages of its audience. */
const navigation: Record<string, string> = { 'views/layouts/console.pug': 'admin-console', 'views/account/layout.pug': 'account' };

/** What an administrator copies for an OpenID Connect client: oidc-provider answers there, and they are no pages. */
const endpoints = ['keys.ts', 'apis/show.ts', 'applications/sign-in-values.ts'].map((file) => `src/web/admin-console/${file}: /oidc`);

describe('addresses of pages', () => {
  it('stand in no file of the domain, nor in the room that all slices of the web share', () => {
    expect(addressesIn('src/domain/**/*.ts')).to.deep.equal([]);
    expect(addressesIn('src/web/request/**/*.ts')).to.deep.equal([]);
  });

  it('of another audience stand in no file of an audience, nor in its views or what views share: they name the page', () => {
    expect(new Set([...served.values()].flatMap((parts) => [...parts])).isSupersetOf(firstParts)).to.equal(true);
    const others = [...addressesIn('src/web/**/*.ts'), ...addressesIn('views/**/*.pug')].filter(({ file, path }) => {
      const audience = navigation[file] ?? file.replace(/^(src\/web|views)\//, '').split('/')[0]!;
      return !served.get(audience)?.has(firstPart(path));
    });
    expect([...new Set(others.map(({ file, path }) => `${file}: ${path}`))]).to.have.members(endpoints);
  });

  it('are named by names that there are', () => {
    const named = globSync('views/**/*.pug', { cwd: root }).flatMap((file) =>
      [...readFileSync(root + file, 'utf8').matchAll(/linkTo\(\{ page: '([^']+)'/g)].map(([, page]) => page!),
    );
    expect(named.length).to.be.greaterThan(20);
    expect(named.filter((page) => !Object.hasOwn(pagePaths, page))).to.deep.equal([]);
  });

  it('are found where they are', () => {
    expect(firstParts).to.include.members(['admin', 'recovery', 'sign-in', 'account', 'saml']);
    expect(addressesIn('src/app/page-paths.ts')).to.have.length.greaterThan(10);
    for (const file of Object.keys(navigation)) expect(addressesIn(file), file).to.not.have.length(0);
  });
});
