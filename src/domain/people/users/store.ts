import { jsonText, run } from '../../../platform/database/index.ts';
import { AppError, notFound } from '../../../platform/errors/index.ts';
import type { CustomValues } from '../../company/custom-fields/index.ts';
import type { Row } from '../../rows.ts';
import { isId, type Scope, type Transaction, type UserId } from '../../scope.ts';
import { byLogin, emailKey, searchKey, usernameKey } from './keys.ts';
import { fullName, type Status, type User, type VerifiedBy } from './user.ts';

export type UserRow = Row<'users', { custom_values: CustomValues; deactivated_from: Status | null; email_verified_by: VerifiedBy | null }>;

export const fromRow = (row: UserRow): User => ({
  userId: row.user_id,
  email: row.email ?? undefined,
  emailVerified: row.email_verified,
  emailVerifiedBy: row.email_verified_by ?? undefined,
  recoveryEmail: row.recovery_email ?? undefined,
  username: row.username ?? undefined,
  firstName: row.first_name,
  lastName: row.last_name,
  role: row.role,
  status: row.status,
  statusChangedAt: row.status_changed_at,
  deactivatedFrom: row.deactivated_from ?? undefined,
  deletingSince: row.deleting_since ?? undefined,
  proofsAfter: row.proofs_after ?? undefined,
  department: row.department ?? undefined,
  locale: row.locale ?? undefined,
  seenLocale: row.seen_locale ?? undefined,
  customValues: row.custom_values,
  termsEdition: row.terms_edition ?? undefined,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  version: row.version,
});

/** What `fromRow` reads, of a statement in which `users` is called `u`. */
export const ofUser = `u.user_id, u.email, u.email_verified, u.email_verified_by, u.recovery_email, u.username, u.first_name, u.last_name, u.role, u.status, u.status_changed_at, u.deactivated_from, u.deleting_since,
  u.proofs_after, u.department, u.locale, u.seen_locale, u.custom_values, u.terms_edition, u.created_at, u.updated_at, u.version`;

export const users = ({ db, contextId }: Scope) => db('users').where('users.context_id', contextId);

const read = `SELECT ${ofUser} FROM users u WHERE u.context_id = $1 AND`;
const byId = `${read} u.user_id = $2`;

async function findUser({ db, contextId }: Scope, name: string, text: string, key: string | string[]): Promise<User | undefined> {
  const { rows } = await run<UserRow>(db, name, text, [contextId, key]);
  return rows[0] && fromRow(rows[0]);
}

export async function findUserById(scope: Scope, userId: string): Promise<User | undefined> {
  return isId(userId) ? findUser(scope, 'user by id', byId, userId) : undefined;
}

/** @throws AppError not_found; another context's id looks the same. */
export async function getUser(scope: Scope, userId: string): Promise<User> {
  const user = await findUserById(scope, userId);
  if (!user) throw notFound();
  return user;
}

/** Nobody else changes them until the transaction ends; while a change is only tried they sign in and use tokens. @throws AppError not_found */
export async function lockUser(scope: Transaction, userId: string): Promise<User> {
  const [name, lock] = scope.isRehearsal ? ['lock user who stays', 'FOR NO KEY UPDATE'] : ['lock user', 'FOR UPDATE'];
  const user = isId(userId) ? await findUser(scope, name, `${byId} ${lock}`, userId) : undefined;
  if (!user) throw notFound();
  return user;
}

/** Locks somebody whose account is to stay. @throws AppError not_found; status_conflict of somebody who is being deleted */
export async function holdUser(scope: Transaction, userId: string): Promise<User> {
  const user = await lockUser(scope, userId);
  if (user.deletingSince) throw new AppError('status_conflict', 409);
  return user;
}

/** Of `byLogin`: who is found by the first of its values comes before. */
export const loginMatches = (column: 'email_key' | 'username_key'): string =>
  `u.${column} = ANY($2::text[]) ORDER BY array_position($2::text[], u.${column}) LIMIT 1`;

/** By e-mail or username. */
export function findUserByLogin(scope: Scope, login: string): Promise<User | undefined> {
  const { column, values } = byLogin(login);
  return findUser(scope, `user by ${column}`, `${read} ${loginMatches(column)}`, values);
}

export async function insertUser({ db, contextId, clock }: Transaction, user: User): Promise<void> {
  await db('users').insert({
    context_id: contextId,
    user_id: user.userId,
    ...columns(user),
    created_at: clock.now(),
    updated_at: clock.now(),
  });
}

/** @returns false when somebody changed the row since `user.version` was read. */
export async function updateUser(scope: Transaction, user: User): Promise<boolean> {
  const changed = await users(scope)
    .where({ user_id: user.userId, version: user.version })
    .update({ ...columns(user), ...keptKeys(scope, user), updated_at: scope.clock.now(), version: user.version + 1 });
  return changed === 1;
}

