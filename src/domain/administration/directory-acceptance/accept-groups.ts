import { AppError } from '../../../platform/errors/index.ts';
import { type Entry, type EntryReason, findEntriesOfGroups } from '../../people/directory-entries/index.ts';
import { createGroup, findGroupByName, type Group, listGroupsByIds, renameGroup } from '../../people/groups/index.ts';
import { type GroupId, inTransaction, type Scope, type Transaction } from '../../scope.ts';
import type { Source } from './source.ts';

const longestName = 100;

/** As the directory calls it; where a group of a directory has that name already, with the directory behind. */
const namesFor = ({ name }: Entry, { directory }: Source): string[] =>
  [name, `${name} (${directory.name})`].filter((one) => one.trim() !== '' && one.length <= longestName);

/** @returns undefined when the name is taken by a group made here, which an administrator links or renames, or twice by directories */
async function findFreeName(scope: Scope, names: string[], own?: Group): Promise<string | undefined> {
  for (const name of names) {
    const owner = await findGroupByName(scope, name);
    if (!owner || owner.groupId === own?.groupId) return name;
    if (!(await findEntriesOfGroups(scope, [owner.groupId])).has(owner.groupId)) return undefined;
  }
  return undefined;
}

/** @returns why it cannot be done, undefined where it is */
async function orReason(scope: Transaction, work: (scope: Transaction) => Promise<unknown>): Promise<EntryReason | undefined> {
  try {
    await inTransaction(scope, work);
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid_input') return 'invalid-name';
    if (error instanceof AppError && error.code === 'group_name_taken') return 'conflict';
    throw error;
  }
}

/** Groups of those who wait. Members come by followMembers. @param waiting pending groups, as locked @returns them as decided */
export async function acceptGroups(scope: Transaction, source: Source, waiting: Entry[]): Promise<Entry[]> {
  const decided: Entry[] = [];
  for (const entry of waiting) {
    let groupId: GroupId | undefined;
    const judged = await explainGroup(scope, source, entry);
    const reason =
      judged.reason ??
      (await orReason(scope, async (inside) => {
        groupId = (await createGroup(inside, { name: judged.name! }, { directory: source.directory.name })).groupId;
      }));
    decided.push(groupId && !reason ? { ...entry, state: 'accepted', groupId, reason } : { ...entry, reason });
  }
  return decided;
}

/** Why groups that are not accepted now wait. */
export async function explainGroups(scope: Scope, source: Source, waiting: Entry[]): Promise<Entry[]> {
  const decided: Entry[] = [];
  for (const entry of waiting) decided.push({ ...entry, reason: (await explainGroup(scope, source, entry)).reason });
  return decided;
}

async function explainGroup(scope: Scope, source: Source, entry: Entry): Promise<{ reason?: EntryReason; name?: string }> {
  if (entry.isGone) return { reason: 'gone' };
  const names = namesFor(entry, source);
  if (names.length === 0) return { reason: entry.name.trim() === '' ? 'no-name' : 'invalid-name' };
  const name = await findFreeName(scope, names);
  return name === undefined ? { reason: 'conflict' } : { name };
}

/** Accepted groups are called here as they are there; those that are gone stay with their applications, empty. @returns them as decided */
export async function followGroups(scope: Transaction, source: Source, accepted: Entry[]): Promise<Entry[]> {
  const groups = await listGroupsByIds(
    scope,
    accepted.flatMap(({ groupId }) => groupId ?? []),
  );
  const decided: Entry[] = [];
  for (const entry of accepted) {
    const group = entry.groupId && groups.get(entry.groupId);
    if (!group) continue;
    const names = namesFor(entry, source);
    if (entry.isGone || names.some((name) => name === group.name)) {
      decided.push({ ...entry, reason: entry.isGone ? 'gone' : undefined });
      continue;
    }
    const name = await findFreeName(scope, names, group);
    const unnamed = names.length > 0 ? 'conflict' : 'invalid-name';
    const reason = name === undefined ? unnamed : await orReason(scope, (inside) => renameGroup(inside, group.groupId, name));
    decided.push({ ...entry, reason });
  }
  return decided;
}
