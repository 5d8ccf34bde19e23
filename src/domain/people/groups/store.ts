import { newId } from '../../../platform/crypto/index.ts';
import { byKey, run } from '../../../platform/database/index.ts';
import { notFound } from '../../../platform/errors/index.ts';
import { type Listing, orderQuery, type Part, readPage, readSort, type SortedPage } from '../../keyset.ts';
import type { Row } from '../../rows.ts';
import { type GroupId, isId, type Scope, soughtId, type Transaction, type UserId } from '../../scope.ts';
import { type Count, countUsers, nameKey, searchPattern } from '../users/index.ts';

export type Group = { groupId: GroupId; name: string; description: string; isEveryone: boolean; version: number };
export type GroupWithCount = Group & { members: Count; createdAt: Date };

export const everyoneName = 'Everyone';

const fromRow = (row: Row<'groups'>): Group => ({
  groupId: row.group_id,
  name: row.name,
  description: row.description,
  isEveryone: row.is_everyone,
  version: row.version,
});

const groups = ({ db, contextId }: Scope) => db('groups').where('groups.context_id', contextId);
const members = ({ db, contextId }: Scope) => db('group_members').where('group_members.context_id', contextId);

const groupById = (scope: Scope, groupId: string) => (isId(groupId) ? groups(scope).where('group_id', groupId).first() : undefined);

/** @throws AppError not_found */
export async function getGroup(scope: Scope, groupId: string): Promise<Group> {
  const row = await groupById(scope, groupId);
  if (!row) throw notFound();
  return fromRow(row);
}

/** @param until the transaction ends `change`: nobody else changes it; `stay`: nobody deletes it. @throws AppError not_found */
export async function lockGroup(scope: Transaction, groupId: string, until: 'change' | 'stay'): Promise<Group> {
  const query = groupById(scope, groupId);
  const row = await (until === 'change' ? query?.forUpdate() : query?.forKeyShare());
  if (!row) throw notFound();
  return fromRow(row);
}

/** Nobody else changes those that there are until the transaction ends. In one order, as everybody does who locks several. */
export async function lockGroupsByName(scope: Transaction, names: string[]): Promise<void> {
  await groups(scope)
    .whereRaw('name_key = ANY(?)', [names.map(nameKey)])
    .orderBy('group_id')
    .forUpdate()
    .select('group_id');
}

export async function findGroupByName(scope: Scope, name: string): Promise<Group | undefined> {
  const row = await groups(scope).where('name_key', nameKey(name)).first();
  return row && fromRow(row);
}

/** So many members are counted; of more it is said that there are more. */
const mostCounted = 10_000;

/** Those that there are, by the compared form of their names. */
export async function findGroupsByName(scope: Scope, names: string[]): Promise<Map<string, Group>> {
  const rows = await groups(scope).whereRaw('name_key = ANY(?)', [names.map(nameKey)]);
  return new Map(rows.map((row) => [row.name_key, fromRow(row)]));
}

export async function listGroupsByIds(scope: Scope, groupIds: GroupId[]): Promise<Map<GroupId, Group>> {
  const rows = await groups(scope).whereRaw('group_id = ANY(?::uuid[])', [groupIds]);
  return new Map(rows.map((row) => [row.group_id, fromRow(row)]));
}

export const groupSortKeys = ['name', 'created'] as const;

/** `directory`: the id of the one whose groups are meant, or `none` for those that come from nowhere else. */
export type GroupFilter = { search?: string; directory?: string } & Listing<(typeof groupSortKeys)[number]>;

const ofDirectories = ({ db, contextId }: Scope) =>
  db('directory_entries').select('group_id').where({ context_id: contextId }).whereNotNull('group_id');

/** Those that come from no directory, in no order. */
export const listOwnGroups = async (scope: Scope): Promise<Group[]> =>
  (await groups(scope).whereNotIn('group_id', ofDirectories(scope))).map(fromRow);

function filterGroups(scope: Scope, { search, directory }: GroupFilter) {
  const query = groups(scope);
  if (search?.trim()) query.where('name_key', 'like', searchPattern(search));
  const imported = ofDirectories(scope);
  if (directory === 'none') query.whereNotIn('group_id', imported);
  else if (directory) query.whereIn('group_id', imported.where({ directory_id: soughtId(directory) }));
  return query;
}

type Groups = ReturnType<typeof groups>;

/** Everyone first, whichever way; the one that was given an id later was created later (UUIDv7). */
function partsOf({ sort }: GroupFilter): Part<Groups>[] {
  const { key, isDescending } = readSort(sort, 'name');
  const id = 'groups.group_id';
  return [
    { keys: [], id, isDescending: false, narrow: (query) => query.where('is_everyone', true) },
    { keys: key === 'name' ? ['groups.name_key'] : [], id, isDescending, narrow: (query) => query.where('is_everyone', false) },
  ];
}

const countedMembers = `(SELECT count(*) FROM (SELECT 1 FROM group_members m WHERE m.context_id = groups.context_id AND m.group_id = groups.group_id LIMIT ${mostCounted + 1}) AS counted) AS members`;

/** With the number of people in each. */
export async function listGroups(scope: Scope, filter: GroupFilter = {}, limit = 50): Promise<SortedPage<GroupWithCount>> {
  const { items, ...page } = await readPage(filter, partsOf(filter), limit, async (part, reading) => {
    const query = filterGroups(scope, filter);
    orderQuery(query, part, reading);
    const rows: (Row<'groups'> & { members: string; k0?: string })[] = await query.select('groups.*', scope.db.raw(countedMembers));
    return rows.map((row) => ({ row, keys: part.keys.map(() => row.k0!), id: row.group_id }));
  });
  const everyone = items.some((row) => row.is_everyone) ? await countUsers(scope) : undefined;
  return {
    items: items.map((row) => ({
      ...fromRow(row),
      createdAt: row.created_at,
      members: row.is_everyone ? everyone! : { n: Math.min(Number(row.members), mostCounted), isMore: Number(row.members) > mostCounted },
    })),
    ...page,
  };
}

