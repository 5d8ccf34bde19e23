import type { User } from '../../people/users/index.ts';
import type { ApiId, ApplicationId, GroupId, Scope, Transaction, UserId } from '../../scope.ts';
import { apiScopeKey } from './api.ts';

/** Who is granted a scope: a person, or everybody in a group. */
export type Grantee = { kind: 'user'; id: UserId } | { kind: 'group'; id: GroupId };

export type ScopeGrants = {
  users: (Pick<User, 'userId' | 'firstName' | 'lastName' | 'email' | 'username'> & { scope: string })[];
  groups: { groupId: GroupId; name: string; isEveryone: boolean; scope: string }[];
};

/** Of every scope of the API. @param limit of people shown; groups are few */
export async function listScopeGrants({ db, contextId }: Scope, apiId: ApiId, limit = 200): Promise<ScopeGrants> {
  const users = await db('api_scope_users AS a')
    .join('users AS u', (on) => on.on('u.context_id', 'a.context_id').andOn('u.user_id', 'a.user_id'))
    .where({ 'a.context_id': contextId, api_id: apiId })
    .orderBy(['u.name_key', 'u.user_id'])
    .limit(limit)
    .select('a.scope', 'u.user_id AS userId', 'u.first_name AS firstName', 'u.last_name AS lastName', 'u.email', 'u.username');
  const groups = await db('api_scope_groups AS a')
    .join('groups AS g', (on) => on.on('g.context_id', 'a.context_id').andOn('g.group_id', 'a.group_id'))
    .where({ 'a.context_id': contextId, api_id: apiId })
    .orderByRaw('g.is_everyone DESC, g.name_key')
    .select('a.scope', 'g.group_id AS groupId', 'g.name', 'g.is_everyone AS isEveryone');
  return { users, groups };
}

/** Of every API, the groups that are granted its scopes. */
export const listGroupGrants = ({ db, contextId }: Scope): Promise<{ apiId: ApiId; scope: string; groupId: GroupId; name: string }[]> =>
  db('api_scope_groups AS a')
    .join('groups AS g', (on) => on.on('g.context_id', 'a.context_id').andOn('g.group_id', 'a.group_id'))
    .where('a.context_id', contextId)
    .select('a.api_id AS apiId', 'a.scope', 'g.group_id AS groupId', 'g.name');

/** Of a scope `s`: the person is granted it, directly or by a group. */
const granted = `EXISTS (SELECT 1 FROM api_scope_users u WHERE u.context_id = s.context_id AND u.user_id = :userId AND u.api_id = s.api_id AND u.scope = s.name)
       OR EXISTS (SELECT 1 FROM api_scope_groups g JOIN groups n ON n.context_id = g.context_id AND n.group_id = g.group_id
         WHERE g.context_id = s.context_id AND g.api_id = s.api_id AND g.scope = s.name AND (n.is_everyone
           OR EXISTS (SELECT 1 FROM group_members m WHERE m.context_id = g.context_id AND m.group_id = g.group_id AND m.user_id = :userId)))`;

/** The names of the scopes that a person is granted, directly or by a group. */
export async function listScopesOfUser({ db, contextId }: Scope, apiId: ApiId, userId: UserId): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { name: string }[] }>(
    `SELECT s.name FROM api_scopes s WHERE s.context_id = :contextId AND s.api_id = :apiId AND (${granted})`,
    { contextId, userId, apiId },
  );
  return rows.map(({ name }) => name);
}

/** Everything that the person is granted, by the names of the APIs. */
export async function listGrantsOfUser({ db, contextId }: Scope, userId: UserId): Promise<{ api: string; scopes: string[] }[]> {
  const { rows } = await db.raw(
    `SELECT i.name AS api, array_agg(s.name ORDER BY s.position) AS scopes
     FROM apis i JOIN api_scopes s ON s.context_id = i.context_id AND s.api_id = i.api_id
     WHERE i.context_id = :contextId AND (${granted}) GROUP BY i.context_id, i.api_id ORDER BY i.name_key`,
    { contextId, userId },
  );
  return rows;
}

/** What applications may ask for at APIs in the person's name, as agreements name it (`apiScopeKey`). `isAsked`: it is a third party's, and the person has to agree. */
export async function listApiScopesOfUser(
  { db, contextId }: Scope,
  userId: UserId,
): Promise<Map<ApplicationId, { key: string; isAsked: boolean }[]>> {
  const { rows } = await db.raw<{ rows: { application_id: ApplicationId; identifier: string; name: string; is_asked: boolean }[] }>(
    `SELECT c.application_id, i.identifier, s.name, COALESCE((a.oidc ->> 'consent_required')::boolean, false) AS is_asked
     FROM api_applications c
     JOIN applications a ON a.context_id = c.context_id AND a.application_id = c.application_id
     JOIN apis i ON i.context_id = c.context_id AND i.api_id = c.api_id
     JOIN api_scopes s ON s.context_id = c.context_id AND s.api_id = c.api_id AND s.name = ANY(c.scopes)
     WHERE c.context_id = :contextId AND (${granted})
     ORDER BY i.name_key, s.position`,
    { contextId, userId },
  );
  return Map.groupBy(
    rows.map((row) => ({ applicationId: row.application_id, key: apiScopeKey(row.identifier, row.name), isAsked: row.is_asked })),
    ({ applicationId }) => applicationId,
  );
}

const keysOf = ({ contextId }: Scope, apiId: ApiId, scope: string) => ({ context_id: contextId, api_id: apiId, scope });

/** @returns whether it was not granted before */
export async function insertScopeGrant(inside: Transaction, apiId: ApiId, scope: string, grantee: Grantee): Promise<boolean> {
  const own = keysOf(inside, apiId, scope);
  const rows =
    grantee.kind === 'user'
      ? await inside
          .db('api_scope_users')
          .insert({ ...own, user_id: grantee.id })
          .onConflict(['context_id', 'user_id', 'api_id', 'scope'])
          .ignore()
          .returning('scope')
      : await inside
          .db('api_scope_groups')
          .insert({ ...own, group_id: grantee.id })
          .onConflict(['context_id', 'api_id', 'scope', 'group_id'])
          .ignore()
          .returning('scope');
  return rows.length > 0;
}

export async function deleteScopeGrant(inside: Transaction, apiId: ApiId, scope: string, grantee: Grantee): Promise<boolean> {
  const own = keysOf(inside, apiId, scope);
  const deleted =
    grantee.kind === 'user'
      ? await inside
          .db('api_scope_users')
          .where({ ...own, user_id: grantee.id })
          .delete()
      : await inside
          .db('api_scope_groups')
          .where({ ...own, group_id: grantee.id })
          .delete();
  return deleted > 0;
}
