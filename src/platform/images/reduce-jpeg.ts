import { BitReader, type Codes, endOfCoded, readCodes } from './jpeg-bits.ts';

/** Four bytes each: red, green, blue, opacity. */
export type Pixels = { width: number; height: number; data: Uint8Array };

type Part = {
  id: number;
  across: number;
  down: number;
  quantization: number;
  columns: number;
  rows: number;
  blocks: Int16Array;
  last: number;
  isRead: boolean;
};
type Frame = { width: number; height: number; progressive: boolean; across: number; down: number; parts: Part[] };
type Scan = { parts: Part[]; dc: (Codes | undefined)[]; ac: (Codes | undefined)[]; shift: number };

/**
 * A JPEG in an eighth of its size: one pixel for each block of 8 × 8, which is the mean that the file itself states (ITU-T T.81 A.3.3: the first coefficient).
 * So a photo of 48 megapixels takes as little memory as one of less than a megapixel.
 * @param file one that readPicture takes
 * Three parts are taken for YCbCr: the rare file of RGB comes out in wrong colours.
 * @throws Error when it is neither baseline nor progressive, has other than one or three parts, or is broken
 */
export function reduceJpeg(file: Buffer): Pixels {
  const codes = new Map<number, Codes>();
  const means = new Map<number, number>();
  let frame: Frame | undefined;
  let interval = 0;
  for (let at = 2; ; ) {
    const marker = file[at + 1]!;
    if (marker === 0xd9) break;
    const segment = file.subarray(at + 4, at + 2 + file.readUInt16BE(at + 2));
    at += 4 + segment.length;
    if (marker === 0xc4) readCodeTables(segment, codes);
    else if (marker === 0xdb) readMeans(segment, means);
    else if (marker === 0xdd) interval = segment.readUInt16BE(0);
    else if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc8 && marker !== 0xcc) frame = readFrame(segment, marker);
    if (marker !== 0xda) continue;
    if (!frame) throw new Error('a scan before its frame');
    const scan = readScan(segment, frame, codes);
    if (scan) readBlocks(new BitReader(file, at), frame, scan, interval);
    at = endOfCoded(file, at);
  }
  if (!frame?.parts.every(({ isRead }) => isRead)) throw new Error('parts are missing');
  return draw(frame, means);
}

function readCodeTables(segment: Buffer, codes: Map<number, Codes>): void {
  for (let at = 0; at < segment.length; ) {
    const counts = segment.subarray(at + 1, at + 17);
    const end = at + 17 + counts.reduce((sum, count) => sum + count, 0);
    codes.set(segment[at]!, readCodes(counts, segment.subarray(at + 17, end)));
    at = end;
  }
}

/** Of each table the first number: an eighth of what the first coefficient is multiplied by. */
function readMeans(segment: Buffer, means: Map<number, number>): void {
  for (let at = 0; at < segment.length; ) {
    const isWide = segment[at]! >> 4 !== 0;
    means.set(segment[at]! & 15, (isWide ? segment.readUInt16BE(at + 1) : segment[at + 1]!) / 8);
    at += 1 + (isWide ? 128 : 64);
  }
}

function readFrame(segment: Buffer, marker: number): Frame {
  const count = segment[5]!;
  if (marker > 0xc2 || segment[0] !== 8 || (count !== 1 && count !== 3)) throw new Error('an unusual frame');
  const [height, width] = [segment.readUInt16BE(1), segment.readUInt16BE(3)];
  const found = Array.from({ length: count }, (_, i) => {
    const at = 6 + i * 3;
    const [across, down] = count === 1 ? [1, 1] : [segment[at + 1]! >> 4, segment[at + 1]! & 15];
    if (!(across >= 1 && across <= 4 && down >= 1 && down <= 4)) throw new Error('sampling');
    return { id: segment[at]!, across, down, quantization: segment[at + 2]! };
  });
  const across = Math.max(...found.map((part) => part.across));
  const down = Math.max(...found.map((part) => part.down));
  const parts = found.map((part) => {
    const columns = Math.ceil(width / 8 / across) * part.across;
    const rows = Math.ceil(height / 8 / down) * part.down;
    return { ...part, columns, rows, blocks: new Int16Array(columns * rows), last: 0, isRead: false };
  });
  return { width, height, progressive: marker === 0xc2, across, down, parts };
}

