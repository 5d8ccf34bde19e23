import type { Provisioning } from '../../../domain/administration/directory-provisioning/index.ts';
import type { CustomField } from '../../../domain/company/custom-fields/index.ts';
import { type Directory, getDirectory } from '../../../domain/people/directories/index.ts';
import { type Entry, filledFields, findEntryOfUser } from '../../../domain/people/directory-entries/index.ts';
import type { User } from '../../../domain/people/users/index.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { PageContext } from '../../request/index.ts';

/** Where a person comes from. */
export type Origin = { directory: Directory; entry: Entry; role: User['role'] };

export async function findOrigin(scope: Scope, { userId, role }: User): Promise<Origin | undefined> {
  const entry = await findEntryOfUser(scope, userId);
  return entry && { entry, role, directory: await getDirectory(scope, entry.directoryId) };
}

/** What the directory says of the person and goes on saying, by the names of the form: nobody edits it here. */
export const filledInputs = (origin: Origin | undefined, fields: CustomField[]): Set<string> =>
  new Set(
    [...(origin ? filledFields(origin.entry, origin.directory, fields, origin.role) : [])].map((name) =>
      name.replace('customFields.', 'custom_'),
    ),
  );

/** How the account is there. */
export const stateThere = ({ entry }: Origin): 'enabled' | 'disabled' | 'gone' =>
  entry.isGone ? 'gone' : entry.isEnabled ? 'enabled' : 'disabled';

/** What the directory changed last, in words; attributes of its own keep their names. */
export function changedThere({ t }: PageContext, { entry }: Origin): string[] {
  const words: Record<string, string> = { dn: 'dn', name: 'name', login: 'login', isEnabled: 'enabled_there' };
  return (entry.lastChange?.fields ?? []).map((field) => (Object.hasOwn(words, field) ? t(`directories.${words[field]}`) : field));
}

/** S84: OpenLDAP has a box of its own name. */
export function isActiveDirectory(provisioning: Provisioning): boolean {
  if (provisioning.state === 'no-directory') return true;
  const directories = provisioning.state === 'enabled' ? [provisioning.directory] : provisioning.directories;
  return directories.some(({ kind }) => kind !== 'openldap');
}

/** S100: what the box tells more, which OpenLDAP has in part. */
export function provisioningDetails(provisioning: Provisioning): { key: string; value: string }[] {
  if (provisioning.state !== 'enabled') return [];
  const { directory, entry, immutableId } = provisioning;
  const isOfAd = directory.kind === 'active-directory';
  return [
    { key: 'account_domain', value: directory.settings.accountDomain ?? directory.accountDomain ?? '' },
    { key: 'root_dn', value: directory.settings.rootDn ?? directory.rootDn ?? '' },
    { key: isOfAd ? 'object_guid' : 'entry_uuid', value: entry.entryId },
    { key: 'immutable_id', value: isOfAd ? immutableId : '' },
  ].filter(({ value }) => value !== '');
}
