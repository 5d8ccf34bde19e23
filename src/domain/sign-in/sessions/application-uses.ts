import type { ApplicationId, Scope, UserId } from '../../scope.ts';

/** When a person last began to use each application. */
export async function listApplicationUses({ db, contextId }: Scope, userId: UserId): Promise<Map<ApplicationId, Date>> {
  const rows = await db('application_uses').where({ context_id: contextId, user_id: userId }).select('application_id', 'last_used_at');
  return new Map(rows.map((row) => [row.application_id, row.last_used_at]));
}

/** When anybody last began to use each application. */
export async function listLastUses({ db, contextId }: Scope): Promise<Map<ApplicationId, Date>> {
  const { rows } = await db.raw(
    `SELECT a.application_id AS id, (SELECT max(u.last_used_at) FROM application_uses u WHERE u.context_id = a.context_id AND u.application_id = a.application_id) AS at
     FROM applications a WHERE a.context_id = ?`,
    [contextId],
  );
  return new Map(rows.filter((row: { at: Date | null }) => row.at).map((row: { id: ApplicationId; at: Date }) => [row.id, row.at]));
}

/** What many people have used since then, and when last. */
export const listUsesOfPeople = async (
  { db, contextId }: Scope,
  userIds: UserId[],
  since: Date,
): Promise<{ userId: UserId; applicationId: ApplicationId; lastUsedAt: Date }[]> =>
  (
    await db('application_uses')
      .where('context_id', contextId)
      .whereRaw('user_id = ANY(?::uuid[])', [userIds])
      .where('last_used_at', '>=', since)
      .select('user_id', 'application_id', 'last_used_at')
  ).map((row) => ({ userId: row.user_id, applicationId: row.application_id, lastUsedAt: row.last_used_at }));
