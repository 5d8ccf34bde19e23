import { randomUUID } from 'node:crypto';
import { followEntries } from '../../src/domain/administration/directory-acceptance/index.ts';
import { changeSettings, loadSettings } from '../../src/domain/company/context-settings/index.ts';
import {
  addDirectory,
  type Directory,
  type DirectoryInput,
  directoryRules,
  getDirectory,
} from '../../src/domain/people/directories/index.ts';
import {
  addDirectMembers,
  dnKey,
  type Entry,
  type EntryContent,
  getEntry,
  markGone,
  saveEntries,
} from '../../src/domain/people/directory-entries/index.ts';
import { inTransaction, type Scope } from '../../src/domain/scope.ts';

let directories = 0;

/** A directory whose kind is Active Directory unless told. */
export async function addTestDirectory(
  scope: Scope,
  settings: DirectoryInput['settings'] = {},
  kind = 'active-directory',
): Promise<Directory> {
  const { directory } = await addDirectory(scope, { name: `Directory ${++directories}`, settings });
  await scope.db('directories').where({ context_id: scope.contextId, directory_id: directory.directoryId }).update({ kind });
  return getDirectory(scope, directory.directoryId);
}

export type TestEntry = { attributes?: Record<string, string[]> } & Partial<Omit<EntryContent, 'attributes'>>;

let people = 0;

/** Somebody whose data would stand here as it is. */
export function personEntry({ attributes = {}, ...more }: TestEntry = {}): EntryContent {
  const n = ++people;
  const entryId = randomUUID();
  const dn = more.dn ?? `CN=Person ${n},OU=People,DC=example,DC=com`;
  const own = { givenname: ['Person'], sn: [`Number ${n}`], mail: [`entry${n}@example.com`], samaccountname: [`entry${n}`] };
  return {
    entryId,
    kind: 'person',
    dn,
    isEnabled: true,
    contentHash: '',
    ...more,
    dnKey: dnKey(dn),
    attributes: { ...own, ...attributes },
  };
}

export function groupEntry(name: string, more: TestEntry = {}): EntryContent {
  const dn = more.dn ?? `CN=${name},OU=Groups,DC=example,DC=com`;
  return {
    entryId: randomUUID(),
    kind: 'group',
    dn,
    isEnabled: true,
    contentHash: '',
    ...more,
    dnKey: dnKey(dn),
    attributes: { cn: [name], ...more.attributes },
  };
}

/** As a run does: writes the entries, and follows them. */
export const importEntries = (scope: Scope, { directoryId }: Directory, contents: EntryContent[]): Promise<void> =>
  inTransaction(scope, async (inside) => {
    await saveEntries(inside, await getDirectory(inside, directoryId), contents);
    await followEntries(
      inside,
      directoryId,
      contents.map(({ entryId }) => entryId),
    );
  });

export const importMembers = (scope: Scope, { directoryId }: Directory, group: EntryContent, members: EntryContent[]): Promise<void> =>
  inTransaction(scope, async (inside) => {
    await addDirectMembers(
      inside,
      directoryId,
      members.map(({ entryId }) => ({ groupEntryId: group.entryId, memberEntryId: entryId })),
    );
    await followEntries(inside, directoryId, [group.entryId]);
  });

/** They are in the directory no more. */
export const importGone = (scope: Scope, { directoryId }: Directory, contents: EntryContent[]): Promise<void> =>
  inTransaction(scope, async (inside) => {
    const ids = contents.map(({ entryId }) => entryId);
    await markGone(inside, directoryId, ids);
    await followEntries(inside, directoryId, ids);
  });

export const entryOf = (scope: Scope, { directoryId }: Directory, { entryId }: EntryContent): Promise<Entry> =>
  getEntry(scope, directoryId, entryId);

export async function setDirectoryRules(scope: Scope, rules: Record<string, boolean>): Promise<void> {
  const { value, version } = await loadSettings(scope, directoryRules);
  await changeSettings(scope, directoryRules, { ...value, ...rules }, version);
}
