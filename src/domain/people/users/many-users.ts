import { newId } from '../../../platform/crypto/index.ts';
import { insertRows, jsonText, measureGrown } from '../../../platform/database/index.ts';
import { invalidInput } from '../../../platform/errors/index.ts';
import type { CustomValues } from '../../company/custom-fields/index.ts';
import { type NewEvent, recordEvents } from '../../records/audit/index.ts';
import { isId, type Scope, type Transaction, type UserId } from '../../scope.ts';
import { byLogin } from './keys.ts';
import { columns, fromRow, type UserRow, users } from './store.ts';
import { checkPersonalData, fullName, identifier, type PersonalData, type User, type VerifiedBy } from './user.ts';

/** Whose login is whose: an account that an older form of the login finds has it, too. */
export async function findOwnersOfLogins(scope: Scope, logins: string[]): Promise<Map<string, UserId>> {
  const owners = new Map<string, UserId>();
  const sought = logins.map((login) => ({ login, ...byLogin(login) }));
  for (const column of ['email_key', 'username_key'] as const) {
    const own = sought.filter((one) => one.column === column);
    const keys = own.flatMap(({ values }) => values);
    if (keys.length === 0) continue;
    const rows = await users(scope).whereRaw(`${column} = ANY(?)`, [keys]).select(column, 'user_id');
    const byKey = new Map(rows.map((row) => [row[column], row.user_id]));
    for (const { login, values } of own) {
      const owner = values.map((value) => byKey.get(value)).find((found) => found !== undefined);
      if (owner) owners.set(login, owner);
    }
  }
  return owners;
}

type NewPerson = Omit<PersonalData, 'role'> & { customValues: CustomValues; emailVerifiedBy?: VerifiedBy };

/**
 * Many regular people at once, Activated, without a password of their own: a fraction of what `createUser` costs for each.
 * @param people tidy (tidyPerson), custom values as they are kept
 * @param details for the event of each
 * @returns in the same order; undefined where somebody has the login already, be it one before in the list
 * @throws AppError invalid_input of the first whose data is not fit
 */
export async function createUsers(
  scope: Transaction,
  people: NewPerson[],
  details: Record<string, unknown>,
): Promise<(User | undefined)[]> {
  const now = scope.clock.now();
  const owners = await findOwnersOfLogins(scope, people.map(identifier));
  const made = people.map((person): User => {
    const faults = checkPersonalData({ ...person, role: 'regular' });
    if (Object.keys(faults).length > 0) throw invalidInput(faults);
    return {
      ...person,
      emailVerified: person.emailVerifiedBy !== undefined,
      role: 'regular',
      status: 'activated',
      userId: newId(now.getTime()) as UserId,
      statusChangedAt: now,
      createdAt: now,
      updatedAt: now,
      version: 1,
    };
  });
  const rows = made
    .filter((user) => !owners.has(identifier(user)))
    .map((user) => ({ context_id: scope.contextId, user_id: user.userId, ...columns(user), created_at: now, updated_at: now }));
  const written = await insertRows<'users', Pick<UserRow, 'user_id'>>(scope.db, 'users', rows, 'ON CONFLICT DO NOTHING RETURNING user_id');
  await measureGrown(scope.db, 'users', written.length);
  const ids = new Set(written.map((row) => row.user_id));
  await recordEvents(
    scope,
    made
      .filter(({ userId }) => ids.has(userId))
      .map((user) => ({
        type: 'user.created',
        subject: { kind: 'user', id: user.userId, name: fullName(user) },
        details: { login: identifier(user), role: user.role, status: user.status, ...details },
      })),
  );
  return made.map((user) => (ids.has(user.userId) ? user : undefined));
}

/** Nobody else changes them until the transaction ends. Those who are gone are missing. */
export async function lockUsers(scope: Transaction, userIds: string[]): Promise<Map<UserId, User>> {
  const rows = await users(scope)
    .whereRaw('user_id = ANY(?::uuid[])', [userIds.filter(isId)])
    .orderBy('user_id')
    .forUpdate()
    .select<UserRow[]>('*');
  return new Map(rows.map((row) => [row.user_id, fromRow(row)]));
}

/** Their logins are nobody's until `saveUsers` gives them others, in the same transaction: of people who swap theirs none is free first. */
export async function freeLogins(scope: Transaction, userIds: UserId[]): Promise<void> {
  const none = (key: string) => scope.db.raw(`CASE WHEN ${key} IS NOT NULL THEN 'moves ' || user_id END`);
  await users(scope)
    .whereRaw('user_id = ANY(?::uuid[])', [userIds])
    .update({ email_key: none('email_key'), username_key: none('username_key') });
}

/**
 * Saves names, department, custom values, e-mail and username of people whom `lockUsers` has locked, with their events.
 * @throws when a login is somebody else's: ask `findOwnersOfLogins` before
 */
export async function saveUsers(scope: Transaction, changes: { user: User; events: NewEvent[] }[]): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map(({ user }) => ({ user_id: user.userId, ...columns(user), custom_values: user.customValues }));
  await scope.db.raw(
    `UPDATE users u SET first_name = r.first_name, last_name = r.last_name, name_key = r.name_key, department = r.department, custom_values = r.custom_values, email = r.email,
       email_key = CASE WHEN u.email = r.email THEN u.email_key ELSE r.email_key END, email_verified = r.email_verified, email_verified_by = r.email_verified_by, username = r.username,
       username_key = CASE WHEN u.username = r.username THEN u.username_key ELSE r.username_key END, login_search = r.login_search, updated_at = :now, version = u.version + 1
     FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (user_id uuid, first_name text, last_name text, name_key text, department text, custom_values jsonb, email text, email_key text,
       email_verified boolean, email_verified_by text, username text, username_key text, login_search text)
     WHERE u.context_id = :contextId AND u.user_id = r.user_id`,
    { contextId: scope.contextId, now: scope.clock.now(), rows: jsonText(rows) },
  );
  await recordEvents(
    scope,
    changes.flatMap(({ events }) => events),
  );
}
