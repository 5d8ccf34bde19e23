import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomToken } from '../platform/crypto/tokens.ts';

/** Where everything that SmartSync keeps lies: readable by its own user only. */
export class DataFolder {
  readonly path: string;

  /** @throws Error of the file system when it cannot be made */
  constructor(path: string) {
    this.path = path;
    mkdirSync(path, { recursive: true, mode: 0o700 });
    chmodSync(path, 0o700);
  }

  /** Closes what somebody wrote by hand to others. @returns undefined when there is none */
  read(name: string): string | undefined {
    const file = join(this.path, name);
    if (!existsSync(file)) return undefined;
    chmodSync(file, 0o600);
    return readFileSync(file, 'utf8');
  }

  /** All or nothing: a reader in the meantime, or after a crash, finds the old content. */
  write(name: string, content: string): void {
    const draft = join(this.path, `.${name}.${randomToken().slice(0, 8)}`);
    try {
      writeFileSync(draft, content, { mode: 0o600, flush: true });
      renameSync(draft, join(this.path, name));
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
  }
}
