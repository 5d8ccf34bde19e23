import type { Scope, UserId } from '../../scope.ts';

/** Live sessions `s` of active administrators `u`. */
const sessionsOfAdministrators = ({ db, contextId, clock }: Scope) =>
  db('sessions AS s')
    .join('users AS u', (on) => on.on('u.context_id', 's.context_id').andOn('u.user_id', 's.user_id'))
    .where({ 's.context_id': contextId, 's.ended_at': null, 'u.role': 'administrator', 'u.status': 'activated' })
    .where('s.expires_at', '>', clock.now())
    .whereRaw('s.seen_at > ?::timestamptz - make_interval(secs => s.idle_seconds)', [clock.now()]);

/** Where the active administrators are signed in from, newest first, at most 100. */
export const listAdministratorSessions = async (scope: Scope): Promise<{ userId: UserId; ip: string }[]> =>
  sessionsOfAdministrators(scope).orderBy('s.seen_at', 'desc').limit(100).select('s.user_id AS userId', 's.ip');

export const isAdministratorSignedIn = async (scope: Scope): Promise<boolean> =>
  (await sessionsOfAdministrators(scope).first('s.user_id')) !== undefined;

/** The administrators who may sign in and where each was seen last, as far as that is kept: those seen last first, at most 100. */
export async function listAdministratorPlaces({ db, contextId }: Scope): Promise<{ userId: UserId; ip?: string }[]> {
  const people = db('users AS u')
    .leftJoin('sessions AS s', (on) => on.on('u.context_id', 's.context_id').andOn('u.user_id', 's.user_id'))
    .where({ 'u.context_id': contextId, 'u.role': 'administrator', 'u.status': 'activated' })
    .distinctOn('u.user_id')
    .orderBy([{ column: 'u.user_id' }, { column: 's.seen_at', order: 'desc', nulls: 'last' }])
    .select('u.user_id', 's.ip', 's.seen_at');
  const rows = await db
    .from(people.as('p'))
    .orderBy([{ column: 'p.seen_at', order: 'desc', nulls: 'last' }, { column: 'p.user_id' }])
    .limit(100)
    .select<{ userId: UserId; ip: string | null }[]>('p.user_id AS userId', 'p.ip');
  return rows.map(({ userId, ip }) => ({ userId, ip: ip ?? undefined }));
}
