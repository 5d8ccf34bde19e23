import { randomBytes } from 'node:crypto';
import { KeyRing } from '../platform/crypto/key-ring.ts';
import type { DataFolder } from './data-folder.ts';

const keyFile = 'smartsync.key';
const mark = 'encrypted:';

/** Encrypts what SmartSync keeps, by AES-256-GCM under a key in a file of its own: a copy of the settings alone is worth nothing. */
export class Secrets {
  readonly #ring: KeyRing;

  /** Makes the key at first start. @throws Error when the file holds something else */
  constructor(folder: DataFolder) {
    const kept = folder.read(keyFile)?.trim();
    const key = kept === undefined ? randomBytes(32) : Buffer.from(kept, 'base64');
    if (key.length !== 32)
      throw new Error(
        `${keyFile} in the data directory is not a key of SmartSync. Put the right file there, or remove it together with smartsync.json and identity.json, and set SmartSync up again.`,
      );
    if (kept === undefined) folder.write(keyFile, `${key.toString('base64')}\n`);
    this.#ring = new KeyRing([{ id: 'file', key }]);
  }

  /** @param purpose what it is: one kept value cannot stand in for another */
  seal(plain: string, purpose: string): string {
    return mark + this.#ring.encrypt(plain, purpose);
  }

  /** What stands there as it is, typed by hand, is returned as it is. @throws Error when it was encrypted under another key */
  open(kept: string, purpose: string): string {
    if (!this.isSealed(kept)) return kept;
    try {
      return this.#ring.decrypt(kept.slice(mark.length), purpose).toString();
    } catch {
      throw new Error(`cannot be read by the key in ${keyFile}`);
    }
  }

  isSealed(kept: string): boolean {
    return kept.startsWith(mark);
  }
}
