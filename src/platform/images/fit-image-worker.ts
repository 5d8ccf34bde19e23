import { parentPort, workerData } from 'node:worker_threads';
import { PhotonImage, resize, SamplingFilter } from '@silvia-odwyer/photon-node';
import { imageSize } from 'image-size';

const mostPixels = 16_000_000;

const { content, box } = workerData as { content: Uint8Array; box: { width: number; height: number } };
const { width, height } = imageSize(content);
if (width * height > mostPixels || width * height === 0) throw new Error('too many pixels, or none');
const image = PhotonImage.new_from_byteslice(content);
const scale = Math.min(1, box.width / width, box.height / height);
const fitted =
  scale < 1
    ? resize(image, Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)), SamplingFilter.Lanczos3)
    : image;
parentPort!.postMessage(fitted.get_bytes());
