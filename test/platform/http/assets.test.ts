import { expect } from 'chai';
import { createAssets } from '../../../src/platform/http/assets.ts';

describe('platform: assets', () => {
  it('a script imports another by the address that has its hash, so a change of either is a new address', () => {
    const use = `import { one } from './core.js';\none();\n`;
    const [before, after] = ['export const one = () => 1;', 'export const one = () => 2;'].map((core) =>
      createAssets({ 'core.js': core, 'use.js': use }),
    );
    expect(before!.url('core.js')).to.match(/^\/assets\/[\w-]{12}\/core\.js$/);
    expect(before!.url('use.js')).to.not.equal(after!.url('use.js'));
  });
  it('an import of what is no asset before it is found at the start', () => {
    expect(() => createAssets({ 'use.js': `import { one } from './core.js';`, 'core.js': '' })).to.throw('use.js imports core.js');
    expect(() => createAssets({ 'a.css': `@import from './core.js';` })).to.not.throw();
  });
});
