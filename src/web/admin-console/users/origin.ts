import type { CustomField } from '../../../domain/company/custom-fields/index.ts';
import { type Directory, getDirectory, listDirectories } from '../../../domain/people/directories/index.ts';
import { describePerson, type Entry, findEntryOfUser, immutableIdOf } from '../../../domain/people/directory-entries/index.ts';
import type { Scope, UserId } from '../../../domain/scope.ts';

/** Where a person comes from. */
export type Origin = { directory: Directory; entry: Entry };

export async function findOrigin(scope: Scope, userId: UserId): Promise<Origin | undefined> {
  const entry = await findEntryOfUser(scope, userId);
  return entry && { entry, directory: await getDirectory(scope, entry.directoryId) };
}

/** What the directory says of the person and goes on saying, by the names of the form: nobody edits it here. */
export function filledFields(origin: Origin | undefined, fields: CustomField[]): Set<string> {
  if (!origin || origin.entry.isGone) return new Set();
  const said = describePerson(origin.entry, origin.directory, fields);
  const isNamed = said.firstName !== undefined || said.lastName !== undefined;
  return new Set([
    ...(isNamed ? ['firstName', 'lastName'] : []),
    ...(said.department === undefined ? [] : ['department']),
    ...fields.filter(({ fieldId }) => said.customValues[fieldId] !== undefined).map(({ code }) => `custom_${code}`),
  ]);
}

/** S98: its three looks. */
export type Provisioning =
  | { look: 'enabled'; details: { key: string; value: string }[] }
  | { look: 'not-configured' }
  | { look: 'no-directory' };

export async function describeProvisioning(scope: Scope, origin: Origin | undefined): Promise<Provisioning> {
  if (!origin) return { look: (await listDirectories(scope)).length > 0 ? 'not-configured' : 'no-directory' };
  const { directory, entry } = origin;
  const isActiveDirectory = directory.kind === 'active-directory';
  const details = [
    { key: 'account_domain', value: directory.settings.accountDomain ?? directory.accountDomain },
    { key: 'root_dn', value: directory.settings.rootDn ?? directory.rootDn },
    { key: isActiveDirectory ? 'object_guid' : 'entry_uuid', value: entry.entryId },
    { key: 'immutable_id', value: isActiveDirectory ? immutableIdOf(entry.entryId) : undefined },
  ];
  return { look: 'enabled', details: details.filter((one): one is { key: string; value: string } => one.value !== undefined) };
}
