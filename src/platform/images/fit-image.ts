import { Worker } from 'node:worker_threads';
import { contentTag } from '../crypto/index.ts';
import { AppError } from '../errors/index.ts';
import { type Picture, readPicture } from './picture.ts';

/** More are refused; a JPEG of more than the others is reduced while it is read. */
export const mostPixels = { 'image/jpeg': 120_000_000, 'image/png': 8_000_000, 'image/webp': 8_000_000 };
const timeoutMs = 5000;
/** A picture takes up to 200 MB while it is decoded: one at a time, and few wait. */
const mostWaiting = 4;

let waiting = 0;
let last: Promise<unknown> = Promise.resolve();

/**
 * Decodes a PNG, JPEG or WebP and encodes it again, as PNG, at most so large, so that nothing of the file itself is ever sent to anybody: no metadata, no second
 * file hidden in it, upright however the camera was held. In WebAssembly and a thread of its own: a file that breaks the decoder, or never ends, costs that thread alone.
 * @param box largest width and height in pixels
 * @returns undefined when it is no such picture, has more than `mostPixels`, or takes longer than five seconds
 * @throws AppError pictures_busy when several wait already
 */
export async function fitImage(content: Uint8Array, box: { width: number; height: number }): Promise<Buffer | undefined> {
  if (waiting >= mostWaiting) throw new AppError('pictures_busy', 503);
  const picture = readPicture(content);
  const pixels = picture ? picture.width * picture.height : 0;
  if (!picture || pixels === 0 || pixels > mostPixels[picture.type]) return undefined;
  waiting++;
  const mine = last.then(() => decode({ ...picture, isReduced: pixels > mostPixels['image/png'], box }));
  const done = () => {
    waiting--;
  };
  last = mine.then(done, done);
  return mine;
}

/** Ready to be kept and sent: `etag` changes with the picture. */
export type SmallPicture = { content: Buffer; contentType: 'image/png' | 'image/jpeg' | 'image/webp'; etag: string };

const largestBytes = 1_048_576;

/** @param mostBytes 1 MB unless told. @returns undefined when the file is larger, or nothing that fitImage takes. @throws AppError pictures_busy */
export async function makeSmallPicture(
  file: Buffer,
  box: { width: number; height: number },
  mostBytes = largestBytes,
): Promise<SmallPicture | undefined> {
  const content = file.length <= mostBytes ? await fitImage(file, box) : undefined;
  return content && { content, contentType: 'image/png', etag: contentTag(content) };
}

export type Decoding = Omit<Picture, 'content'> & { content: Uint8Array; isReduced: boolean; box: { width: number; height: number } };

function decode(workerData: Decoding): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    let worker: Worker;
    try {
      worker = new Worker(new URL('./fit-image-worker.ts', import.meta.url), { workerData, stderr: true });
    } catch {
      return resolve(undefined); // the machine has no thread left
    }
    const timer = setTimeout(() => void worker.terminate(), timeoutMs);
    worker.once('message', (png: Uint8Array | undefined) => resolve(png && Buffer.from(png)));
    worker.once('error', () => resolve(undefined));
    worker.once('exit', () => {
      clearTimeout(timer);
      resolve(undefined);
    });
  });
}
