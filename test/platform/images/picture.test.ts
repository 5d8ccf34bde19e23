import { readFileSync } from 'node:fs';
import { PhotonImage } from '@silvia-odwyer/photon-node';
import { expect } from 'chai';
import { brandingSettings, colorOnDark } from '../../../src/domain/company/branding/index.ts';
import { fitImage, imageType, readPicture } from '../../../src/platform/images/index.ts';
import { reduceJpeg } from '../../../src/platform/images/reduce-jpeg.ts';

const image = (width: number, height: number) => new PhotonImage(new Uint8Array(width * height * 4).fill(200), width, height);

describe('platform/images', () => {
  const files = {
    'image/png': image(300, 100).get_bytes(),
    'image/jpeg': image(300, 100).get_bytes_jpeg(80),
    'image/webp': image(300, 100).get_bytes_webp(),
  };

  for (const [type, file] of Object.entries(files))
    it(`${type}: its size is read, and it is drawn again as PNG, fitted and not enlarged`, async () => {
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

  /** As the file lies: red and green above, blue and yellow below. More than 8 megapixels, orientation 6. */
  const large = (name: string) => readFileSync(new URL(`../../fixtures/pictures/${name}.jpg`, import.meta.url));

  const corners = async (file: Uint8Array) => {
    const image = PhotonImage.new_from_byteslice((await fitImage(file, { width: 120, height: 90 }))!);
    const [width, height, pixels] = [image.get_width(), image.get_height(), image.get_raw_pixels()];
    const color = (x: number, y: number) => [...pixels.subarray((y * width + x) * 4, (y * width + x) * 4 + 3)];
    const places = [color(9, 9), color(width - 9, 9), color(9, height - 9), color(width - 9, height - 9)];
    const named = places.map(([red, green, blue]) =>
      Math.max(red!, green!, blue!) - Math.min(red!, green!, blue!) < 20
        ? red
        : [red! > 120 && 'red', green! > 120 && 'green', blue! > 120 && 'blue'].filter(Boolean).join('+'),
    );
    return { width, height, named };
  };

  for (const name of ['progressive', 'restarts'])
    it(`a large JPEG is reduced while it is read, and stands upright: ${name}`, async () => {
      expect(await corners(large(name))).to.deep.equal({ width: 81, height: 90, named: ['blue', 'red', 'red+green', 'green'] });
    });

  it('a large grey JPEG stays grey', async () => {
    const { named } = await corners(large('grey'));
    for (const shade of named) expect(shade).to.be.a('number');
    expect(named[2]).to.be.greaterThan(named[0] as number);
  });

  it('large JPEGs that are cut or changed anywhere are refused or drawn in their size', () => {
    let drawn = 0;
    for (const name of ['restarts', 'progressive', 'grey']) {
      const file = large(name);
      const { width, height } = readPicture(file)!;
      for (let at = 50; at < file.length; at += 3001) {
        const changed = Buffer.from(file);
        changed.fill(at & 0xff, at, at + 40);
        expect(readPicture(file.subarray(0, at))).to.equal(undefined);
        if (!readPicture(changed)) continue;
        try {
          const pixels = reduceJpeg(changed);
          expect([pixels.width, pixels.height]).to.deep.equal([Math.ceil(width / 8), Math.ceil(height / 8)]);
          expect(pixels.data.length).to.equal(pixels.width * pixels.height * 4);
          drawn++;
        } catch (error) {
          expect((error as Error).constructor, String(error)).to.be.oneOf([Error, RangeError]);
        }
      }
    }
    expect(drawn).to.be.greaterThan(5);
  });

  it('a JPEG without the data of a part is refused', () => {
    const file = large('grey');
    const scan = file.indexOf(Buffer.from('ffda', 'hex'));
    const later = Buffer.concat([file.subarray(0, scan), Buffer.from('ffd9', 'hex')]);
    expect(() => reduceJpeg(later)).to.throw('parts are missing');
  });

  it('a file of very many parts is refused, in each format', () => {
    const times = (part: Buffer, head: string, tail = '') =>
      Buffer.concat([Buffer.from(head, 'hex'), Buffer.concat(Array(300_000).fill(part)), Buffer.from(tail, 'hex')]);
    const files = [
      times(
        Buffer.from('000000004944415400000000', 'hex'),
        '89504e470d0a1a0a0000000d49484452000000080000000808060000000000000000',
        '0000000049454e4400000000',
      ),
      times(Buffer.from('ffec0002', 'hex'), 'ffd8ffc0000b080008000801011100', 'ffda0008010100003f0000ffd9'),
      times(Buffer.from('4943435000000000', 'hex'), '52494646ffffff0057454250565038580a00000000000000070000070000'),
    ];
    for (const file of files) {
      expect(imageType(file), 'its kind is seen').not.to.equal(undefined);
      expect(readPicture(file)).to.equal(undefined);
    }
  });

  it('a picture stands as its camera was held, in each of the eight ways, in both byte orders', async () => {
    const upright = ['red', 'green', 'blue', 'yellow'];
    const shown = [
      upright,
      ['green', 'red', 'yellow', 'blue'],
      ['yellow', 'blue', 'green', 'red'],
      ['blue', 'yellow', 'red', 'green'],
      ['red', 'blue', 'green', 'yellow'],
      ['blue', 'red', 'yellow', 'green'],
      ['yellow', 'green', 'blue', 'red'],
      ['green', 'yellow', 'red', 'blue'],
    ];
    const colors = { red: [255, 0, 0], green: [0, 255, 0], blue: [0, 0, 255], yellow: [255, 255, 0] } as const;
    const quarters = new Uint8Array(120 * 90 * 4).map((_, i) => {
      const [x, y] = [Math.floor(i / 4) % 120, Math.floor(i / 480)];
      const name = upright[(y < 45 ? 0 : 2) + (x < 60 ? 0 : 1)] as keyof typeof colors;
      return colors[name][i % 4] ?? 255;
    });
    const jpeg = Buffer.from(new PhotonImage(quarters, 120, 90).get_bytes_jpeg(90));
    for (const [i, expected] of shown.entries())
      for (const order of ['4d4d002a000000080001011200030000000100', '49492a000800000001001201030001000000'])
        expect((await corners(withOrientation(jpeg, order, i + 1))).named, `${i + 1}`).to.deep.equal(
          expected.map((name) => (name === 'yellow' ? 'red+green' : name)),
        );
  });

  /** Exif 2.32: a directory of one entry, tag 0x0112. */
  function withOrientation(jpeg: Buffer, order: string, orientation: number): Buffer {
    const body = Buffer.concat([Buffer.from('Exif\0\0'), Buffer.from(order, 'hex'), Buffer.from([orientation, 0, 0, 0, 0, 0, 0])]);
    return Buffer.concat([jpeg.subarray(0, 2), Buffer.from([0xff, 0xe1, 0, body.length + 2]), body, jpeg.subarray(2)]);
  }

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