export const countGroups = async (scope: Scope, filter: GroupFilter = {}): Promise<number> =>
  Number((await filterGroups(scope, filter).count({ n: '*' }))[0]!.n);

type GroupSearch = { search?: string; limit: number; ids?: string[]; withEveryone?: boolean };

/** By name, to choose from. @param ids these, whatever is searched for */
export async function searchGroups(scope: Scope, { search = '', limit, ids, withEveryone = false }: GroupSearch): Promise<Group[]> {
  const query = groups(scope).orderByRaw('is_everyone DESC, name_key, group_id').limit(limit);
  if (!withEveryone) query.where('is_everyone', false);
  if (ids) query.whereIn('group_id', ids.filter(isId));
  else if (search.trim()) query.where('name_key', 'like', searchPattern(search));
  return (await query).map(fromRow);
}

const groupsOfUser = `
  SELECT g.group_id, g.name, g.description, g.is_everyone, g.version, g.name_key FROM groups g WHERE g.context_id = $1 AND g.is_everyone
  UNION ALL
  SELECT g.group_id, g.name, g.description, g.is_everyone, g.version, g.name_key
  FROM ${byKey('group_members', 'm', { context_id: '$1', user_id: '$2' })} JOIN ${byKey('groups', 'g', { context_id: '$1', group_id: 'm.group_id' })} ON NOT g.is_everyone
  ORDER BY is_everyone DESC, name_key`;

/** With Everyone, which every person is in (S97). */
export const listGroupsOfUser = async ({ db, contextId }: Scope, userId: UserId): Promise<Group[]> =>
  (await run<Row<'groups'>>(db, 'groups of a person', groupsOfUser, [contextId, userId])).rows.map(fromRow);

const groupsOfUsers = `SELECT m.user_id, m.group_id FROM unnest($2::uuid[]) AS k (user_id) JOIN ${byKey('group_members', 'm', { context_id: '$1', user_id: 'k.user_id' })} ON true`;

/** Of each of many people the groups, with Everyone. */
export async function listGroupIdsOfUsers(scope: Scope, userIds: UserId[]): Promise<Map<UserId, GroupId[]>> {
  const [everyone] = await groups(scope).where('is_everyone', true).pluck('group_id');
  const all = new Map(userIds.map((userId) => [userId, everyone ? [everyone] : []]));
  const { rows } = await run<{ user_id: UserId; group_id: GroupId }>(scope.db, 'groups of users', groupsOfUsers, [
    scope.contextId,
    userIds,
  ]);
  for (const row of rows) all.get(row.user_id)?.push(row.group_id);
  return all;
}

/** For the `groups` claim. */
export const groupNamesOf = async (scope: Scope, userId: UserId): Promise<string[]> =>
  (await listGroupsOfUser(scope, userId)).map((group) => group.name);

/** By the compared form of their names, those with anybody in them; Everyone, whose people have no row, is not among them. */
export const listKeysWithMembers = async (scope: Scope): Promise<string[]> =>
  groups(scope)
    .whereExists(
      scope
        .db('group_members AS m')
        .select(scope.db.raw('1'))
        .whereRaw('m.context_id = groups.context_id AND m.group_id = groups.group_id'),
    )
    .pluck('name_key');

export async function insertGroup(
  scope: Transaction,
  group: Pick<Group, 'name' | 'description'> & { isEveryone?: boolean },
): Promise<GroupId> {
  const groupId = newId() as GroupId;
  const now = scope.clock.now();
  await scope.db('groups').insert({
    context_id: scope.contextId,
    group_id: groupId,
    name: group.name,
    name_key: nameKey(group.name),
    description: group.description,
    is_everyone: group.isEveryone ?? false,
    created_at: now,
    updated_at: now,
  });
  return groupId;
}

export const createEveryone = (scope: Transaction): Promise<GroupId> =>
  insertGroup(scope, { name: everyoneName, description: '', isEveryone: true });

export async function updateGroup(scope: Transaction, groupId: GroupId, changes: Pick<Group, 'name' | 'description'>): Promise<void> {
  await groups(scope)
    .where('group_id', groupId)
    .update({ ...changes, name_key: nameKey(changes.name), updated_at: scope.clock.now(), version: scope.db.raw('version + 1') });
}

export const removeGroup = async (scope: Transaction, groupId: GroupId): Promise<void> => {
  await groups(scope).where('group_id', groupId).delete();
};

/** @returns the people who were not members before */
export async function insertMembers(scope: Transaction, groupId: GroupId, userIds: string[]): Promise<UserId[]> {
  if (userIds.length === 0) return [];
  const { rows } = await scope.db.raw<{ rows: Pick<Row<'group_members'>, 'user_id'>[] }>(
    `INSERT INTO group_members (context_id, group_id, user_id)
     SELECT context_id, ?::uuid, user_id FROM users WHERE context_id = ? AND user_id = ANY(?::uuid[]) AND deleting_since IS NULL ORDER BY user_id FOR KEY SHARE
     ON CONFLICT (context_id, user_id, group_id) DO NOTHING RETURNING user_id`,
    [groupId, scope.contextId, userIds],
  );
  return rows.map((row) => row.user_id);
}

export const deleteMember = async (scope: Transaction, groupId: GroupId, userId: UserId): Promise<boolean> =>
  (await members(scope).where({ group_id: groupId, user_id: userId }).delete()) > 0;
