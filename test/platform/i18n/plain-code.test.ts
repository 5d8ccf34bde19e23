import { expect } from 'chai';
import { plainCode } from '../../../src/platform/i18n/index.ts';

describe('platform/i18n: a code as people type it', () => {
  it('is the same in the digits of every script', () => {
    const zeros: number[] = [];
    for (let at = 0; at < 0x110000; at++)
      if (/\p{Nd}/u.test(String.fromCodePoint(at)) && String.fromCodePoint(at).normalize('NFKC') === String.fromCodePoint(at))
        zeros.push(at);
    expect(zeros.length % 10).to.equal(0);
    for (let i = 0; i < zeros.length; i += 10) {
      const code = [9, 0, 4, 5, 1, 8].map((n) => String.fromCodePoint(zeros[i + n]!)).join('');
      expect(plainCode(code), code).to.equal('904518');
    }
    for (const wide of ['９０４５１８', '𝟗𝟎𝟒𝟓𝟏𝟖', '𝟿𝟶𝟺𝟻𝟷𝟾', '٩٠٤٥١٨', '۹۰۴۵۱۸', '९०४५१८', '๙๐๔๕๑๘'])
      expect(plainCode(wide), wide).to.equal('904518');
  });

  it('whatever divides it or was copied with it', () => {
    for (const typed of [
      '904-518',
      '904 518',
      '904\u00A0518',
      '\u200B904518',
      '904\u2011518',
      '904–518',
      '904－518',
      '\u202A904518\u202C',
      '904\u3000518\n',
      '9 0 4 5 1 8',
    ])
      expect(plainCode(typed), JSON.stringify(typed)).to.equal('904518');
    for (const typed of ['abcde-fghjk', 'ＡＢＣＤＥＦＧＨＪＫ', 'ABCDE\u200B-FGHJK ']) expect(plainCode(typed)).to.equal('ABCDEFGHJK');
    // what is no digit stays what it is
    for (const typed of ['904.518', '904518x', '½', '五']) expect(plainCode(typed)).to.not.match(/^\d{6}$/);
    expect(plainCode('9'.repeat(1_000_000))).to.have.length(200);
  });
});
