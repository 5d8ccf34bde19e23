import { isId, type Scope, type Transaction, type UserId } from '../../scope.ts';
import type { EventRow } from './read-events.ts';

/** When people last signed in, as the events say that are being sealed: so a sign-in writes nothing for it, and lists know of it a minute later. */
export async function noteLastSignIns({ db, contextId }: Transaction, rows: EventRow[]): Promise<void> {
  const latest = new Map<string, Date>();
  for (const { type, subject_id: userId, at } of rows) {
    if (type !== 'sign-in.succeeded' || !userId) continue;
    const known = latest.get(userId);
    if (!known || known < at) latest.set(userId, at);
  }
  if (latest.size === 0) return;
  // whoever is gone has no key any more
  await db.raw(
    `INSERT INTO last_sign_ins AS l (context_id, user_id, at)
     SELECT k.context_id, k.user_id, v.at FROM unnest(?::uuid[], ?::timestamptz[]) AS v (user_id, at)
     JOIN audit_keys k ON k.context_id = ? AND k.user_id = v.user_id ORDER BY k.user_id
     ON CONFLICT (context_id, user_id) DO UPDATE SET at = excluded.at WHERE l.at < excluded.at`,
    [[...latest.keys()], [...latest.values()], contextId] as never,
  );
}

/** Of each of these who has signed in when that was last. */
export async function listLastSignIns({ db, contextId }: Scope, userIds: string[]): Promise<Map<UserId, Date>> {
  const rows = await db('last_sign_ins')
    .where('context_id', contextId)
    .whereRaw('user_id = ANY(?::uuid[])', [userIds.filter(isId)])
    .select('user_id', 'at');
  return new Map(rows.map((row) => [row.user_id, row.at]));
}
