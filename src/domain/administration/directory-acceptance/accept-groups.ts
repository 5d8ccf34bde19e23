import { measureGrown } from '../../../platform/database/index.ts';
import { AppError } from '../../../platform/errors/index.ts';
import type { Entry, EntryReason } from '../../people/directory-entries/index.ts';
import { createGroup, type Group, listGroupsByIds, renameGroup } from '../../people/groups/index.ts';
import { inTransaction, type Scope, type Transaction } from '../../scope.ts';
import { loadGroupNames } from './group-names.ts';
import type { Source } from './source.ts';

/** @returns the group as it is then, or why it cannot be so */
async function orReason(scope: Transaction, work: (scope: Transaction) => Promise<Group>): Promise<Group | EntryReason> {
  try {
    return await inTransaction(scope, work);
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid_input') return 'invalid-name';
    if (error instanceof AppError && error.code === 'group_name_taken') return 'conflict';
    throw error;
  }
}

/** Groups of those who wait. Members come by followMembers. @param waiting pending groups, as locked @returns them as decided */
export async function acceptGroups(scope: Transaction, source: Source, waiting: Entry[]): Promise<Entry[]> {
  const names = await loadGroupNames(scope, source, waiting);
  const decided: Entry[] = [];
  for (const entry of waiting) {
    const found = entry.isGone ? { reason: 'gone' as const } : names.find(entry);
    const details = { directory: source.directory.name };
    const made = 'name' in found ? await orReason(scope, (inside) => createGroup(inside, { name: found.name }, details)) : found.reason;
    if (typeof made === 'object') names.note(made);
    decided.push(
      typeof made === 'object' ? { ...entry, state: 'accepted', groupId: made.groupId, reason: undefined } : { ...entry, reason: made },
    );
  }
  await measureGrown(scope.db, 'groups', decided.length);
  return decided;
}

/** Why groups that are not accepted now wait. */
export async function explainGroups(scope: Scope, source: Source, waiting: Entry[]): Promise<Entry[]> {
  const names = await loadGroupNames(scope, source, waiting);
  return waiting.map((entry) => {
    const found = entry.isGone ? { reason: 'gone' as const } : names.find(entry);
    return { ...entry, reason: 'reason' in found ? found.reason : undefined };
  });
}

/** Accepted groups are called here as they are there; those that are gone stay with their applications, empty. @returns them as decided */
export async function followGroups(scope: Transaction, source: Source, accepted: Entry[]): Promise<Entry[]> {
  const groups = await listGroupsByIds(
    scope,
    accepted.flatMap(({ groupId }) => groupId ?? []),
  );
  const names = await loadGroupNames(scope, source, accepted);
  const decided: Entry[] = [];
  for (const entry of accepted) {
    const group = entry.groupId && groups.get(entry.groupId);
    if (!group) continue;
    const found = entry.isGone ? { reason: 'gone' as const } : names.isNamed(entry, group) ? {} : names.find(entry, group);
    const renamed = 'name' in found ? await orReason(scope, (inside) => renameGroup(inside, group.groupId, found.name)) : undefined;
    if (typeof renamed === 'object') names.note(renamed);
    decided.push({ ...entry, reason: typeof renamed === 'string' ? renamed : 'reason' in found ? found.reason : undefined });
  }
  return decided;
}
