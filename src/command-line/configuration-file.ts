import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import {
  type DesiredState,
  type FileContent,
  faultAt,
  isOfServer,
  parseState,
  type ReferenceReader,
  type Resolved,
  resolveReferences,
  StateError,
} from '../domain/administration/configuration/index.ts';
import { metadataLimits } from '../platform/saml/index.ts';
import { tellingFound } from './found-in-file.ts';
import { parseYaml, yamlFault } from './yaml-fault.ts';

export type ConfigurationFile = { state: DesiredState; unresolved: Resolved['unresolved'] };

/**
 * Does something with what a file says, with everything that it names in its place. A refusal tells what the file has in each place.
 * @param file `-` is standard input
 * @throws StateError by the path of what is wrong
 */
export async function withConfigurationFile<T>(file: string, work: (said: ConfigurationFile) => Promise<T>): Promise<T> {
  const folder = file === '-' ? '.' : dirname(file);
  const written = read(file);
  return tellingFound(written, () => {
    const { value, unresolved } = resolveReferences(written, readerIn(folder));
    return work({ state: withFiles(parseState(value), folder), unresolved });
  });
}

/** @throws StateError naming the line that cannot be read */
function read(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new StateError([{ path: file, message: cannotRead(error) }]);
  }
  try {
    return parseYaml(text);
  } catch (error) {
    throw new StateError([{ path: file, message: yamlFault(error) ?? 'cannot be read' }]);
  }
}

const cannotRead = (error: unknown): string => `cannot be read (${(error as NodeJS.ErrnoException).code})`;

/** An empty variable is one that nobody set; a file may end with a line break, as editors and `echo` leave it. */
const readerIn =
  (folder: string): ReferenceReader =>
  (kind, name) => {
    if (kind === 'env') return isOfServer(name) ? undefined : process.env[name] || undefined;
    try {
      return readFileSync(resolve(folder, name), 'utf8').replace(/\r?\n$/, '');
    } catch {
      return undefined;
    }
  };

/** `saml.metadata` is XML and a logo a data: address, or the name of a file beside this one; several may name the same. @throws StateError naming the part whose file cannot be read */
function withFiles(state: DesiredState, folder: string): DesiredState {
  const files = new Map<string, Buffer>();
  const content = (path: PropertyKey[], name: unknown, isContent: RegExp, most: number): Buffer | undefined => {
    if (typeof name !== 'string' || isContent.test(name)) return undefined;
    try {
      const file = resolve(folder, name);
      if (!files.has(file)) files.set(file, readWhole(file, most));
      return files.get(file);
    } catch (error) {
      throw new StateError([faultAt(path, cannotRead(error))]);
    }
  };
  for (const [c, { applications, branding }] of state.contexts.entries()) {
    const look = branding as { logo?: FileContent | null } | undefined;
    if (look) look.logo = content(['contexts', c, 'branding', 'logo'], look.logo, /^\s*data:/, largestLogo) ?? look.logo;
    for (const [a, application] of applications.entries()) {
      const path = ['contexts', c, 'applications', a];
      const { saml, logo } = application;
      application.logo = content([...path, 'logo'], logo, /^\s*data:/, largestLogo) ?? logo;
      if (saml) saml.metadata = content([...path, 'saml', 'metadata'], saml.metadata, /^\s*</, metadataLimits.bytes) ?? saml.metadata;
    }
  }
  return state;
}

const largestLogo = 1_048_576;

/** One that is too large is read only so far that its reader can say so. */
const readWhole = (file: string, most: number): Buffer => (statSync(file).size > most ? Buffer.alloc(most + 1) : readFileSync(file));
