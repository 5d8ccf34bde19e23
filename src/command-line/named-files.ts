import { readFileSync, realpathSync, statSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { settings } from '../config/index.ts';
import type { ReferenceReader } from '../domain/administration/configuration/index.ts';

/** Bytes of a file that `${file:…}` names. */
const largestText = 1_048_576;

const variables = Object.values(settings).map(({ env }) => env);

/** The server's own settings, such as its master keys: what a file brings into a company can be read there. */
const isOfServer = (name: string): boolean => {
  const upper = name.toUpperCase();
  return upper.startsWith('PORTARIA_') || variables.some((one) => upper === one || upper === `${one}_FILE`);
};

/** Why a file that another one names is not read: a key of the texts. */
export class NamedFileFault extends Error {}

/**
 * What a configuration file may name: regular files, but for those in the server's data folder and those that hold its settings.
 * @param folder the names are relative to it
 */
export type NamedFiles = { read(name: string, mostBytes: number): Buffer; references: ReferenceReader };

export function namedFiles(folder: string, dataDir: string, env: NodeJS.ProcessEnv = process.env): NamedFiles {
  const ofServer = [dataDir, ...variables.flatMap((name) => env[`${name}_FILE`] ?? [])].flatMap(real);
  /** @throws NamedFileFault; Error with the code of the system. A file that is too large is read only so far that its reader can say so */
  const read = (name: string, mostBytes: number): Buffer => {
    const file = realpathSync(resolve(folder, name));
    if (ofServer.some((own) => file === own || file.startsWith(own + sep))) throw new NamedFileFault('fields.reference_server_file');
    const found = statSync(file);
    if (!found.isFile()) throw new NamedFileFault('fields.reference_no_text');
    return found.size > mostBytes ? Buffer.alloc(mostBytes + 1) : readFileSync(file);
  };
  return {
    read,
    /** An empty variable is one that nobody set; a file may end with a line break, as editors and `echo` leave it. */
    references(kind, name) {
      if (kind === 'env') return isOfServer(name) ? { fault: 'fields.reference_server' } : env[name] || undefined;
      try {
        const content = read(name, largestText);
        if (content.length > largestText) return { fault: 'fields.reference_no_text' };
        return readUtf8(content).replace(/\r?\n$/, '');
      } catch (error) {
        if (error instanceof NamedFileFault) return { fault: error.message };
        return error instanceof TypeError ? { fault: 'fields.reference_no_text' } : undefined;
      }
    },
  };
}

/** @throws TypeError where it is not UTF-8 */
export const readUtf8 = (content: Buffer): string => new TextDecoder('utf-8', { fatal: true }).decode(content);

function real(path: string): string[] {
  try {
    return [realpathSync(path)];
  } catch {
    return [];
  }
}
