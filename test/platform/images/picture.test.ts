import { PhotonImage } from '@silvia-odwyer/photon-node';
import { expect } from 'chai';
import { brandingSettings, colorOnDark } from '../../../src/domain/company/branding/index.ts';
import { fitImage, readPicture } from '../../../src/platform/images/index.ts';

const image = (width: number, height: number) => new PhotonImage(new Uint8Array(width * height * 4).fill(200), width, height);

describe('platform/images', () => {
  const files = {
    'image/png': image(300, 100).get_bytes(),
    'image/jpeg': image(300, 100).get_bytes_jpeg(80),
    'image/webp': image(300, 100).get_bytes_webp(),
  };

  for (const [type, file] of Object.entries(files))
    it(`${type}: its size is read, and it is drawn anew as PNG, fitted and not enlarged`, async () => {
      const { width, height, ...read } = readPicture(file)!;
      expect({ type: read.type, width, height }).to.deep.equal({ type, width: 300, height: 100 });
      const fitted = readPicture((await fitImage(file, { width: 150, height: 150 }))!)!;
      expect([fitted.type, fitted.width, fitted.height]).to.deep.equal(['image/png', 150, 50]);
      const same = readPicture((await fitImage(file, { width: 1000, height: 1000 }))!)!;
      expect([same.width, same.height]).to.deep.equal([300, 100]);
    });

  it('cut at any place, no reader throws or hangs, and nothing but the whole is a picture', async () => {
    for (const [type, file] of Object.entries(files)) {
      for (let length = 0; length < file.length; length += 7) readPicture(file.subarray(0, length));
      expect(await fitImage(file.subarray(0, file.length / 3), { width: 100, height: 100 }), type).to.equal(undefined);
    }
  });

  it('a JPEG with another picture or a film behind its end is read to its end; one with two frames or a thousand scans is none', async () => {
    const jpeg = Buffer.from(files['image/jpeg']);
    const withTrailer = readPicture(Buffer.concat([jpeg, jpeg, Buffer.alloc(5000, 0xc0)]))!;
    expect([withTrailer.width, withTrailer.content.length]).to.deep.equal([300, jpeg.length]);
    const scan = jpeg.indexOf(Buffer.from('ffda', 'hex'));
    const many = Buffer.concat([jpeg.subarray(0, -2), ...Array(1000).fill(jpeg.subarray(scan, scan + 14)), jpeg.subarray(-2)]);
    expect(readPicture(many)).to.equal(undefined);
    const frame = jpeg.indexOf(Buffer.from('ffc0', 'hex'));
    const length = jpeg.readUInt16BE(frame + 2) + 2;
    const twice = Buffer.concat([jpeg.subarray(0, frame + length), jpeg.subarray(frame, frame + length), jpeg.subarray(frame + length)]);
    expect(readPicture(twice)).to.equal(undefined);
  });

  it('pictures wait for each other, and few wait', async () => {
    const tries = await Promise.allSettled(Array.from({ length: 10 }, () => fitImage(files['image/jpeg'], { width: 10, height: 10 })));
    expect(tries.filter(({ status }) => status === 'fulfilled').length).to.be.within(1, 5);
    const refused = tries.find((one) => one.status === 'rejected');
    expect((refused as PromiseRejectedResult).reason.code).to.equal('pictures_busy');
  });
});

describe('domain/branding', () => {
  it('takes the colours on which white words can be read (4.5 to 1), and no others', () => {
    const takes = (color: string) => brandingSettings.schema.safeParse({ color }).success;
    expect(['#1f5fae', '#767676', '#000000', '#B00020'].map(takes)).to.deep.equal([true, true, true, true]);
    expect(['#777777', '#ffcc00', '#ffffff', 'red', '#12345', '#1f5fae;'].map(takes)).to.deep.equal(Array(6).fill(false));
  });

  it('a dark colour is lighter on dark pages, where white words can still be read', () => {
    expect(colorOnDark('#1f5fae')).to.match(/^#[0-9a-f]{6}$/);
    for (const color of ['#000000', '#0b1a3a', '#3d0000', '#7a1f5c']) {
      expect(colorOnDark(color), color).to.not.equal(color);
      expect(brandingSettings.schema.safeParse({ color: colorOnDark(color) }).success, color).to.equal(true);
    }
  });
});
