import { parentPort, workerData } from 'node:worker_threads';
import { PhotonImage, resize, SamplingFilter } from '@silvia-odwyer/photon-node';
import type { Decoding } from './fit-image.ts';
import { reduceJpeg } from './reduce-jpeg.ts';
import { liesOnSide, turnUpright } from './turn.ts';

const { content, width, height, orientation, isReduced, box } = workerData as Decoding;
const image = isReduced ? readReduced() : PhotonImage.new_from_byteslice(content);
const [wide, high] = [image.get_width(), image.get_height()];
if (!isReduced && (wide !== width || high !== height)) throw new Error('another size than the file says');
const [mostWide, mostHigh] = liesOnSide(orientation) ? [box.height, box.width] : [box.width, box.height];
const scale = Math.min(1, mostWide / wide, mostHigh / high);
const fitted =
  scale < 1 ? resize(image, Math.max(1, Math.round(wide * scale)), Math.max(1, Math.round(high * scale)), SamplingFilter.Lanczos3) : image;
parentPort!.postMessage((orientation === 1 ? fitted : turned(fitted)).get_bytes());

function turned(lying: PhotonImage): PhotonImage {
  const pixels = { width: lying.get_width(), height: lying.get_height(), data: lying.get_raw_pixels() };
  const { data, width, height } = turnUpright(pixels, orientation);
  return new PhotonImage(data, width, height);
}

function readReduced(): PhotonImage {
  const { data, width, height } = reduceJpeg(Buffer.from(content.buffer, content.byteOffset, content.byteLength));
  return new PhotonImage(data, width, height);
}
