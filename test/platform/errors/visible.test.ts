import { expect } from 'chai';
import { visible } from '../../../src/platform/errors/index.ts';

describe('platform/errors: what a terminal would act on', () => {
  it('is written as its number; everything that is seen stays, and line breaks do', () => {
    const said = 'Ação 李 क्\u200dष نمی\u200cخواهم – "x" 😀\n  next';
    expect(visible(said)).to.equal(said);
    const hidden = ['\u001b', '\u0007', '\r', '\t', '\u009b', '\u202e', '\u2066', '\u200b', '\ufeff', '\ud800', '\u{e0001}'];
    for (const one of hidden) {
      const shown = visible(`a${one}b`);
      expect(shown).to.match(/^a(\\u[0-9a-f]{4})+b$/);
      expect(JSON.parse(`"${shown}"`)).to.equal(`a${one}b`);
    }
  });
});
