import type { Clock } from '../../../platform/clock/index.ts';
import { hashToken } from '../../../platform/crypto/index.ts';
import { Batcher, byKey, type Database, jsonText, run } from '../../../platform/database/index.ts';
import type { NameId } from '../../../platform/saml/index.ts';
import type { Row } from '../../rows.ts';
import type { ApplicationId, ContextId, Scope, SessionId, Transaction, UserId } from '../../scope.ts';
import type { PolicyFinder } from '../sign-in-policy/index.ts';
import { describeBrowser } from './describe-browser.ts';
import type { Session } from './session.ts';

export type SessionFinder = (contextId: ContextId, token: string | undefined) => Promise<Session | undefined>;

const seenGranularitySeconds = 60;

// One statement for every page and every authorization: a session lives while it is not ended, not idle, not old, and its person is active.
// One that began while the directory was away opens no console, though its person became an administrator since.
const findLive = `
  SELECT k.n::int AS n, s.session_id, s.user_id, s.amr, s.authenticated_at, s.seen_at, s.expires_at, u.first_name, u.last_name,
    CASE WHEN s.is_directory_away THEN 'regular' ELSE u.role END AS role, u.locale, u.terms_edition, COALESCE(u.email, u.username) AS login,
    (SELECT p.etag FROM user_photos p WHERE p.context_id = s.context_id AND p.user_id = s.user_id) AS photo
  FROM unnest($1::uuid[], $2::bytea[], $3::timestamptz[], $4::timestamptz[], $5::boolean[]) WITH ORDINALITY AS k (context_id, token_hash, now, idle_since, keeps, n)
  JOIN ${byKey('sessions', 's', { context_id: 'k.context_id', token_hash: 'k.token_hash' })}
    ON s.ended_at IS NULL AND s.expires_at > k.now AND s.seen_at > k.now - make_interval(secs => s.idle_seconds) AND (s.seen_at > k.idle_since OR (s.is_kept AND k.keeps))
  JOIN ${byKey('users', 'u', { context_id: 's.context_id', user_id: 's.user_id' })} ON u.status = 'activated'`;

const touch = 'UPDATE sessions SET seen_at = $3 WHERE context_id = $1 AND session_id = $2 AND seen_at < $4';

type FoundRow = Pick<Row<'sessions'>, 'session_id' | 'user_id' | 'amr' | 'authenticated_at' | 'seen_at' | 'expires_at'> &
  Pick<Row<'users'>, 'first_name' | 'last_name' | 'role' | 'locale' | 'terms_edition'> & { n: number; login: string; photo: string | null };

/** Finds the live session of a cookie's token and notes, once a minute, that it was seen. */
export function createSessionFinder(database: Database, clock: Clock, findPolicy: PolicyFinder): SessionFinder {
  const batcher = new Batcher<[ContextId, Buffer, Date, Date, boolean], FoundRow | undefined>(async (requests) => {
    const columns = [0, 1, 2, 3, 4].map((index) => requests.map((request) => request[index]));
    const found: (FoundRow | undefined)[] = new Array(requests.length).fill(undefined);
    for (const row of await database.runBatch<FoundRow>('session-find', findLive, columns)) found[row.n - 1] = row;
    return found;
  });
  return async (contextId, token) => {
    if (!token || token.length > 100) return undefined;
    const now = clock.now();
    const { idleMinutes, keepDays } = (await findPolicy(contextId)).base.session;
    // the company's own limit bites at once, also for who signed in under an older one
    const idleSince = new Date(now.getTime() - idleMinutes * 60_000);
    const row = await batcher.add([contextId, hashToken(token), now, idleSince, keepDays > 0]);
    if (!row) return undefined;
    if (now.getTime() - row.seen_at.getTime() > seenGranularitySeconds * 1000) {
      await database.run('session-touch', touch, [contextId, row.session_id, now, new Date(now.getTime() - seenGranularitySeconds * 1000)]);
    }
    return {
      sessionId: row.session_id,
      userId: row.user_id,
      amr: row.amr,
      authenticatedAt: row.authenticated_at,
      seenAt: row.seen_at,
      expiresAt: row.expires_at,
      person: {
        firstName: row.first_name,
        lastName: row.last_name,
        role: row.role,
        login: row.login,
        locale: row.locale ?? undefined,
        termsEdition: row.terms_edition ?? undefined,
        photo: row.photo ?? undefined,
      },
    };
  };
}

