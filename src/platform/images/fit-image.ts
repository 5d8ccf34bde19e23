import { Worker } from 'node:worker_threads';

/** Of the kinds we take; by the file's own first bytes: what the browser says of a file is not believed, and SVG (which can hold scripts) is no picture. */
export function imageType(content: Uint8Array): 'image/png' | 'image/jpeg' | 'image/webp' | undefined {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  if (bytes.subarray(0, 8).equals(Buffer.from('89504e470d0a1a0a', 'hex'))) return 'image/png';
  if (bytes.subarray(0, 3).equals(Buffer.from('ffd8ff', 'hex'))) return 'image/jpeg';
  if (bytes.subarray(0, 4).toString('latin1') === 'RIFF' && bytes.subarray(8, 12).toString('latin1') === 'WEBP') return 'image/webp';
  return undefined;
}

const timeoutMs = 10_000;

/**
 * Decodes a PNG, JPEG or WebP and encodes it anew as PNG, at most so large, so that nothing of the file itself is ever sent to anybody: no metadata, no second
 * file hidden in it. In WebAssembly and a thread of its own: a file that breaks the decoder, or never ends, costs that thread alone.
 * @param box largest width and height in pixels
 * @returns undefined when it is no such picture, has more than 16 million pixels, or takes longer than ten seconds
 */
export function fitImage(content: Uint8Array, box: { width: number; height: number }): Promise<Buffer | undefined> {
  if (!imageType(content)) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./fit-image-worker.ts', import.meta.url), { workerData: { content, box }, stderr: true });
    const timer = setTimeout(() => void worker.terminate(), timeoutMs);
    worker.once('message', (png: Uint8Array | undefined) => resolve(png && Buffer.from(png)));
    worker.once('error', () => resolve(undefined));
    worker.once('exit', () => {
      clearTimeout(timer);
      resolve(undefined);
    });
  });
}
