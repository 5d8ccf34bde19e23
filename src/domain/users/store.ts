import type { Knex } from 'knex';
import { type Db, escapeLike, jsonText, prepared } from '../../platform/database/index.ts';
import { notFound } from '../../platform/errors/index.ts';
import type { CustomValues } from '../custom-fields/index.ts';
import { decodeCursor, encodeCursor, isId, type Page, type Scope, type UserId } from '../scope.ts';
import { emailKey, nameKey, type Role, type Status, type User, usernameKey } from './user.ts';

type Row = {
  user_id: UserId;
  email: string | null;
  email_verified: boolean;
  recovery_email: string | null;
  username: string | null;
  first_name: string;
  last_name: string;
  name_key: string;
  role: Role;
  status: Status;
  status_changed_at: Date;
  deleting_since: Date | null;
  proofs_after: Date | null;
  department: string | null;
  locale: string | null;
  seen_locale: string | null;
  custom_values: CustomValues;
  terms_edition: number | null;
  created_at: Date;
  updated_at: Date;
  version: number;
};

const fromRow = (row: Row): User => ({
  userId: row.user_id,
  email: row.email ?? undefined,
  emailVerified: row.email_verified,
  recoveryEmail: row.recovery_email ?? undefined,
  username: row.username ?? undefined,
  firstName: row.first_name,
  lastName: row.last_name,
  role: row.role,
  status: row.status,
  statusChangedAt: row.status_changed_at,
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

const ofUser = [
  'user_id',
  'email',
  'email_verified',
  'recovery_email',
  'username',
  'first_name',
  'last_name',
  'role',
  'status',
  'status_changed_at',
  'deleting_since',
  'proofs_after',
  'department',
  'locale',
  'seen_locale',
  'custom_values',
  'terms_edition',
  'created_at',
  'updated_at',
  'version',
];

const users = ({ db, contextId }: Scope) => db('users').where('users.context_id', contextId);

export async function findUserById(scope: Scope, userId: string): Promise<User | undefined> {
  if (!isId(userId)) return undefined;
  const row = await users(scope).where('user_id', userId).first(ofUser).options(prepared('user-by-id'));
  return row && fromRow(row);
}

/** @throws AppError not_found; another context's id looks the same. */
export async function getUser(scope: Scope, userId: string, { lock = false } = {}): Promise<User> {
  if (!isId(userId)) throw notFound();
  const query = users(scope).where('user_id', userId).first(ofUser);
  const row = await (lock ? query.forUpdate().options(prepared('user-lock')) : query.options(prepared('user-by-id')));
  if (!row) throw notFound();
  return fromRow(row);
}

/** By e-mail or username: a username never holds '@', so the two cannot meet. */
export async function findUserByLogin(scope: Scope, login: string): Promise<User | undefined> {
  const [name, where] = login.includes('@')
    ? ['email', { email_key: emailKey(login) }]
    : ['username', { username_key: usernameKey(login) }];
  const row = await users(scope)
    .where(where)
    .first(ofUser)
    .options(prepared(`user-by-${name}`));
  return row && fromRow(row);
}

/** S50: what a search looks at; everything when left out. */
export const searchKinds = ['email', 'name', 'username'] as const;
export type SearchKind = (typeof searchKinds)[number];

export type UserFilter = { search?: string; by?: SearchKind; role?: string; status?: string; groupId?: string; cursor?: string };

/** Ordered by name. Who is on the page is found in the index alone (decision 0014), and only they are read. */
export async function listUsers(scope: Scope, filter: UserFilter = {}, limit = 50): Promise<Page<User>> {
  const page = filtered(scope, filter)
    .orderBy(['name_key', 'user_id'])
    .limit(limit + 1)
    .select('user_id');
  const after = decodeCursor(filter.cursor);
  if (after) page.whereRaw('(name_key, user_id) > (?, ?)', after);
  const rows: Row[] = await users(scope).whereIn('user_id', page).orderBy(['name_key', 'user_id']);
  const last = rows[limit - 1];
  return {
    items: rows.slice(0, limit).map(fromRow),
    cursor: rows.length > limit && last ? encodeCursor(last.name_key, last.user_id) : undefined,
  };
}

export async function listUsersByIds(scope: Scope, ids: string[]): Promise<User[]> {
  return (await users(scope).whereIn('user_id', ids.filter(isId)).orderBy('name_key')).map(fromRow);
}

/** Which of these e-mails and usernames somebody has, in their compared form. */
export async function listTakenLogins(scope: Scope, logins: string[]): Promise<Set<string>> {
  const taken = new Set<string>();
  const [emails, usernames] = [
    logins.filter((one) => one.includes('@')).map(emailKey),
    logins.filter((one) => !one.includes('@')).map(usernameKey),
  ];
  for (const [column, keys] of [
    ['email_key', emails],
    ['username_key', usernames],
  ] as const)
    for (const key of await users(scope).whereRaw(`${column} = ANY(?)`, [keys]).pluck(column)) taken.add(key);
  return taken;
}

/** `isMore`: there are more than were counted. */
export type Count = { n: number; isMore: boolean };

/** Exact for the whole list and its filters, whatever its length; of a search no more than `most` are counted. */
export async function countUsers(scope: Scope, filter: UserFilter = {}, most = 10_000): Promise<Count> {
  const { search, groupId, role, status } = filter;
  if (!search?.trim() && !groupId) {
    const query = scope.db('user_counts').where('context_id', scope.contextId).sum({ n: 'n' });
    if (role) query.where('role', role);
    if (status) query.where('status', status);
    const [row] = await query;
    return { n: Number(row?.n ?? 0), isMore: false };
  }
  const some = filtered(scope, filter)
    .select(scope.db.raw('1'))
    .limit(most + 1);
  const { rows } = await scope.db.raw('SELECT count(*) AS n FROM (?) AS found', [some]);
  const n = Number(rows[0].n);
  return { n: Math.min(n, most), isMore: n > most };
}

/** Adds up the changes that were noted. */
export async function sweepUserCounts(db: Db): Promise<void> {
  await db.raw(
    `WITH gone AS (DELETE FROM user_counts WHERE context_id IN (SELECT context_id FROM user_counts GROUP BY context_id HAVING count(*) > 100) RETURNING context_id, role, status, n)
     INSERT INTO user_counts (context_id, role, status, n) SELECT context_id, role, status, sum(n) FROM gone GROUP BY context_id, role, status HAVING sum(n) <> 0`,
  );
}

/** Whom a deed is for: these, or everybody whom a filter of the list shows. */
export type ChosenUsers = { ids: string[] } | { filter: UserFilter };

/** A query of user_id, for whoever takes it up in one of their own. */
export const selectUserIds = (scope: Scope, chosen: ChosenUsers) =>
  ('ids' in chosen ? users(scope).whereIn('user_id', chosen.ids.filter(isId)) : filtered(scope, chosen.filter)).select('users.user_id');

function filtered(scope: Scope, { search, by, role, status, groupId }: UserFilter) {
  const query = users(scope);
  if (role) query.where('role', role);
  if (status) query.where('status', status);
  if (isId(groupId))
    query.whereIn('user_id', scope.db('group_members').select('user_id').where({ context_id: scope.contextId, group_id: groupId }));
  const text = search?.trim();
  if (text) {
    query.where((or) => {
      for (const kind of by ? [by] : searchKinds) or.orWhere((and) => matchKind(and, kind, text));
    });
  }
  return query;
}

/**
 * Any part of it, and of a name every word, in whatever order. Of one or two letters only the beginning of a word: an index knows nothing smaller than three, and
 * what is looked for nearly everywhere in the list is no search.
 */
function matchKind(query: Knex.QueryBuilder, kind: SearchKind, text: string): void {
  const key = keys[kind](text);
  for (const word of kind === 'name' ? key.split(' ') : [key]) {
    const part = escapeLike(word);
    if ([...word].length >= 3) query.where(`${kind}_key`, 'like', `%${part}%`);
    else query.where((or) => or.where(`${kind}_key`, 'like', `${part}%`).orWhere(`${kind}_key`, 'like', `% ${part}%`));
  }
}

const keys: Record<SearchKind, (text: string) => string> = { email: emailKey, name: nameKey, username: usernameKey };

export async function insertUser({ db, contextId, clock }: Scope, user: User): Promise<void> {
  await db('users').insert({
    context_id: contextId,
    user_id: user.userId,
    ...columns(user),
    created_at: clock.now(),
    updated_at: clock.now(),
  });
}

/** @returns false when somebody changed the row since `user.version` was read. */
export async function updateUser(scope: Scope, user: User): Promise<boolean> {
  const changed = await users(scope)
    .where({ user_id: user.userId, version: user.version })
    .update({ ...columns(user), updated_at: scope.clock.now(), version: user.version + 1 });
  return changed === 1;
}

/** Takes a field's values from everybody, a few thousand people at a time. */
export async function forgetCustomValues({ db, contextId }: Scope, fieldId: string): Promise<void> {
  const step = 2000;
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const { rows } = await db.raw(
      `WITH chunk AS (SELECT user_id FROM users WHERE context_id = ? AND user_id > ? ORDER BY user_id LIMIT ${step}),
        cut AS (UPDATE users u SET custom_values = custom_values - ?::text FROM chunk
          WHERE u.context_id = ? AND u.user_id = chunk.user_id AND jsonb_exists(u.custom_values, ?))
       SELECT max(user_id::text) AS last, count(*) AS n FROM chunk`,
      [contextId, after, fieldId, contextId, fieldId],
    );
    if (Number(rows[0].n) < step) return;
    after = rows[0].last;
  }
}

/** Sign-ins under way begin again: a factor was taken away. @param scope of a transaction */
export async function endProofs(scope: Scope, userId: UserId): Promise<void> {
  await users(scope).where('user_id', userId).update({ proofs_after: scope.clock.now() });
}

/** The language in which the person was seen. Apart from the version, as noteTermsEdition. */
export async function noteLocale(scope: Scope, userId: UserId, locale: string): Promise<void> {
  await users(scope).where('user_id', userId).update({ seen_locale: locale });
}

/** Apart from the version: nobody's edit of the person is stale because they accepted something. */
export async function noteTermsEdition(scope: Scope, userId: UserId, edition: number): Promise<void> {
  await users(scope).where('user_id', userId).update({ terms_edition: edition });
}

export const removeUser = async (scope: Scope, userId: UserId): Promise<void> => {
  await users(scope).where('user_id', userId).delete();
};

/** @param options.lock nobody demotes or deactivates them until the transaction ends */
export async function isActiveAdministrator(scope: Scope, userId: UserId, { lock = false } = {}): Promise<boolean> {
  const query = users(scope).where({ user_id: userId, role: 'administrator', status: 'activated' }).first('user_id');
  return (await (lock ? query.forShare() : query)) !== undefined;
}

/** Locks the administrators, so that two parallel changes cannot remove the last one. */
export async function countActiveAdministrators(scope: Scope): Promise<number> {
  const rows = await users(scope).where({ role: 'administrator', status: 'activated' }).select('user_id').orderBy('user_id').forUpdate();
  return rows.length;
}

const columns = (user: User) => ({
  email: user.email ?? null,
  email_key: user.email ? emailKey(user.email) : null,
  email_verified: user.emailVerified,
  recovery_email: user.recoveryEmail ?? null,
  username: user.username ?? null,
  username_key: user.username ? usernameKey(user.username) : null,
  first_name: user.firstName,
  last_name: user.lastName,
  name_key: nameKey(`${user.firstName} ${user.lastName}`),
  role: user.role,
  status: user.status,
  status_changed_at: user.statusChangedAt,
  deleting_since: user.deletingSince ?? null,
  department: user.department || null,
  locale: user.locale ?? null,
  custom_values: jsonText(user.customValues),
});
