import type { Provisioning } from '../../../domain/administration/directory-provisioning/index.ts';
import type { CustomField } from '../../../domain/company/custom-fields/index.ts';
import { type Directory, getDirectory } from '../../../domain/people/directories/index.ts';
import { type Entry, filledFields, findEntryOfUser } from '../../../domain/people/directory-entries/index.ts';
import type { User } from '../../../domain/people/users/index.ts';
import type { Scope } from '../../../domain/scope.ts';

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

/** S100: what the box tells more, which OpenLDAP has in part. */
export function provisioningDetails(provisioning: Provisioning): { key: string; value: string }[] {
  if (provisioning.state !== 'enabled') return [];
  const { directory, entry, immutableId } = provisioning;
  const isActiveDirectory = directory.kind === 'active-directory';
  return [
    { key: 'account_domain', value: directory.settings.accountDomain ?? directory.accountDomain ?? '' },
    { key: 'root_dn', value: directory.settings.rootDn ?? directory.rootDn ?? '' },
    { key: isActiveDirectory ? 'object_guid' : 'entry_uuid', value: entry.entryId },
    { key: 'immutable_id', value: isActiveDirectory ? immutableId : '' },
  ].filter(({ value }) => value !== '');
}
