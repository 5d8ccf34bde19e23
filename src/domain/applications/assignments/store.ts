import { run } from '../../../platform/database/index.ts';
import type { User } from '../../people/users/index.ts';
import type { ApplicationId, GroupId, Scope, Transaction, UserId } from '../../scope.ts';
import type { Application } from '../applications/index.ts';

export type Assignees = {
  users: Pick<User, 'userId' | 'firstName' | 'lastName' | 'email' | 'username'>[];
  groups: { groupId: GroupId; name: string; isEveryone: boolean }[];
};

/** @param limit of people shown; groups are few */
export async function listAssignees({ db, contextId }: Scope, applicationId: ApplicationId, limit = 200): Promise<Assignees> {
  const users = await db('application_users AS a')
    .join('users AS u', (on) => on.on('u.context_id', 'a.context_id').andOn('u.user_id', 'a.user_id'))
    .where({ 'a.context_id': contextId, application_id: applicationId })
    .orderBy('u.name_key')
    .limit(limit)
    .select('u.user_id AS userId', 'u.first_name AS firstName', 'u.last_name AS lastName', 'u.email', 'u.username');
  const groups = await db('application_groups AS a')
    .join('groups AS g', (on) => on.on('g.context_id', 'a.context_id').andOn('g.group_id', 'a.group_id'))
    .where({ 'a.context_id': contextId, application_id: applicationId })
    .orderByRaw('g.is_everyone DESC, g.name_key')
    .select('g.group_id AS groupId', 'g.name', 'g.is_everyone AS isEveryone');
  return { users, groups };
}

/** Of every application, the groups that have it. */
export const listGroupAssignments = ({
  db,
  contextId,
}: Scope): Promise<{ applicationId: ApplicationId; groupId: GroupId; name: string }[]> =>
  db('application_groups AS a')
    .join('groups AS g', (on) => on.on('g.context_id', 'a.context_id').andOn('g.group_id', 'a.group_id'))
    .where('a.context_id', contextId)
    .select('a.application_id AS applicationId', 'g.group_id AS groupId', 'g.name');

/** The groups that have the application. */
export const listAssignedGroupIds = async ({ db, contextId }: Scope, applicationId: ApplicationId): Promise<GroupId[]> =>
  (await db('application_groups').where({ context_id: contextId, application_id: applicationId }).select('group_id')).map(
    ({ group_id }) => group_id,
  );

/** Of the applications that are assigned to somebody directly. */
export const listCodesWithPeople = async ({ db, contextId }: Scope): Promise<string[]> => {
  const { rows } = await db.raw<{ rows: { code: string }[] }>(
    `SELECT code FROM applications a WHERE context_id = ?
       AND EXISTS (SELECT 1 FROM application_users u WHERE u.context_id = a.context_id AND u.application_id = a.application_id)`,
    [contextId],
  );
  return rows.map(({ code }) => code);
};

export type UserApplication = Pick<
  Application,
  'applicationId' | 'code' | 'name' | 'description' | 'category' | 'navigable' | 'hasLogo'
> & { catalogueEntry: string | null; isDirect: boolean; isFavourite: boolean };

const columns = `a.application_id AS "applicationId", a.code, a.name, a.description, a.category, a.navigable,
  a.catalogue_entry AS "catalogueEntry",
  EXISTS (SELECT 1 FROM application_logos l WHERE l.context_id = a.context_id AND l.application_id = a.application_id) AS "hasLogo",
  d.user_id IS NOT NULL AS "isDirect", COALESCE(e.is_favourite, false) AS "isFavourite"`;

const tables = `applications a
  LEFT JOIN application_users d ON d.context_id = a.context_id AND d.application_id = a.application_id AND d.user_id = $2
  LEFT JOIN launchpad_entries e ON e.context_id = a.context_id AND e.application_id = a.application_id AND e.user_id = $2`;

const assignedByGroup = `EXISTS (SELECT 1 FROM application_groups g JOIN groups n ON n.context_id = g.context_id AND n.group_id = g.group_id
  WHERE g.context_id = a.context_id AND g.application_id = a.application_id AND (n.is_everyone
    OR EXISTS (SELECT 1 FROM group_members m WHERE m.context_id = g.context_id AND m.group_id = g.group_id AND m.user_id = $2)))`;

/** What the Launchpad shows: assigned by any way, or navigable and added by the person; favourites first. */
export async function listApplicationsOfUser({ db, contextId }: Scope, userId: UserId): Promise<UserApplication[]> {
  const { rows } = await run<UserApplication>(
    db,
    'applications of user',
    `SELECT ${columns} FROM ${tables} WHERE a.context_id = $1 AND a.enabled
       AND (d.user_id IS NOT NULL OR (a.navigable AND e.user_id IS NOT NULL) OR ${assignedByGroup})
     ORDER BY COALESCE(e.is_favourite, false) DESC, a.name_key`,
    [contextId, userId],
  );
  return rows;
}

/** Navigable applications the person has not yet (S31). */
export async function listNavigable({ db, contextId }: Scope, userId: UserId): Promise<UserApplication[]> {
  const { rows } = await run<UserApplication>(
    db,
    'navigable for user',
    `SELECT ${columns} FROM ${tables} WHERE a.context_id = $1 AND a.enabled AND a.navigable
       AND d.user_id IS NULL AND e.user_id IS NULL AND NOT ${assignedByGroup} ORDER BY a.name_key`,
    [contextId, userId],
  );
  return rows;
}