/** A relying party that received this session: `protocolSession` is OIDC's sid or SAML's SessionIndex; `nameIds` are the names by which SAML told it of the person, latest last. */
export type Participant = {
  applicationId: ApplicationId;
  protocol: 'oidc' | 'saml';
  protocolSession: string;
  userId: UserId;
  nameIds: NameId[];
};

// A service provider may ask for another name at every sign-in and come back with any of them; a transient one each time makes a long list, of which the end is kept.
// A row that is new, or changed, is a use of the application; those of a session that goes on cost nothing.
const join = `WITH joined AS (INSERT INTO session_participants (context_id, session_id, application_id, protocol, protocol_session, joined_at, name_ids) VALUES ($1, $2, $3, $4, $5, $6, $7)
  ON CONFLICT (context_id, session_id, application_id, protocol) DO UPDATE SET protocol_session = excluded.protocol_session, notified_at = NULL,
    name_ids = jsonb_path_query_array(COALESCE((SELECT jsonb_agg(known ORDER BY place) FROM jsonb_array_elements(session_participants.name_ids) WITH ORDINALITY AS n (known, place)
      WHERE known <> excluded.name_ids -> 0), '[]') || excluded.name_ids, '$[last - 49 to last]')
  WHERE session_participants.protocol_session <> excluded.protocol_session OR session_participants.name_ids -> -1 IS DISTINCT FROM excluded.name_ids -> -1
    OR session_participants.notified_at IS NOT NULL RETURNING context_id, session_id, application_id)
  INSERT INTO application_uses (context_id, user_id, application_id, last_used_at)
  SELECT j.context_id, s.user_id, j.application_id, $6 FROM joined j JOIN sessions s ON s.context_id = j.context_id AND s.session_id = j.session_id
  ON CONFLICT (context_id, user_id, application_id) DO UPDATE SET last_used_at = excluded.last_used_at`;

export async function recordParticipant(
  { db, contextId, clock }: Scope,
  sessionId: SessionId,
  { applicationId, protocol, protocolSession, nameIds }: Omit<Participant, 'userId'>,
): Promise<void> {
  await run(db, 'session join', join, [contextId, sessionId, applicationId, protocol, protocolSession, clock.now(), jsonText(nameIds)]);
}

const participants = ({ db, contextId }: Scope) =>
  db('session_participants AS p')
    .join('sessions AS s', (on) => on.on('s.context_id', 'p.context_id').andOn('s.session_id', 'p.session_id'))
    .where('p.context_id', contextId);

/** Those of a session who have not been told yet. */
export async function listParticipants(scope: Scope, sessionId: string): Promise<Participant[]> {
  const rows = await participants(scope)
    .where({ 'p.session_id': sessionId, 'p.notified_at': null })
    .select(
      'p.application_id AS applicationId',
      'p.protocol',
      'p.protocol_session AS protocolSession',
      's.user_id AS userId',
      'p.name_ids AS nameIds',
    );
  return rows;
}

/**
 * The live sessions that a service provider knows by these names (SAML core §3.7.3.2): its own ones alone, so that it can end nobody else's.
 * @param sessionIndexes empty means all of that person's
 * @returns `isOther` when there is such a session of somebody else, or of several people
 */
export async function findSessionsOfParticipant(
  scope: Scope,
  applicationId: ApplicationId,
  nameId: { value: string; format?: string },
  sessionIndexes: string[],
): Promise<{ sessionIds: SessionId[]; isOther: boolean }> {
  const known = () => participants(scope).where({ 'p.application_id': applicationId, 'p.protocol': 'saml' });
  const own = () => known().where('s.ended_at', null);
  const query = own().whereRaw('p.name_ids @> ?::jsonb', [jsonText([nameId])]);
  if (sessionIndexes.length > 0) query.whereIn('p.protocol_session', sessionIndexes);
  const rows: Pick<Row<'sessions'>, 'session_id' | 'user_id'>[] = await query.select('p.session_id', 's.user_id');
  // a name that several people share is no name to end sessions by, nor when all but one have left already; with an index it is one session's
  if (new Set(rows.map((row) => row.user_id)).size > 1) return { sessionIds: [], isOther: true };
  const named = await known()
    .whereRaw('p.name_ids @> ?::jsonb', [jsonText([nameId])])
    .distinct('s.user_id');
  if (named.length > 1 && sessionIndexes.length === 0) return { sessionIds: [], isOther: true };
  const isOther =
    rows.length === 0 &&
    sessionIndexes.length > 0 &&
    (await own().whereIn('p.protocol_session', sessionIndexes).first('p.session_id')) !== undefined;
  return { sessionIds: rows.map((row) => row.session_id), isOther };
}

