import { endOfCoded } from './jpeg-bits.ts';
import { type Orientation, readOrientation } from './turn.ts';

/** A file's headers, read strictly: anything a decoder might read differently is refused. Width and height are those of the file, as it lies. */
export type Picture = {
  type: 'image/png' | 'image/jpeg' | 'image/webp';
  width: number;
  height: number;
  orientation: Orientation;
  content: Buffer;
};

/** By the file's own first bytes: what the browser says of a file is not believed, and SVG (which can hold scripts) is no picture. */
export function imageType(content: Uint8Array): Picture['type'] | undefined {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  if (bytes.subarray(0, 8).equals(Buffer.from('89504e470d0a1a0a', 'hex'))) return 'image/png';
  if (bytes.subarray(0, 3).equals(Buffer.from('ffd8ff', 'hex'))) return 'image/jpeg';
  if (bytes.subarray(0, 4).toString('latin1') === 'RIFF' && bytes.subarray(8, 12).toString('latin1') === 'WEBP') return 'image/webp';
  return undefined;
}

const readers = { 'image/png': readPng, 'image/jpeg': readJpeg, 'image/webp': readWebp };

/** @returns undefined when it is no picture, or an unusual one */
export function readPicture(content: Uint8Array): Picture | undefined {
  const type = imageType(content);
  if (!type) return undefined;
  try {
    const found = readers[type](Buffer.from(content.buffer, content.byteOffset, content.byteLength));
    return found && { ...found, type, orientation: found.orientation ?? 1 };
  } catch {
    return undefined; // shorter than it says
  }
}

/** Parts of a file: real ones have a few thousand, and each costs time. */
const mostParts = 10_000;

type Read = (Pick<Picture, 'width' | 'height' | 'content'> & { orientation?: Orientation }) | undefined;

/** PNG (W3C, third edition) §11: only the chunks that draw; a profile or a text may unpack to anything. */
function readPng(file: Buffer): Read {
  const kept = [file.subarray(0, 8)];
  let size: { width: number; height: number } | undefined;
  for (let at = 8, parts = 0; at < file.length && parts < mostParts; parts++) {
    const length = file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    const end = at + 12 + length;
    if (end > file.length) return undefined;
    if (type === 'IHDR' && !size) size = { width: file.readUInt32BE(at + 8), height: file.readUInt32BE(at + 12) };
    else if (type === 'IHDR' || !size) return undefined;
    if (['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'].includes(type)) kept.push(file.subarray(at, end));
    if (type === 'IEND') return { ...size, content: Buffer.concat(kept) };
    at = end;
  }
  return undefined;
}

const isFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** Progressive pictures have about ten; thousands of empty ones only cost time. */
const mostScans = 100;

/** JPEG (ITU-T T.81) annex B: one frame, a hundred scans at most; whatever follows the end of the picture (another one, a film) is left out. */
function readJpeg(file: Buffer): Read {
  let size: { width: number; height: number } | undefined;
  let orientation: Orientation | undefined;
  let scans = 0;
  for (let at = 2, parts = 0; at + 2 <= file.length && parts < mostParts; parts++) {
    const marker = file[at + 1]!;
    if (file[at] !== 0xff || marker === 0xff || marker === 0x00) return undefined;
    if (marker === 0xd9) return size && scans > 0 ? { ...size, orientation, content: file.subarray(0, at + 2) } : undefined;
    const length = file.readUInt16BE(at + 2);
    if (length < 2) return undefined;
    if (isFrame(marker)) {
      if (size) return undefined;
      size = { height: file.readUInt16BE(at + 5), width: file.readUInt16BE(at + 7) };
    }
    const isExif = marker === 0xe1 && file.toString('latin1', at + 4, at + 10) === 'Exif\0\0';
    if (isExif) orientation ??= readOrientation(file.subarray(at + 4, at + 2 + length));
    at += 2 + length;
    if (marker !== 0xda) continue;
    if (++scans > mostScans) return undefined;
    at = endOfCoded(file, at);
  }
  return undefined;
}

/** WebP (RFC 9649) §2: still pictures, whose canvas and picture agree. */
function readWebp(file: Buffer): Read {
  let orientation: Orientation | undefined;
  const sizes: { width: number; height: number }[] = [];
  let parts = 0;
  for (let at = 12; at + 8 <= file.length; parts++) {
    if (parts === mostParts) return undefined;
    const type = file.toString('latin1', at, at + 4);
    const length = file.readUInt32LE(at + 4);
    const data = at + 8;
    if (type === 'ANIM' || type === 'ANMF') return undefined;
    if (type === 'EXIF') orientation ??= readOrientation(file.subarray(data, data + length));
    if (type === 'VP8X') sizes.push({ width: file.readUIntLE(data + 4, 3) + 1, height: file.readUIntLE(data + 7, 3) + 1 });
    if (type === 'VP8 ') sizes.push({ width: file.readUInt16LE(data + 6) & 0x3fff, height: file.readUInt16LE(data + 8) & 0x3fff });
    if (type === 'VP8L') {
      const bits = file.readUInt32LE(data + 1);
      sizes.push({ width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 });
    }
    at = data + length + (length % 2);
  }
  const [first] = sizes;
  return first && sizes.every(({ width, height }) => width === first.width && height === first.height)
    ? { ...first, orientation, content: file }
    : undefined;
}
