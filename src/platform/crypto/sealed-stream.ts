import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { type HashParameters, loadPasswordEngine } from './password-engine.ts';

/** What a sealed file begins with: in the clear, and bound to every part of it. */
const mark = 'portaria-sealed 1 ';
const chunkBytes = 64 * 1024;
const tagBytes = 16;
// once for each file, so it may take longer than a sign-in (RFC 9106 §4, second choice)
const parameters: HashParameters = { memoryCost: 65_536, timeCost: 3, parallelism: 1 };

/** Why a sealed file cannot be opened. `passphrase` may also be a file whose beginning was changed: nobody can tell. */
export class SealFault extends Error {
  readonly why: 'not-sealed' | 'passphrase' | 'changed';
  constructor(why: SealFault['why']) {
    super(why);
    this.why = why;
  }
}

/** The place of a part is in its nonce, and so is whether it is the last: none can be left out, moved or cut off (STREAM, Hoang and others 2015). A key is of one file. */
function nonceOf(n: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(n));
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

async function keyOf(passphrase: string, salt: Buffer): Promise<Buffer> {
  const { derive } = await loadPasswordEngine();
  return derive(passphrase.normalize('NFC'), salt, parameters);
}

/** Encrypts under a passphrase (Argon2id, AES-256-GCM), however much it is. */
export async function* sealStream(passphrase: string, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const salt = randomBytes(16);
  const key = await keyOf(passphrase, salt);
  const header = Buffer.from(`${mark}${salt.toString('base64url')}\n`);
  yield header;
  const seal = (n: number, plain: Buffer, isLast: boolean): Buffer => {
    const cipher = createCipheriv('aes-256-gcm', key, nonceOf(n, isLast)).setAAD(header);
    return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  };
  yield seal(0, Buffer.alloc(0), false); // opens for the right passphrase alone
  let n = 1;
  for await (const { part, isLast } of inParts(source, chunkBytes)) yield seal(n++, part, isLast);
}

/** What `sealStream` made. Nothing is handed out that was changed. @throws SealFault */
export async function* openStream(passphrase: string, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const headerBytes = mark.length + 23; // the salt, and the end of the line
  const rest = inParts(source, chunkBytes + tagBytes, [headerBytes, tagBytes]);
  const { part: header = Buffer.alloc(0) } = (await rest.next()).value ?? {};
  const salt = Buffer.from(header.subarray(mark.length, -1).toString(), 'base64url');
  if (!header.subarray(0, mark.length).equals(Buffer.from(mark)) || salt.length !== 16) throw new SealFault('not-sealed');
  const key = await keyOf(passphrase, salt);
  const open = (n: number, sealed: Buffer, isLast: boolean, why: SealFault['why']): Buffer => {
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(n, isLast), { authTagLength: tagBytes }).setAAD(header);
      decipher.setAuthTag(sealed.subarray(-tagBytes));
      return Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()]);
    } catch {
      throw new SealFault(why);
    }
  };
  const probe = (await rest.next()).value;
  if (!probe || probe.isLast) throw new SealFault('changed');
  open(0, probe.part, false, 'passphrase');
  let n = 1;
  for await (const { part, isLast } of rest) yield open(n++, part, isLast, 'changed');
}

type Part = { part: Buffer; isLast: boolean };

/** Parts of one size, but for the `first` and the last, which is whatever is left: perhaps nothing. */
async function* inParts(source: AsyncIterable<Buffer>, size: number, first: number[] = []): AsyncGenerator<Part, undefined> {
  let held: Buffer[] = [];
  let bytes = 0;
  const sizes = [...first];
  for await (const some of source) {
    held.push(some);
    bytes += some.length;
    if (bytes <= (sizes[0] ?? size)) continue;
    let all = Buffer.concat(held);
    // one that is full is not yet the last: something may follow
    for (let next = sizes[0] ?? size; all.length > next; next = sizes[0] ?? size) {
      yield { part: all.subarray(0, next), isLast: false };
      sizes.shift();
      all = all.subarray(next);
    }
    held = [all];
    bytes = all.length;
  }
  yield { part: Buffer.concat(held), isLast: true };
}
