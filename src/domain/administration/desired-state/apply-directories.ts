import { addDirectory, findDirectoryByName, revokeToken } from '../../people/directories/index.ts';
import type { Desired, DesiredContext } from '../configuration/index.ts';
import { changeDirectory } from '../directory-runs/index.ts';
import type { Applying } from './applying.ts';
import { mergeSettings } from './merge-given.ts';
import { part } from './part.ts';

/** Tokens are never in a file: `portaria directory token` makes one. A setting that the file does not mention stays. */
export async function applyDirectories(applying: Applying, desired: DesiredContext): Promise<void> {
  for (const [index, directory] of desired.directories.entries())
    await part(applying, ['directories', index], (inside) => applyDirectory(inside, directory));
}

async function applyDirectory({ scope, result }: Applying, { name, settings = {} }: Desired<'directories'>): Promise<void> {
  const what = `directory ${name}`;
  const found = await findDirectoryByName(scope, name);
  if (!found) {
    const { directory } = await addDirectory(scope, { name, settings: asWritten(settings) });
    // nobody has seen it: the console shows that one is to be made
    await revokeToken(scope, directory.directoryId);
    result.changes.push({ action: 'created', what });
    return;
  }
  const { mapping = found.settings.mapping, ...others } = settings;
  const merged = { ...mergeSettings(found.settings, others), mapping: asWritten(mapping) };
  const edited = await changeDirectory(scope, found.directoryId, { name, settings: merged });
  if (edited.version !== found.version) result.changes.push({ action: 'changed', what });
}

/** Null is the default, at every depth. */
const asWritten = (given: unknown) => mergeSettings({}, given ?? {});
