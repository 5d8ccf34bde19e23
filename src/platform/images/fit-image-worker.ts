import { parentPort, workerData } from 'node:worker_threads';
import { PhotonImage, resize, SamplingFilter } from '@silvia-odwyer/photon-node';
import type { Decoding } from './fit-image.ts';

const { content, width, height, box } = workerData as Decoding;
const image = PhotonImage.new_from_byteslice(content);
if (image.get_width() !== width || image.get_height() !== height) throw new Error('another size than the file says');
const scale = Math.min(1, box.width / width, box.height / height);
const fitted =
  scale < 1
    ? resize(image, Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)), SamplingFilter.Lanczos3)
    : image;
parentPort!.postMessage(fitted.get_bytes());
