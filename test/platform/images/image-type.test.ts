import { expect } from 'chai';
import { imageType } from '../../../src/platform/images/index.ts';

describe('platform/images: image types', () => {
  it('a logo is told by its bytes, and SVG is none', () => {
    expect(imageType(Buffer.from('89504e470d0a1a0a00', 'hex'))).to.equal('image/png');
    expect(imageType(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'))).to.equal(undefined);
    expect(imageType(Buffer.from('GIF89a'))).to.equal(undefined);
  });
});
