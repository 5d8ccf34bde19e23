import { z } from 'zod';
import { orTaken } from '../../../platform/database/index.ts';
import { AppError, lineOf, parseInput, textOf } from '../../../platform/errors/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { type GroupId, type Scope, type Transaction, useCase } from '../../scope.ts';
import { findEntriesOfGroups, rejectDeleted } from '../directory-entries/index.ts';
import { fullName, getUser, listUsersByIds } from '../users/index.ts';
import { refuseOfDirectory } from './directory-groups.ts';
import {
  deleteMember,
  findGroupByName,
  type Group,
  type GroupFilter,
  getGroup,
  insertGroup,
  insertMembers,
  listGroups,
  lockGroup,
  removeGroup,
  updateGroup,
} from './store.ts';

/** What is said of a group by a form, a file or a program. */
export const groupInput = z.object({
  name: lineOf(100),
  description: textOf(500).default(''),
});
type GroupInput = z.input<typeof groupInput>;

/** Who looked for groups stands in the audit. */
export const viewGroups = useCase(async (scope, filter: GroupFilter): ReturnType<typeof listGroups> => {
  await recordEvent(scope, { type: 'groups.listed', details: filter.search ? { search: filter.search } : {} });
  return listGroups(scope, filter);
});

/** Who looked at a group stands in the audit. @throws AppError not_found */
export const viewGroup = useCase(async (scope, groupId: string): Promise<Group> => {
  const group = await getGroup(scope, groupId);
  await recordEvent(scope, { type: 'group.viewed', subject: { kind: 'group', id: groupId, name: group.name } });
  return group;
});

/** @param details for its event. @throws AppError invalid_input, group_name_taken */
export const createGroup = useCase(async (scope, input: GroupInput, details?: Record<string, unknown>): Promise<Group> => {
  const { name, description } = parseInput(groupInput, input);
  await refuseTaken(scope, name);
  const groupId = await orTaken(insertGroup(scope, { name, description }), { groups_name: taken });
  await recordEvent(scope, { type: 'group.created', subject: { kind: 'group', id: groupId, name }, details });
  return getGroup(scope, groupId);
});

/** @param version the one the editor saw. @throws AppError not_found, everyone_is_fixed (S97), invalid_input, group_name_taken, changed_meanwhile; group_of_directory for its name */
export const editGroup = useCase(async (scope, groupId: string, input: GroupInput, version?: number): Promise<void> => {
  const group = await changeable(scope, groupId);
  if (version !== undefined && version !== group.version) throw new AppError('changed_meanwhile', 409);
  const after = parseInput(groupInput, input);
  if (after.name !== group.name) await refuseOfDirectory(scope, group);
  await saveGroup(scope, group, after);
});

/** As its directory calls it now. @throws AppError not_found, everyone_is_fixed, invalid_input, group_name_taken */
export const renameGroup = useCase(async (scope, groupId: string, name: string): Promise<Group> => {
  const group = await changeable(scope, groupId);
  await saveGroup(scope, group, parseInput(groupInput, { name, description: group.description }));
  return getGroup(scope, groupId);
});

async function saveGroup(scope: Transaction, group: Group, { name, description }: z.output<typeof groupInput>): Promise<void> {
  if (name === group.name && description === group.description) return;
  await refuseTaken(scope, name, group.groupId);
  await orTaken(updateGroup(scope, group.groupId, { name, description }), { groups_name: taken });
  await recordEvent(scope, {
    type: 'group.edited',
    subject: { kind: 'group', id: group.groupId, name },
    details: { before: { name: group.name, description: group.description }, after: { name, description } },
  });
}

/** The group alone: what rules say of it goes by group-changes. @throws AppError not_found, everyone_is_fixed; group_of_directory while the directory has it */
export async function removeGroupRecord(scope: Transaction, groupId: string): Promise<void> {
  const group = await changeable(scope, groupId);
  const entry = (await findEntriesOfGroups(scope, [group.groupId])).get(group.groupId);
  if (entry && !entry.isGone) await refuseOfDirectory(scope, group);
  await rejectDeleted(scope, { group_id: group.groupId });
  await removeGroup(scope, group.groupId);
  await recordEvent(scope, { type: 'group.deleted', subject: { kind: 'group', id: groupId, name: group.name } });
}

/** People already in the group are passed over. @returns how many are new in it. @throws AppError not_found, everyone_is_fixed, group_of_directory */
export const addMembers = useCase(async (scope, groupId: string, userIds: string[]): Promise<number> => {
  const group = await changeable(scope, groupId, 'stay');
  await refuseOfDirectory(scope, group);
  const people = await listUsersByIds(scope, userIds);
  const added = new Set(
    await insertMembers(
      scope,
      group.groupId,
      people.map((user) => user.userId),
    ),
  );
  for (const user of people.filter(({ userId }) => added.has(userId))) {
    await recordEvent(scope, {
      type: 'group.member-added',
      subject: { kind: 'user', id: user.userId, name: fullName(user) },
      details: { group: group.name },
    });
  }
  return added.size;
});

/** @throws AppError not_found, everyone_is_fixed: nobody leaves Everyone (S97); group_of_directory */
/** @returns false where they were no member */
export const removeMember = useCase(async (scope, groupId: string, userId: string): Promise<boolean> => {
  const group = await changeable(scope, groupId, 'stay');
  await refuseOfDirectory(scope, group);
  const user = await getUser(scope, userId);
  if (!(await deleteMember(scope, group.groupId, user.userId))) return false;
  await recordEvent(scope, {
    type: 'group.member-removed',
    subject: { kind: 'user', id: userId, name: fullName(user) },
    details: { group: group.name },
  });
  return true;
});

async function changeable(scope: Transaction, groupId: string, until: 'change' | 'stay' = 'change'): Promise<Group> {
  const group = await lockGroup(scope, groupId, until);
  if (group.isEveryone) throw new AppError('everyone_is_fixed', 409);
  return group;
}

async function refuseTaken(scope: Scope, name: string, except?: GroupId): Promise<void> {
  const found = await findGroupByName(scope, name);
  if (found && found.groupId !== except) throw taken();
}

const taken = () => new AppError('group_name_taken', 409, { fields: { name: 'fields.taken' } });
