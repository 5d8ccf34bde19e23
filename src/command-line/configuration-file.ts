import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  type DesiredState,
  type FileContent,
  faultAt,
  findInRest,
  type Resolved,
  readState,
  resolveReferences,
  StateError,
  type StateFault,
} from '../domain/administration/configuration/index.ts';
import { metadataLimits } from '../platform/saml/index.ts';
import { tellingFound, tellingReferences } from './found-in-file.ts';
import { NamedFileFault, type NamedFiles, namedFiles, readUtf8 } from './named-files.ts';
import { parseYaml, yamlFault } from './yaml-fault.ts';

/** `asWritten`: the references of the file in place of what they lead to, for what is only shown. */
export type ConfigurationFile = { state: DesiredState; unresolved: Resolved['unresolved']; asWritten: <T>(shown: T) => T };

/**
 * Does something with what a file says, with everything that it names in its place. A refusal tells what the file has in each place.
 * @param file `-` is standard input
 * @param dataDir the server's, of which nothing may be named
 * @param findMore looks for what else is wrong with a file that cannot be read as a whole: of what is left of it
 * @throws StateError by the path of everything that is wrong
 */
export async function withConfigurationFile<T>(
  file: string,
  dataDir: string,
  work: (said: ConfigurationFile) => Promise<T>,
  findMore: (said: ConfigurationFile) => Promise<StateFault[]>,
): Promise<T> {
  const files = namedFiles(file === '-' ? '.' : dirname(file), dataDir);
  const written = read(file);
  const { value, unresolved, faults } = resolveReferences(written, files.references);
  const asWritten = tellingReferences(written, value);
  const check = async () => {
    const { state, faults: shape } = readState(value);
    const { state: whole, faults: missing } = state ? withFiles(state, files) : { state, faults: [] };
    const wrong = [...faults, ...shape, ...missing];
    if (whole && wrong.length === 0) return work({ state: whole, unresolved, asWritten });
    const lookOn = async (left: DesiredState, inFile: (fault: StateFault) => StateFault) => {
      const rest = withFiles(left, files);
      return [
        ...rest.faults,
        ...(await findMore({ state: rest.state, unresolved: moveReferences(rest.state, unresolved, inFile), asWritten })),
      ];
    };
    throw new StateError(await findInRest(value, wrong, lookOn));
  };
  return tellingFound(written, check, value);
}

/** References by their places in what is left of a file. */
function moveReferences(
  { contexts }: DesiredState,
  unresolved: Resolved['unresolved'],
  inFile: (fault: StateFault) => StateFault,
): Resolved['unresolved'] {
  const known = new Map(unresolved.map((one) => [one.path, one]));
  return contexts.flatMap(({ applications }, c) =>
    applications.flatMap((_, a) => {
      const place = faultAt(['contexts', c, 'applications', a, 'oidc', 'client_secret'], '');
      const found = known.get(inFile(place).path);
      return found ? [{ ...found, path: place.path }] : [];
    }),
  );
}

/** @throws StateError naming the line that cannot be read */
function read(file: string): unknown {
  let text: string;
  try {
    text = readUtf8(readFileSync(file === '-' ? 0 : file));
  } catch (error) {
    throw new StateError([{ path: file, message: cannotRead(error) }]);
  }
  try {
    return parseYaml(text);
  } catch (error) {
    throw new StateError([{ path: file, message: yamlFault(error) ?? 'cannot be read' }]);
  }
}

const cannotRead = (error: unknown): string =>
  error instanceof NamedFileFault
    ? error.message
    : `cannot be read (${error instanceof TypeError ? 'it is not UTF-8' : (error as NodeJS.ErrnoException).code})`;

/** `saml.metadata` is XML and a logo a data: address, or the name of a file beside this one; several may name the same. @returns with what cannot be read left out */
function withFiles(state: DesiredState, named: NamedFiles): { state: DesiredState; faults: StateFault[] } {
  const files = new Map<string, Buffer>();
  const faults: StateFault[] = [];
  const content = <T>(
    path: PropertyKey[],
    name: T,
    isContent: RegExp,
    most: number,
    check?: (found: Buffer) => void,
  ): T | Buffer | undefined => {
    if (typeof name !== 'string' || isContent.test(name)) return name;
    try {
      const found = files.get(name) ?? named.read(name, most);
      files.set(name, found);
      check?.(found);
      return found;
    } catch (error) {
      faults.push(faultAt(path, cannotRead(error), { name }));
      return undefined;
    }
  };
  for (const [c, { applications, branding }] of state.contexts.entries()) {
    const look = branding as { logo?: FileContent | null } | undefined;
    if (look) look.logo = content(['contexts', c, 'branding', 'logo'], look.logo, /^\s*data:/, largestLogo);
    for (const [a, application] of applications.entries()) {
      const path = ['contexts', c, 'applications', a];
      const { saml, logo } = application;
      application.logo = content([...path, 'logo'], logo, /^\s*data:/, largestLogo);
      if (saml) saml.metadata = content([...path, 'saml', 'metadata'], saml.metadata, /^\s*</, metadataLimits.bytes, refuseSecret);
    }
  }
  return { state, faults };
}

const largestLogo = 1_048_576;

/** What is no XML is not quoted, as it would be in a form: this file may be another one, such as a private key. @throws NamedFileFault */
function refuseSecret(metadata: Buffer): void {
  if (metadata.length <= metadataLimits.bytes && !metadata.subarray(0, 4000).includes('<'))
    throw new NamedFileFault('fields.metadata_no_xml');
}