/** @returns undefined when the scan does not hold the first coefficients, or makes them only more exact (T.81 G.1) */
function readScan(segment: Buffer, frame: Frame, codes: Map<number, Codes>): Scan | undefined {
  const count = segment[0]!;
  const [from, exactness] = [segment[1 + count * 2]!, segment[3 + count * 2]!];
  if (frame.progressive && (from !== 0 || exactness >> 4 !== 0)) return undefined;
  const scan: Scan = { parts: [], dc: [], ac: [], shift: frame.progressive ? exactness & 15 : 0 };
  for (let i = 0; i < count; i++) {
    const part = frame.parts.find(({ id }) => id === segment[1 + i * 2]);
    if (!part || scan.parts.includes(part)) throw new Error('parts of a scan');
    const tables = segment[2 + i * 2]!;
    scan.parts.push(part);
    scan.dc.push(codes.get(tables >> 4));
    scan.ac.push(frame.progressive ? undefined : codes.get(16 | (tables & 15)));
    if (!scan.dc[i] || !(scan.ac[i] || frame.progressive)) throw new Error('no codes');
  }
  return scan;
}

/** Blocks of several parts come in units of all of them; those of a part alone come row by row, without what lies beyond the picture (T.81 A.2). */
function readBlocks(bits: BitReader, frame: Frame, scan: Scan, interval: number): void {
  const alone = scan.parts.length === 1 ? scan.parts[0] : undefined;
  const [wideUnit, highUnit] = alone ? [alone.across / frame.across, alone.down / frame.down] : [1 / frame.across, 1 / frame.down];
  const [acrossUnits, downUnits] = [Math.ceil((frame.width / 8) * wideUnit), Math.ceil((frame.height / 8) * highUnit)];
  for (const part of scan.parts) Object.assign(part, { last: 0, isRead: true });
  for (let unit = 0; unit < acrossUnits * downUnits; unit++) {
    if (interval > 0 && unit > 0 && unit % interval === 0) {
      bits.restart();
      for (const part of scan.parts) part.last = 0;
    }
    const [column, row] = [unit % acrossUnits, Math.floor(unit / acrossUnits)];
    for (const [i, part] of scan.parts.entries()) {
      const [wide, high] = alone ? [1, 1] : [part.across, part.down];
      for (let inside = 0; inside < wide * high; inside++) {
        part.last += bits.difference(bits.symbol(scan.dc[i]!));
        const place = (row * high + Math.floor(inside / wide)) * part.columns + column * wide + (inside % wide);
        part.blocks[place] = part.last << scan.shift;
        if (scan.ac[i]) skipRest(bits, scan.ac[i]);
      }
    }
  }
}

function skipRest(bits: BitReader, codes: Codes): void {
  for (let i = 1; i < 64; i++) {
    const symbol = bits.symbol(codes);
    if (symbol === 0) return;
    i += symbol >> 4;
    if (symbol & 15) bits.skip(symbol & 15);
  }
}

/** Y, Cb and Cr as JFIF defines them, or grey. */
function draw(frame: Frame, means: Map<number, number>): Pixels {
  const [width, height] = [Math.ceil(frame.width / 8), Math.ceil(frame.height / 8)];
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  const factors = frame.parts.map(({ quantization }) => means.get(quantization) ?? 1);
  const valueAt = (i: number, x: number, y: number) => {
    const part = frame.parts[i]!;
    const [column, row] = [Math.floor((x * part.across) / frame.across), Math.floor((y * part.down) / frame.down)];
    return part.blocks[row * part.columns + column]! * factors[i]!;
  };
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const light = valueAt(0, x, y) + 128;
      const [blue, red] = frame.parts.length === 3 ? [valueAt(1, x, y), valueAt(2, x, y)] : [0, 0];
      data.set([light + 1.402 * red, light - 0.344136 * blue - 0.714136 * red, light + 1.772 * blue], (y * width + x) * 4);
    }
  return { width, height, data: new Uint8Array(data.buffer) };
}
