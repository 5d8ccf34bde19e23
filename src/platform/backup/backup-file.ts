import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { openStream, SealFault, sealStream } from '../crypto/index.ts';
import { decodeFrames, type Foot, type Frame, type Head, readJson, type TableEnd } from './frames.ts';

export type Summary = { head: Head; foot: Foot; bytes: number };

/** Parts of a backup that was cut or changed, or of another version, never reach anybody. */
export async function* readFrames(file: string, passphrase: string): AsyncGenerator<Frame> {
  yield* decodeFrames(openStream(passphrase, createReadStream(file, { highWaterMark: 256 * 1024 })));
}

/** Reads a backup to its end. @throws SealFault when it was cut or changed; Error when it is not as it says */
export async function verifyBackup(file: string, passphrase: string): Promise<Summary> {
  let head: Head | undefined;
  let foot: Foot | undefined;
  let hash = createHash('sha256');
  for await (const frame of readFrames(file, passphrase)) {
    if (foot || (!head && frame.kind !== 'head')) throw new SealFault('changed');
    if (frame.kind === 'head') head = readJson(frame);
    if (frame.kind === 'table') hash = createHash('sha256');
    if (frame.kind === 'rows') hash.update(frame.body);
    if (frame.kind === 'end' && readJson<TableEnd>(frame).digest !== hash.digest('hex')) throw new SealFault('changed');
    if (frame.kind === 'foot') foot = readJson(frame);
  }
  if (!head || !foot) throw new SealFault('changed');
  return { head, foot, bytes: (await stat(file)).size };
}

/**
 * Seals frames into a file, which is there once it is whole and was read back. Whatever happens before leaves nothing under this name.
 * @throws Error with `code` EEXIST when there is such a file, or one of a backup that was cut short
 */
export async function writeBackup(file: string, passphrase: string, frames: AsyncIterable<Buffer>): Promise<Summary> {
  const part = `${file}.part`;
  await refuseExisting(file);
  const handle = await open(part, 'wx', 0o600);
  try {
    await writeAll(handle, sealStream(passphrase, frames));
    await handle.sync();
    await handle.close();
    const summary = await verifyBackup(part, passphrase);
    await refuseExisting(file); // it may have come meanwhile
    await rename(part, file);
    await syncFolder(dirname(file));
    return summary;
  } catch (error) {
    await handle.close().catch(() => {});
    await rm(part, { force: true });
    throw error;
  }
}

async function refuseExisting(file: string): Promise<void> {
  const found = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if (!found) return;
  await found.close();
  throw Object.assign(new Error('there is such a file'), { code: 'EEXIST', path: file });
}

async function writeAll(handle: FileHandle, source: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of source) for (let at = 0; at < chunk.length; ) at += (await handle.write(chunk, at)).bytesWritten;
}

/** Without it a power cut could take the name back. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle
    .sync()
    .catch(() => {}) // not every file system lets a folder be synced
    .finally(() => handle.close());
}
