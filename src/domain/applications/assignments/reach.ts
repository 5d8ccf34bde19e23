import type { Row } from '../../../platform/database/index.ts';
import type { Among } from '../../people/users/index.ts';
import type { ApplicationId, GroupId, Scope, UserId } from '../../scope.ts';

/** An application, and who has it by more than their own name: what decides for everybody at once. */
export type ApplicationReach = {
  applicationId: ApplicationId;
  name: string;
  enabled: boolean;
  navigable: boolean;
  /** Everyone first. */
  groups: { groupId: GroupId; name: string; isEveryone: boolean }[];
};

/** By name; all of the company unless these are meant. */
export async function listReaches({ db, contextId }: Scope, applicationIds?: ApplicationId[]): Promise<ApplicationReach[]> {
  const { rows } = await db.raw(
    `SELECT a.application_id AS "applicationId", a.name, a.enabled, a.navigable, COALESCE((
       SELECT jsonb_agg(jsonb_build_object('groupId', n.group_id, 'name', n.name, 'isEveryone', n.is_everyone) ORDER BY n.is_everyone DESC, n.name_key)
       FROM application_groups g JOIN groups n ON n.context_id = g.context_id AND n.group_id = g.group_id
       WHERE g.context_id = a.context_id AND g.application_id = a.application_id), '[]') AS groups
     FROM applications a WHERE a.context_id = :contextId AND (:ids::uuid[] IS NULL OR a.application_id = ANY(:ids::uuid[])) ORDER BY a.name_key, a.application_id`,
    { contextId, ids: applicationIds ?? null } as never,
  );
  return rows;
}

/** What each of these people has by their own name. */
export async function listDirectOfPeople({ db, contextId }: Scope, userIds: UserId[]): Promise<Map<UserId, Set<ApplicationId>>> {
  const direct = new Map(userIds.map((userId) => [userId, new Set<ApplicationId>()]));
  const rows = await db('application_users')
    .where('context_id', contextId)
    .whereRaw('user_id = ANY(?::uuid[])', [userIds])
    .select('user_id', 'application_id');
  for (const row of rows) direct.get(row.user_id)?.add(row.application_id);
  return direct;
}

/** The ways in which people come to an application. */
export const ways = ['direct', 'group', 'everyone', 'navigable'] as const;
export type Way = (typeof ways)[number];

/** So many are a list of ids; of more an index is asked for one person after the other, in the order of the page. */
const few = 5000;

const byName = 'SELECT user_id FROM application_users WHERE context_id = :contextId AND application_id = :applicationId';
const byGroup = `SELECT m.user_id FROM application_groups g JOIN groups n ON n.context_id = g.context_id AND n.group_id = g.group_id AND NOT n.is_everyone
  JOIN group_members m ON m.context_id = g.context_id AND m.group_id = g.group_id WHERE g.context_id = :contextId AND g.application_id = :applicationId`;

// a plan that asks for one person by the whole key, never one that gathers everybody first
const hasByName = `(SELECT true FROM application_users d WHERE d.context_id = users.context_id AND d.user_id = users.user_id AND d.application_id = :applicationId LIMIT 1) IS NOT NULL`;
const hasByGroup = `(SELECT true FROM group_members m JOIN application_groups g ON g.context_id = m.context_id AND g.group_id = m.group_id
  WHERE m.context_id = users.context_id AND m.user_id = users.user_id AND g.application_id = :applicationId LIMIT 1) IS NOT NULL`;

/** Who comes to an application, by this way or by any, for a list of people. @returns undefined for everybody; `isMore`: the ids are more than are counted */
export async function findAmong(
  scope: Scope,
  { applicationId, navigable, groups }: ApplicationReach,
  way?: Way,
): Promise<Among | undefined> {
  const hasEveryone = groups.some(({ isEveryone }) => isEveryone);
  if ((way === undefined && (navigable || hasEveryone)) || (way === 'navigable' && navigable) || (way === 'everyone' && hasEveryone))
    return undefined;
  if (way === 'navigable' || way === 'everyone') return { ids: [] };
  const values = { contextId: scope.contextId, applicationId };
  const sources = [...(way === 'group' ? [] : [byName]), ...(way === 'direct' ? [] : [byGroup])];
  const { rows } = await scope.db.raw(`SELECT DISTINCT user_id FROM (${sources.join(' UNION ALL ')}) AS reached LIMIT ${few + 1}`, values);
  if (rows.length <= few) return { ids: rows.map((row: Row) => row.user_id) };
  const conditions = [...(way === 'group' ? [] : [hasByName]), ...(way === 'direct' ? [] : [hasByGroup])];
  return { condition: `(${conditions.join(' OR ')})`, values };
}

/** How somebody in particular comes to an application. */
export type WaysOfPerson = { isDirect: boolean; groups: { groupId: GroupId; name: string }[] };

/** Of the people of a page; without what holds for everybody. */
export async function listWaysOfPeople(
  { db, contextId }: Scope,
  applicationId: ApplicationId,
  userIds: UserId[],
): Promise<Map<UserId, WaysOfPerson>> {
  const { rows } = await db.raw(
    `SELECT k.id AS "userId", EXISTS (SELECT 1 FROM application_users d WHERE d.context_id = :contextId AND d.user_id = k.id AND d.application_id = :applicationId) AS "isDirect",
       COALESCE((SELECT jsonb_agg(jsonb_build_object('groupId', n.group_id, 'name', n.name) ORDER BY n.name_key)
         FROM group_members m JOIN application_groups g ON g.context_id = m.context_id AND g.application_id = :applicationId AND g.group_id = m.group_id
           JOIN groups n ON n.context_id = m.context_id AND n.group_id = m.group_id
         WHERE m.context_id = :contextId AND m.user_id = k.id), '[]') AS groups
     FROM unnest(:userIds::uuid[]) AS k (id)`,
    { contextId, applicationId, userIds } as never,
  );
  return new Map(rows.map(({ userId, ...found }: { userId: UserId } & WaysOfPerson) => [userId, found]));
}
