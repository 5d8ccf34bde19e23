import { expect } from 'chai';
import { localPath } from '../../../src/web/sign-in/local-path.ts';

describe('web/sign-in: local paths', () => {
  it('local paths are paths', () => {
    for (const good of ['/launchpad', '/launchpad?q=1&x=%2F', '/a/b']) expect(localPath(good, '/x')).to.equal(good);
    for (const bad of [
      '//e',
      '/\\e',
      'https://e',
      '/..//e',
      '/a/..//e',
      '/%2e%2e//e',
      '\t/e',
      '/\te',
      '/é',
      '',
      'x',
      `/${'a'.repeat(3000)}`,
    ])
      expect(localPath(bad, '/x'), bad).to.equal('/x');
  });
});
