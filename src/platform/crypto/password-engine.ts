export type HashParameters = { memoryCost: number; timeCost: number; parallelism: number };

/** An implementation of Argon2id (RFC 9106). Each verifies the PHC strings that the other wrote. */
export type PasswordEngine = {
  readonly name: string;
  /** Why faster ones do not load here. */
  readonly faults: readonly string[];
  /** @param parameters memory in KiB */
  hash(password: string, parameters: HashParameters): Promise<string>;
  /** @throws Error when `stored` is no PHC string of Argon2 */
  verify(stored: string, password: string): Promise<boolean>;
  /** A key of 32 bytes, the same for the same salt and parameters. */
  derive(passphrase: string, salt: Buffer, parameters: HashParameters): Promise<Buffer>;
};

/** In the order of their speed. The first has no binary for every platform, and is left out by --omit=optional. */
export const engineLoaders: Record<string, () => Promise<Pick<PasswordEngine, 'hash' | 'verify' | 'derive'>>> = {
  async '@node-rs/argon2'() {
    const { hash, verify, hashRaw } = await import('@node-rs/argon2');
    return { hash, verify, derive: (passphrase, salt, parameters) => hashRaw(passphrase, { ...parameters, salt, outputLen: 32 }) };
  },
  async argon2() {
    const { hash, verify, argon2id } = await import('argon2');
    return {
      hash: (password, parameters) => hash(password, { ...parameters, type: argon2id }),
      verify,
      derive: (passphrase, salt, parameters) => hash(passphrase, { ...parameters, type: argon2id, salt, hashLength: 32, raw: true }),
    };
  },
};

/** The fastest engine that loads here. @throws Error saying why none does */
export async function loadPasswordEngine(candidates = engineLoaders): Promise<PasswordEngine> {
  const faults: string[] = [];
  for (const [name, load] of Object.entries(candidates)) {
    try {
      return { name, faults, ...(await load()) };
    } catch (error) {
      faults.push(`${name}: ${(error as Error).message.split('\n')[0]}`);
    }
  }
  throw new Error(`No engine for passwords loads on ${process.platform}-${process.arch}. Run "npm ci". ${faults.join('. ')}`);
}