/** S94: disabled applications too, with every way in which the person has it. */
export type AssignedApplication = Pick<Application, 'applicationId' | 'name' | 'enabled' | 'hasLogo'> & {
  isDirect: boolean;
  groups: { name: string; isEveryone: boolean }[];
};

/** What an administrator gave the person, directly or by a group; not what people add to their Launchpad themselves. */
export async function listAssignments({ db, contextId }: Scope, userId: UserId): Promise<AssignedApplication[]> {
  const { rows } = await db.raw(
    `WITH ways AS (
       SELECT application_id, NULL::text AS name, false AS is_everyone FROM application_users WHERE context_id = :contextId AND user_id = :userId
       UNION ALL
       SELECT a.application_id, g.name, g.is_everyone FROM application_groups a JOIN groups g ON g.context_id = a.context_id AND g.group_id = a.group_id
       WHERE a.context_id = :contextId AND (g.is_everyone
         OR EXISTS (SELECT 1 FROM group_members m WHERE m.context_id = g.context_id AND m.group_id = g.group_id AND m.user_id = :userId)))
     SELECT a.application_id AS "applicationId", a.name, a.enabled,
       EXISTS (SELECT 1 FROM application_logos l WHERE l.context_id = a.context_id AND l.application_id = a.application_id) AS "hasLogo",
       bool_or(w.name IS NULL) AS "isDirect",
       COALESCE(jsonb_agg(jsonb_build_object('name', w.name, 'isEveryone', w.is_everyone) ORDER BY w.is_everyone DESC, w.name) FILTER (WHERE w.name IS NOT NULL), '[]') AS groups
     FROM ways w JOIN applications a ON a.context_id = :contextId AND a.application_id = w.application_id
     GROUP BY a.context_id, a.application_id ORDER BY a.name_key`,
    { contextId, userId },
  );
  return rows;
}

/** By which ways one person has one application. */
export type Reach = { isDirect: boolean; groups: { groupId: GroupId; name: string; isEveryone: boolean }[] };

export async function findReach({ db, contextId }: Scope, userId: UserId, applicationId: ApplicationId): Promise<Reach> {
  const { rows } = await db.raw(
    `SELECT EXISTS (SELECT 1 FROM application_users WHERE context_id = :contextId AND application_id = :applicationId AND user_id = :userId) AS "isDirect",
       (SELECT COALESCE(jsonb_agg(jsonb_build_object('groupId', g.group_id, 'name', g.name, 'isEveryone', g.is_everyone) ORDER BY g.is_everyone DESC, g.name_key), '[]')
        FROM application_groups a JOIN groups g ON g.context_id = a.context_id AND g.group_id = a.group_id
        WHERE a.context_id = :contextId AND a.application_id = :applicationId AND (g.is_everyone
          OR EXISTS (SELECT 1 FROM group_members m WHERE m.context_id = g.context_id AND m.group_id = g.group_id AND m.user_id = :userId))) AS groups`,
    { contextId, userId, applicationId },
  );
  return rows[0];
}

/** What everybody in the group gets by it. */
export async function listApplicationsOfGroup(
  { db, contextId }: Scope,
  groupId: GroupId,
): Promise<Pick<Application, 'applicationId' | 'name' | 'enabled'>[]> {
  return db('application_groups AS g')
    .join('applications AS a', (on) => on.on('a.context_id', 'g.context_id').andOn('a.application_id', 'g.application_id'))
    .where({ 'g.context_id': contextId, group_id: groupId })
    .orderBy('a.name_key')
    .select('a.application_id AS applicationId', 'a.name', 'a.enabled');
}

/** Who an application is assigned to: a person, or everybody in a group. */
export type AssigneeId = { kind: 'user'; id: UserId } | { kind: 'group'; id: GroupId };

/** @returns whether it was not assigned before */
export async function insertAssignment(
  { db, contextId }: Transaction,
  applicationId: ApplicationId,
  assignee: AssigneeId,
): Promise<boolean> {
  const own = { context_id: contextId, application_id: applicationId };
  const rows =
    assignee.kind === 'user'
      ? await db('application_users')
          .insert({ ...own, user_id: assignee.id })
          .onConflict(['context_id', 'application_id', 'user_id'])
          .ignore()
          .returning('application_id')
      : await db('application_groups')
          .insert({ ...own, group_id: assignee.id })
          .onConflict(['context_id', 'application_id', 'group_id'])
          .ignore()
          .returning('application_id');
  return rows.length > 0;
}

export async function deleteAssignment(
  { db, contextId }: Transaction,
  applicationId: ApplicationId,
  assignee: AssigneeId,
): Promise<boolean> {
  const own = { context_id: contextId, application_id: applicationId };
  const deleted =
    assignee.kind === 'user'
      ? await db('application_users')
          .where({ ...own, user_id: assignee.id })
          .delete()
      : await db('application_groups')
          .where({ ...own, group_id: assignee.id })
          .delete();
  return deleted > 0;
}
