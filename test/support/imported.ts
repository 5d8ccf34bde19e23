import { randomUUID } from 'node:crypto';
import { addDirectory, type Directory, getDirectory, noteDirectoryState } from '../../src/domain/people/directories/index.ts';
import { dnKey, type EntryContent, saveEntries } from '../../src/domain/people/directory-entries/index.ts';
import { inTransaction, type Scope } from '../../src/domain/scope.ts';

/** A directory that an agent has reached. */
export async function directoryOf(scope: Scope, name: string, kind: Directory['kind'] = 'active-directory'): Promise<Directory> {
  const { directory } = await addDirectory(scope, { name });
  const found = { kind, rootDn: 'DC=example,DC=com', accountDomain: 'example.com' };
  await noteDirectoryState(scope, directory.directoryId, { isUp: true, ...found });
  return getDirectory(scope, directory.directoryId);
}

/** A person as Active Directory says them. */
export const personThere = (firstName: string, lastName: string, more: Record<string, string> = {}): EntryContent => {
  const dn = `CN=${firstName} ${lastName},OU=People,DC=example,DC=com`;
  const attributes = { givenname: firstName, sn: lastName, cn: `${firstName} ${lastName}`, ...more };
  return content('person', dn, attributes);
};

export const groupThere = (name: string): EntryContent => content('group', `CN=${name},OU=Groups,DC=example,DC=com`, { cn: name });

const content = (kind: EntryContent['kind'], dn: string, attributes: Record<string, string>): EntryContent => ({
  entryId: randomUUID(),
  kind,
  dn,
  dnKey: dnKey(dn),
  attributes: Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, [value]])),
  isEnabled: true,
  contentHash: 'x',
});

/** They are in the directory now. */
export const arrive = (scope: Scope, directory: Directory, contents: EntryContent[]): Promise<void> =>
  inTransaction(scope, (tx) => saveEntries(tx, directory, contents));

/** An entry is this person or group of ours. */
export const isOurs = async ({ db, contextId }: Scope, { entryId }: EntryContent, link: { user_id?: string; group_id?: string }) => {
  await db('directory_entries')
    .where({ context_id: contextId, entry_id: entryId })
    .update({ ...link, state: 'accepted' } as never);
};
