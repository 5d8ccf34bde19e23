import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { pageRoutes } from '../../src/app/web-routes.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The first part of every page's path, such as `admin` and `recovery`. */
const firstParts = new Set(
  pageRoutes(undefined as never, undefined as never)
    .map(({ path }) => path.split('/')[1]!)
    .filter(Boolean),
);
const address = new RegExp(`(?:['"\`]|\\$\\{[^{}]*\\})/(?:${[...firstParts].join('|')})(?![\\w-])`, 'g');

/** Where a file says the address of a page, as `file: address`. Imports, which are no addresses, are left out. */
const addressesIn = (pattern: string): string[] =>
  globSync(pattern, { cwd: root }).flatMap((file) =>
    readFileSync(root + file, 'utf8')
      .split('\n')
      .filter((line) => !/^(import|export|\}) .* from '/.test(line))
      .flatMap((line) => [...line.matchAll(address)].map(([found]) => `${file}: ${found}`)),
  );

describe('addresses of pages', () => {
  it('stand in no file of the domain, nor in the room that all slices of the web share', () => {
    expect(addressesIn('src/domain/**/*.ts')).to.deep.equal([]);
    expect(addressesIn('src/web/request/*.ts')).to.deep.equal([]);
  });

  it('are found where they are', () => {
    expect(firstParts).to.include.members(['admin', 'recovery', 'sign-in', 'account', 'saml']);
    expect(addressesIn('src/app/page-paths.ts')).to.have.length.greaterThan(10);
  });
});