/** `browser` in words, such as "Firefox, Windows"; '' when it says nothing we know. */
export type OwnSession = { sessionId: SessionId; browser: string; ip: string; authenticatedAt: Date; seenAt: Date };

/** A person's live sessions, the one used last first. */
export async function listSessionsOfUser({ db, contextId, clock }: Scope, userId: UserId): Promise<OwnSession[]> {
  const rows = await db('sessions')
    .where({ context_id: contextId, user_id: userId, ended_at: null })
    .where('expires_at', '>', clock.now())
    .whereRaw('seen_at > ?::timestamptz - make_interval(secs => idle_seconds)', [clock.now()])
    .orderBy('seen_at', 'desc')
    .select('session_id', 'user_agent', 'ip', 'authenticated_at', 'seen_at');
  return rows.map((row) => ({
    sessionId: row.session_id,
    browser: describeBrowser(row.user_agent),
    ip: row.ip,
    authenticatedAt: row.authenticated_at,
    seenAt: row.seen_at,
  }));
}

/** Holds a session that is alive until the transaction ends. @returns what was proven in it */
export async function lockSession(
  { db, contextId, clock }: Transaction,
  sessionId: SessionId,
  userId: UserId,
): Promise<{ amr: string[] } | undefined> {
  const own = { context_id: contextId, session_id: sessionId, user_id: userId, ended_at: null };
  return db('sessions').where(own).where('expires_at', '>', clock.now()).forUpdate().first('amr');
}

/** The answer holds until the transaction ends. */
export const isSessionAlive = async (scope: Transaction, sessionId: SessionId, userId: UserId): Promise<boolean> =>
  (await lockSession(scope, sessionId, userId)) !== undefined;

/** What was proven besides, in a session that goes on. */
export async function addMethods({ db, contextId }: Transaction, sessionId: SessionId, amr: string[]): Promise<void> {
  await db('sessions').where({ context_id: contextId, session_id: sessionId, ended_at: null }).update({ amr });
}

/** Whose cookie this is, ended or not: a browser is known by it until its sign-out is complete. */
export async function findSessionIdOfToken({ db, contextId }: Scope, token: string | undefined): Promise<SessionId | undefined> {
  if (!token || token.length > 100) return undefined;
  return (
    await db('sessions')
      .where({ context_id: contextId, token_hash: hashToken(token) })
      .first('session_id')
  )?.session_id;
}

export async function isNotified(
  { db, contextId }: Scope,
  sessionId: SessionId,
  applicationId: ApplicationId,
  protocol: 'oidc' | 'saml',
): Promise<boolean> {
  const row = await db('session_participants')
    .where({ context_id: contextId, session_id: sessionId, application_id: applicationId, protocol })
    .first('notified_at');
  return (row?.notified_at ?? null) !== null;
}

/** Nobody tells it again that the session ended. */
export async function markNotified(
  { db, contextId, clock }: Transaction,
  sessionId: SessionId,
  applicationId: ApplicationId,
  protocol: 'oidc' | 'saml',
): Promise<void> {
  await db('session_participants')
    .where({ context_id: contextId, session_id: sessionId, application_id: applicationId, protocol })
    .update({ notified_at: clock.now() });
}

/** Sign-ins for which a verifier stood in, as the directory did not answer; of a session the latest. */
export async function countSignInsAway({ db, contextId }: Scope, since: Date): Promise<number> {
  const query = db('sessions').where({ context_id: contextId, is_directory_away: true }).where('authenticated_at', '>', since);
  return Number((await query.count({ n: '*' }))[0]!.n);
}
