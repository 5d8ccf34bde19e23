import { Batcher, byKey, type Database } from '../../../platform/database/index.ts';
import type { Role, Status, User } from '../../people/users/index.ts';
import type { Row } from '../../rows.ts';
import type { ApplicationId, ContextId, UserId } from '../../scope.ts';
import type { AccessFacts } from './decide.ts';

export type Profile = Pick<
  User,
  | 'userId'
  | 'firstName'
  | 'lastName'
  | 'email'
  | 'emailVerified'
  | 'username'
  | 'locale'
  | 'department'
  | 'role'
  | 'customValues'
  | 'updatedAt'
>;

/** The facts of the decision, and who the person is: whoever lets somebody in says next who it was. */
export type AccessFinder = (
  contextId: ContextId,
  userId: string,
  applicationId: ApplicationId,
) => Promise<AccessFacts & { profile?: Profile }>;

// One round trip for what lies in four slices' tables, and for all requests of one turn: it is read at every authorization, code exchange and refresh.
const facts = `
  SELECT k.n::int AS n, u.status, u.first_name, u.last_name, u.email, u.email_verified, u.username, u.locale, u.department, u.role, u.custom_values, u.updated_at, a.enabled, a.navigable,
    (SELECT true FROM application_users d WHERE d.context_id = k.context_id AND d.application_id = k.application_id AND d.user_id = k.user_id) IS NOT NULL AS direct,
    (SELECT true FROM ${byKey('group_members', 'm', { context_id: 'k.context_id', user_id: 'k.user_id' })}
      JOIN ${byKey('application_groups', 'g', { context_id: 'm.context_id', application_id: 'k.application_id', group_id: 'm.group_id' })} ON true LIMIT 1) IS NOT NULL AS by_group,
    (SELECT true FROM ${byKey('application_groups', 'g', { context_id: 'k.context_id', application_id: 'k.application_id' })}
      JOIN ${byKey('groups', 'n', { context_id: 'g.context_id', group_id: 'g.group_id' })} ON n.is_everyone LIMIT 1) IS NOT NULL AS by_everyone
  FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) WITH ORDINALITY AS k (context_id, user_id, application_id, n)
  LEFT JOIN ${byKey('users', 'u', { context_id: 'k.context_id', user_id: 'k.user_id' })} ON true
  LEFT JOIN ${byKey('applications', 'a', { context_id: 'k.context_id', application_id: 'k.application_id' })} ON true`;

type PersonRow = Row<'users', { status: Status | null; role: Role; custom_values: User['customValues'] }>;
type FactsRow = Pick<
  PersonRow,
  | 'status'
  | 'first_name'
  | 'last_name'
  | 'email'
  | 'email_verified'
  | 'username'
  | 'locale'
  | 'department'
  | 'role'
  | 'custom_values'
  | 'updated_at'
> &
  Pick<Row<'applications', { enabled: boolean | null }>, 'enabled' | 'navigable'> & {
    n: number;
    direct: boolean;
    by_group: boolean;
    by_everyone: boolean;
  };

export function createAccessFinder(database: Database): AccessFinder {
  const batcher = new Batcher<[ContextId, UserId, ApplicationId], FactsRow>(async (requests) => {
    const rows = await database.runBatch<FactsRow>('access-facts', facts, [
      requests.map(([c]) => c),
      requests.map(([, u]) => u),
      requests.map(([, , a]) => a),
    ]);
    const found: FactsRow[] = [];
    for (const row of rows) found[row.n - 1] = row;
    return found;
  });
  return async (contextId, userId, applicationId) => {
    const row = await batcher.add([contextId, userId as UserId, applicationId]);
    return {
      person: row.status ? { status: row.status } : undefined,
      application: row.enabled === null ? undefined : { enabled: row.enabled, navigable: row.navigable },
      assignment: { direct: row.direct, byGroup: row.by_group, byEveryone: row.by_everyone },
      profile: row.status ? presentProfile(userId as UserId, row) : undefined,
    };
  };
}

const presentProfile = (userId: UserId, row: FactsRow): Profile => ({
  userId,
  firstName: row.first_name,
  lastName: row.last_name,
  email: row.email ?? undefined,
  emailVerified: row.email_verified,
  username: row.username ?? undefined,
  locale: row.locale ?? undefined,
  department: row.department ?? undefined,
  role: row.role,
  customValues: row.custom_values,
  updatedAt: row.updated_at,
});
