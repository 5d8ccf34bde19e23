import type { Pixels } from './reduce-jpeg.ts';

/** How a camera was held (Exif 2.32, tag 0x0112): 1 is upright, 2 to 4 are mirrored or upside down, 5 to 8 lie on a side. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

export const liesOnSide = (orientation: Orientation): boolean => orientation >= 5;

export function turnUpright({ width, height, data }: Pixels, orientation: Orientation): Pixels {
  const isOnSide = liesOnSide(orientation);
  const [newWidth, newHeight] = isOnSide ? [height, width] : [width, height];
  const [from, to] = [new Uint32Array(data.slice().buffer), new Uint32Array(newWidth * newHeight)];
  for (let y = 0; y < newHeight; y++)
    for (let x = 0; x < newWidth; x++) {
      const [across, down] = isOnSide ? [y, x] : [x, y];
      const column = [2, 3, 7, 8].includes(orientation) ? width - 1 - across : across;
      const row = [3, 4, 6, 7].includes(orientation) ? height - 1 - down : down;
      to[y * newWidth + x] = from[row * width + column]!;
    }
  return { width: newWidth, height: newHeight, data: new Uint8Array(to.buffer) };
}

/** Of the segment of a JPEG (APP1) or the chunk of a WebP that holds Exif data. Anything unusual is upright. */
export function readOrientation(segment: Buffer): Orientation {
  const tiff = segment.toString('latin1', 0, 6) === 'Exif\0\0' ? segment.subarray(6) : segment;
  const order = tiff.toString('latin1', 0, 2);
  if (order !== 'II' && order !== 'MM') return 1;
  const short = (at: number) => (at + 2 > tiff.length ? 0 : order === 'II' ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const long = (at: number) => (at + 4 > tiff.length ? 0 : order === 'II' ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
  const directory = long(4);
  for (let i = 0; i < short(directory); i++) {
    const entry = directory + 2 + i * 12;
    if (entry + 12 > tiff.length) return 1;
    if (short(entry) !== 0x0112) continue;
    const found = short(entry + 8);
    return found >= 1 && found <= 8 ? (found as Orientation) : 1;
  }
  return 1;
}
