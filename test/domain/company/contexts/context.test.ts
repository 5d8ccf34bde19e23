import { expect } from 'chai';
import { isContextCode } from '../../../../src/domain/company/contexts/index.ts';

describe('domain/company/contexts: codes', () => {
  it('context codes leave the server’s own paths alone', () => {
    for (const good of ['acme', 'a', 'a-1']) expect(isContextCode(good)).to.equal(true);
    for (const bad of ['assets', 'healthz', '-a', 'A', 'a_b', '', 'a'.repeat(64), 'oidc']) expect(isContextCode(bad), bad).to.equal(false);
  });
});
