import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { Cache } from '../cache/index.ts';

type MasterKey = { id: string; key: Buffer };

// a cipher takes three times as long with a key that is bytes
type Key = MasterKey & { secret: KeyObject };

/** Encrypts what is secret at rest, by AES-256-GCM; the first key encrypts, all decrypt, so that keys can be rotated. */
export class KeyRing {
  readonly #keys: Key[];
  // some purposes are of one company, and those have no end
  readonly #derived = new Cache<Buffer[]>({ name: 'derived_keys', max: 2000 });
  readonly #fingerprintKeys = new Cache<KeyObject[]>({ name: 'fingerprint_keys', max: 500 });
  readonly #former = new Map<string, Buffer[]>();

  constructor(keys: MasterKey[]) {
    if (keys.length === 0) throw new Error('the key ring is empty');
    this.#keys = keys.map((one) => ({ ...one, secret: createSecretKey(one.key) }));
  }

  /** A name that several keys have: what is sealed says only the name, so nobody can tell which of them it needs. */
  get repeatedId(): string | undefined {
    return this.ids.find((id, n, ids) => ids.indexOf(id) !== n);
  }

  /** Of the key that encrypts. */
  get currentId(): string {
    return this.#keys[0]!.id;
  }

  /** Of all keys, the current one first. */
  get ids(): string[] {
    return this.#keys.map(({ id }) => id);
  }

  /** `purpose` is bound to the ciphertext: one column's value cannot be moved to another row or column. @param under which key, when not the current one */
  encrypt(plain: string | Buffer, purpose: string, under = this.currentId): string {
    const { id, secret } = this.#keys.find((one) => one.id === under)!;
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', secret, iv).setAAD(Buffer.from(purpose));
    const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    return `${id}.${iv.toString('base64url')}.${sealed.toString('base64url')}`;
  }

  /** @throws Error when the key is unknown or the value was changed or moved. */
  decrypt(value: string, purpose: string): Buffer {
    const [id, iv, sealed] = value.split('.');
    // two may have one name: while a backup is restored those of both stores are here
    const keys = this.#keys.filter((candidate) => candidate.id === id);
    if (keys.length === 0 || !iv || !sealed) throw new Error(`no master key "${id}" in the key ring`);
    const bytes = Buffer.from(sealed, 'base64url');
    const open = ({ secret }: Key): Buffer => {
      const decipher = createDecipheriv('aes-256-gcm', secret, Buffer.from(iv, 'base64url')).setAAD(Buffer.from(purpose));
      decipher.setAuthTag(bytes.subarray(-16));
      return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]);
    };
    for (const key of keys.slice(0, -1)) {
      try {
        return open(key);
      } catch {
        // by the next one of this name, perhaps
      }
    }
    return open(keys.at(-1)!);
  }

  /** A 32-byte key for one purpose (HKDF-SHA-256, RFC 5869), the same in every process; one for each master key, the current first. */
  derive(purpose: string): Buffer[] {
    let derived = this.#derived.get(purpose);
    if (!derived) {
      derived = this.#keys.map(({ key }) => Buffer.from(hkdfSync('sha256', key, '', purpose, 32)));
      this.#derived.set(purpose, derived);
    }
    return derived;
  }

  /** Fingerprints were made with these, too: keys of a purpose outlive the master key that they were derived from. */
  keepFingerprintKeys(purpose: string, keys: Buffer[]): void {
    const known = this.derive(purpose);
    this.#former.set(
      purpose,
      keys.filter((key) => !known.some((one) => one.equals(key))),
    );
    this.#fingerprintKeys.delete(purpose);
  }

  /** A keyed fingerprint, for values that may be guessable (client secrets chosen by hand). */
  fingerprint(value: string, purpose: string): string[] {
    let keys = this.#fingerprintKeys.get(purpose);
    if (!keys) {
      keys = [...this.derive(purpose), ...(this.#former.get(purpose) ?? [])].map((key) => createSecretKey(key));
      this.#fingerprintKeys.set(purpose, keys);
    }
    return keys.map((key) => createHmac('sha256', key).update(value).digest('base64url'));
  }
}

/** As `parseKeyRing`, where somebody chose the names. @throws Error saying which entry is wrong, or which name is given twice */
export function parseMasterKeys(entries: string[]): KeyRing {
  const ring = parseKeyRing(entries);
  if (ring.repeatedId !== undefined) throw new Error(`two master keys have the name "${ring.repeatedId}": give each a name of its own`);
  return ring;
}

/** `id:base64` entries, 32 bytes each. @throws Error naming the entry that is wrong, never its value. */
export function parseKeyRing(entries: string[]): KeyRing {
  return new KeyRing(
    entries.map((entry, index) => {
      const key = readEntry(entry);
      if (!key) throw new Error(`master key ${index + 1} is not id:base64 of 32 bytes`);
      return key;
    }),
  );
}

export const isMasterKey = (entry: string): boolean => readEntry(entry) !== undefined;

function readEntry(entry: string): MasterKey | undefined {
  const at = entry.indexOf(':');
  const key = Buffer.from(entry.slice(at + 1), 'base64');
  return at < 1 || key.length !== 32 ? undefined : { id: entry.slice(0, at), key };
}