/** Takes a field's values from everybody, a few thousand people at a time. */
export async function forgetCustomValues({ db, contextId, stop }: Scope, fieldId: string): Promise<void> {
  const step = 2000;
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    stop?.throwIfAborted();
    const { rows } = await db.raw(
      `WITH chunk AS (SELECT user_id FROM users WHERE context_id = :contextId AND user_id > :after ORDER BY user_id LIMIT ${step}),
        cut AS (UPDATE users u SET custom_values = custom_values - CAST(:fieldId AS text) FROM chunk
          WHERE u.context_id = :contextId AND u.user_id = chunk.user_id AND jsonb_exists(u.custom_values, :fieldId))
       SELECT max(user_id::text) AS last, count(*) AS n FROM chunk`,
      { contextId, after, fieldId },
    );
    if (Number(rows[0].n) < step) return;
    after = rows[0].last;
  }
}

/** Sign-ins under way begin again: a factor was taken away. */
export async function endProofs(scope: Transaction, userId: UserId): Promise<void> {
  await users(scope).where('user_id', userId).update({ proofs_after: scope.clock.now() });
}

/** The language in which the person was seen. Apart from the version, as noteTermsEdition. */
export async function noteLocale(scope: Transaction, userId: UserId, locale: string): Promise<void> {
  const text = 'UPDATE users SET seen_locale = $3 WHERE context_id = $1 AND user_id = $2';
  await run(scope.db, 'note locale', text, [scope.contextId, userId, locale]);
}

/** Apart from the version: nobody's edit of the person is stale because they accepted something. */
export async function noteTermsEdition(scope: Transaction, userId: UserId, edition: number): Promise<void> {
  await users(scope).where('user_id', userId).update({ terms_edition: edition });
}

export const removeUser = async (scope: Transaction, userId: UserId): Promise<void> => {
  await users(scope).where('user_id', userId).delete();
};

const activeAdministrator = (scope: Scope, userId: UserId) =>
  users(scope).where({ user_id: userId, role: 'administrator', status: 'activated' }).first('user_id');

export const isActiveAdministrator = async (scope: Scope, userId: UserId): Promise<boolean> =>
  (await activeAdministrator(scope, userId)) !== undefined;

/** Of these people those who may sign in as administrators. */
export const listAdministratorsAmong = (scope: Scope, userIds: string[]): Promise<UserId[]> =>
  users(scope)
    .where({ role: 'administrator', status: 'activated' })
    .whereRaw('user_id = ANY(?::uuid[])', [userIds.filter(isId)])
    .pluck('user_id');

/** As `isActiveAdministrator`, and nobody demotes or deactivates them until the transaction ends. */
export const lockActiveAdministrator = async (scope: Transaction, userId: UserId): Promise<boolean> =>
  (await activeAdministrator(scope, userId).forShare()) !== undefined;

/** Locks the administrators, so that two parallel changes cannot remove the last one; what is only tried removes none. */
export async function countActiveAdministrators(scope: Transaction): Promise<number> {
  const found = users(scope).where({ role: 'administrator', status: 'activated' }).select('user_id').orderBy('user_id');
  return (await (scope.isRehearsal ? found : found.forUpdate())).length;
}

/** The key of a login that stays is left as it is: it may be an older one (keys). */
const keptKeys = ({ db }: Scope, { email, username }: User) => ({
  email_key: db.raw('CASE WHEN email = ? THEN email_key ELSE ? END', [email ?? null, email ? emailKey(email) : null]),
  username_key: db.raw('CASE WHEN username = ? THEN username_key ELSE ? END', [username ?? null, username ? usernameKey(username) : null]),
});

/** What of a login is found by searching alone: a form without accents. */
const loginSearch = ({ email, username }: User): string | null => {
  const key = email ? emailKey(email) : username ? usernameKey(username) : '';
  return searchKey(key) === key ? null : searchKey(key);
};

export const columns = (user: User) => ({
  email: user.email ?? null,
  email_key: user.email ? emailKey(user.email) : null,
  email_verified: user.emailVerified,
  email_verified_by: user.emailVerifiedBy ?? null,
  recovery_email: user.recoveryEmail ?? null,
  username: user.username ?? null,
  username_key: user.username ? usernameKey(user.username) : null,
  first_name: user.firstName,
  last_name: user.lastName,
  name_key: searchKey(fullName(user)),
  login_search: loginSearch(user),
  role: user.role,
  status: user.status,
  status_changed_at: user.statusChangedAt,
  deactivated_from: user.deactivatedFrom ?? null,
  deleting_since: user.deletingSince ?? null,
  department: user.department || null,
  locale: user.locale ?? null,
  custom_values: jsonText(user.customValues),
});

/** The ids of the company's own fields in which somebody has a value: every person is looked at. */
export async function listFieldsWithValues({ db, contextId }: Scope): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    'SELECT DISTINCT key AS id FROM users, jsonb_object_keys(custom_values) AS key WHERE context_id = ?',
    [contextId],
  );
  return rows.map(({ id }) => id);
}
