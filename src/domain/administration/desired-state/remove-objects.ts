import { AppError } from '../../../platform/errors/index.ts';
import { deleteApi, findApiByIdentifier } from '../../applications/apis/index.ts';
import { deleteApplication, findApplicationByCode } from '../../applications/applications/index.ts';
import { deleteCustomField } from '../../applications/custom-field-uses/index.ts';
import { listCustomFields } from '../../company/custom-fields/index.ts';
import { findDirectoryByName, removeDirectory } from '../../people/directories/index.ts';
import { findEntriesOfGroups } from '../../people/directory-entries/index.ts';
import { findGroupByName } from '../../people/groups/index.ts';
import { nameKey } from '../../people/users/index.ts';
import type { Scope } from '../../scope.ts';
import {
  type DesiredContext,
  describeConfiguration,
  type Kind,
  type ListedKind,
  listObjects,
  listOfKind,
  type ObjectRef,
  type OverrideTarget,
  withKeys,
} from '../configuration/index.ts';
import { deleteGroup } from '../group-changes/index.ts';
import type { Applying } from './applying.ts';
import { part } from './part.ts';

export type Removal = ObjectRef & { name: string };

/** What the company has and the file does not, of the lists that the file gives. Groups that a directory has are the directory's. */
export async function findSurplus(scope: Scope, desired: DesiredContext): Promise<Removal[]> {
  const listed = listedIn(desired);
  const surplus: Removal[] = [];
  for (const { kind, key, name } of listObjects(await describeConfiguration(scope))) {
    const keys = listed[kind];
    if (!keys || keys.has(key)) continue;
    if (kind === 'group' && (await isOfDirectory(scope, name))) continue;
    surplus.push({ kind, key, name });
  }
  return surplus;
}

/** The keys of what the file lists; a list that is left out says nothing. */
function listedIn({ given, ...desired }: DesiredContext): Partial<Record<Kind, Set<string>>> {
  const { customFields, groups, directories, applications, apis, policy, mails } = desired;
  const words = Object.entries(mails ?? {}).flatMap(([mail, byLocale]) => Object.keys(byLocale ?? {}).map((locale) => `${mail}.${locale}`));
  const overrides = withKeys((policy?.overrides ?? []) as NamedTarget[]).map(({ key }) => key);
  const lists: [kind: Kind, isGiven: boolean, keys: string[]][] = [
    ['customField', given.includes('customFields'), customFields.map(({ code }) => code)],
    ['group', given.includes('groups'), groups.map(({ name }) => nameKey(name))],
    ['directory', given.includes('directories'), directories.map(({ name }) => nameKey(name))],
    ['application', given.includes('applications'), applications.map(({ code }) => code)],
    ['api', given.includes('apis'), apis.map(({ identifier }) => identifier)],
    ['override', policy?.overrides !== undefined, overrides],
    ['mail', mails !== undefined, words],
  ];
  return Object.fromEntries(lists.filter(([, isGiven]) => isGiven).map(([kind, , keys]) => [kind, new Set(keys)]));
}

type NamedTarget = { for: OverrideTarget };

async function isOfDirectory(scope: Scope, name: string): Promise<boolean> {
  const group = await findGroupByName(scope, name);
  const entry = group && (await findEntriesOfGroups(scope, [group.groupId])).get(group.groupId);
  return entry !== undefined && !entry.isGone;
}

/** What refers to others goes before them. The policy's overrides go with the policy. */
const order: ListedKind[] = ['api', 'application', 'group', 'customField', 'directory'];

export async function removeObjects(applying: Applying, removals: Removal[]): Promise<void> {
  for (const kind of order) {
    // what was refused may still name a field that it would name no longer
    if (kind === 'customField' && applying.refused?.length) continue;
    for (const removal of removals) {
      if (removal.kind !== kind) continue;
      const called = kind === 'group' || kind === 'directory' ? removal.name : removal.key;
      await part(applying, [listOfKind[kind], called], (inside) => removeObject(inside, removal));
    }
  }
}

async function removeObject({ scope, result }: Applying, { kind, key, name }: Removal): Promise<void> {
  const gone = new AppError('changed_meanwhile', 409);
  const removers: Partial<Record<Kind, () => Promise<void>>> = {
    api: async () => deleteApi(scope, ((await findApiByIdentifier(scope, key)) ?? raise(gone)).apiId),
    application: async () => deleteApplication(scope, ((await findApplicationByCode(scope, key)) ?? raise(gone)).applicationId),
    group: async () => deleteGroup(scope, ((await findGroupByName(scope, name)) ?? raise(gone)).groupId),
    customField: async () =>
      deleteCustomField(scope, ((await listCustomFields(scope)).find(({ code }) => code === key) ?? raise(gone)).fieldId),
    directory: async () => removeDirectory(scope, ((await findDirectoryByName(scope, name)) ?? raise(gone)).directoryId),
  };
  await removers[kind]!();
  result.changes.push({ action: 'removed', what: describeRemoval({ kind, key, name }) });
}

const raise = (error: Error): never => {
  throw error;
};

const words: Partial<Record<Kind, string>> = { api: 'API', customField: 'custom field', mail: 'words of the mail', override: 'policy for' };

export const describeRemoval = ({ kind, key, name }: Removal): string =>
  `${words[kind] ?? kind} ${kind === 'group' || kind === 'directory' ? name : key}`;
