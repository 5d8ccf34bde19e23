import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../../platform/errors/index.ts';
import { customFieldName } from '../../company/custom-fields/index.ts';
import { type DescribedPerson, describePerson, type Entry, type EntryReason, firstReason } from '../../people/directory-entries/index.ts';
import {
  canChangeStatus,
  changeStatus,
  emailKey,
  findOwnersOfLogins,
  freeLogins,
  fullName,
  identifier,
  lockUsers,
  loginKey,
  saveUsers,
  type User,
  verifiedBy,
} from '../../people/users/index.ts';
import type { NewEvent } from '../../records/audit/index.ts';
import { endLinks } from '../../records/one-time-links/index.ts';
import { inTransaction, type Transaction, type UserId } from '../../scope.ts';
import { remarkOf, type Source } from './source.ts';

type Followed = { entry: Entry; user: User; person: DescribedPerson };

/**
 * People of ours become what their directory says now. What it does not say, or says in no fit way, stays as it is here. @param accepted entries with people, as locked
 * @returns them as decided
 */
export async function followPeople(scope: Transaction, source: Source, accepted: Entry[]): Promise<Entry[]> {
  const users = await lockUsers(
    scope,
    accepted.flatMap(({ userId }) => userId ?? []),
  );
  const followed = accepted.flatMap((entry): Followed[] => {
    const user = entry.userId && users.get(entry.userId);
    return user && !user.deletingSince ? [{ entry, user, person: describePerson(entry, source.directory, source.fields) }] : [];
  });
  const present = followed.filter(({ entry }) => !entry.isGone);
  await followData(scope, source, present);
  const refused = await followLogins(scope, source, present);
  const decided: Entry[] = [];
  for (const { entry, user, person } of followed) {
    const { deactivatedAt, reason } = await followState(scope, source, entry, user);
    const reasons: (EntryReason | undefined)[] = [entry.isGone ? 'gone' : undefined, reason, refused.get(user.userId), remarkOf(person)];
    decided.push({ ...entry, deactivatedAt, reason: firstReason(reasons) });
  }
  return decided;
}

/** An administrator keeps the name by which others here know them. */
async function followData(scope: Transaction, source: Source, people: Followed[]): Promise<void> {
  const changes = people.flatMap(({ user, person }) => {
    const name = user.role === 'administrator' ? user : person;
    const { firstName = user.firstName, lastName = user.lastName } = name;
    const { department = user.department } = person;
    const after: User = { ...user, firstName, lastName, department, customValues: { ...user.customValues, ...person.customValues } };
    const texts = (['firstName', 'lastName', 'department'] as const).filter((key) => after[key] !== user[key]);
    const fields = source.fields.filter(({ fieldId }) => !isDeepStrictEqual(after.customValues[fieldId], user.customValues[fieldId]));
    const vouched = vouchingOf(user, person, source.directory.settings.emailsAreVerified);
    if (texts.length + fields.length === 0 && vouched === user) return [];
    Object.assign(after, verifiedBy(vouched.emailVerifiedBy), { emailVerified: vouched.emailVerified });
    const pick = (one: User) => ({
      ...Object.fromEntries(texts.map((key) => [key, one[key]])),
      ...(vouched === user ? {} : { emailVerified: one.emailVerified }),
      // as editUser: the value goes with the person, the audit stays
      ...Object.fromEntries(
        fields.map(({ code, fieldId, isPersonal }) => [customFieldName(code), isPersonal ? '•••' : (one.customValues[fieldId] ?? null)]),
      ),
    });
    const details = { before: pick(user), after: pick(after), directory: source.directory.name };
    const event: NewEvent = { type: 'user.edited', subject: { kind: 'user', id: user.userId, name: fullName(after) }, details };
    Object.assign(user, after);
    return [{ user, events: [event] }];
  });
  await saveUsers(scope, changes);
}

/** Whether the address that the person has is the one that the directory vouches for. */
function vouchingOf(user: User, { email }: DescribedPerson, isVouched: boolean): User {
  const isSame = user.email !== undefined && email !== undefined && emailKey(user.email) === emailKey(email);
  if (isVouched && isSame && !user.emailVerified) return { ...user, ...verifiedBy('directory') };
  return !isVouched && user.emailVerifiedBy === 'directory' ? { ...user, ...verifiedBy(undefined) } : user;
}

const keyOf = ({ email, username }: Pick<User, 'email' | 'username'>): string => (email ? emailKey(email) : loginKey(username ?? '').key);

type Move = { before: User; after: User };

/** Those who get the logins of one another, and of nobody else. */
function findSwaps(moves: Move[], owners: Map<string, UserId>): Move[] {
  const movers = new Set(moves.map(({ after }) => after.userId));
  const left = moves.filter(({ after }) => movers.has(owners.get(identifier(after))!));
  return left.length === moves.length ? left : findSwaps(left, owners);
}

/**
 * Addresses and usernames. One that is somebody else's is free once that person has another: so it goes by rounds, and those who swap theirs move at once. An administrator's is no matter of whoever may write in the directory,
 * since the account can be recovered by it.
 * @returns whose was not followed, and why
 */
async function followLogins(scope: Transaction, { directory }: Source, people: Followed[]): Promise<Map<UserId, EntryReason>> {
  const refused = new Map<UserId, EntryReason>();
  let waiting = people.flatMap(({ user, person: { email, username } }) => {
    if (email === undefined && (username === undefined || user.email !== undefined)) return [];
    const after: User = email === undefined ? { ...user, username } : { ...user, email, username: undefined };
    if (identifier(after) === identifier(user)) return [];
    const isSame = keyOf(after) === keyOf(user);
    if (user.role === 'administrator' && !isSame) {
      refused.set(user.userId, 'administrator-address');
      return [];
    }
    return [
      {
        before: user,
        after: isSame
          ? after
          : { ...after, ...verifiedBy(email !== undefined && directory.settings.emailsAreVerified ? 'directory' : undefined) },
      },
    ];
  });
  while (waiting.length > 0) {
    const owners = await findOwnersOfLogins(
      scope,
      waiting.map(({ after }) => identifier(after)),
    );
    const sought = new Set<string>();
    const unsought = waiting.filter(({ after }) => !sought.has(keyOf(after)) && sought.add(keyOf(after)));
    const isFree = ({ after }: Move) => [undefined, after.userId].includes(owners.get(identifier(after)));
    let free = unsought.filter(isFree);
    if (free.length === 0) {
      free = findSwaps(unsought, owners);
      await freeLogins(
        scope,
        free.map(({ after }) => after.userId),
      );
    }
    if (free.length === 0) break;
    await saveUsers(
      scope,
      free.map(({ before, after }) => ({
        user: after,
        events: [
          {
            type: 'user.email-changed',
            subject: { kind: 'user', id: after.userId, name: fullName(after) },
            details: { before: identifier(before), after: identifier(after) },
          },
        ],
      })),
    );
    // what was mailed to the old address is not the person's any more
    for (const { after } of free) await endLinks(scope, { userId: after.userId });
    waiting = waiting.filter((one) => !free.includes(one));
  }
  for (const { after } of waiting) refused.set(after.userId, 'conflict');
  return refused;
}

/** Disabled or gone there is Deactivated here; back there is back here if it was the directory that deactivated, and nobody has decided otherwise since. */
async function followState(
  scope: Transaction,
  { rules }: Source,
  { isGone, isEnabled, isStateWanted, deactivatedAt }: Entry,
  user: User,
): Promise<{ deactivatedAt?: Date; reason?: EntryReason }> {
  if (!rules.stateFromDirectory || (isStateWanted && !isGone)) return { deactivatedAt };
  const isOwn = user.status === 'deactivated' && deactivatedAt?.getTime() === user.statusChangedAt.getTime();
  if (!isGone && isEnabled) {
    if (isOwn) await changeStatus(scope, user.userId, 'reactivate', 'directory');
    return {};
  }
  if (!canChangeStatus(user, 'deactivate')) return { deactivatedAt: isOwn ? deactivatedAt : undefined };
  try {
    const { statusChangedAt } = await inTransaction(scope, (inside) => changeStatus(inside, user.userId, 'deactivate', 'directory'));
    return { deactivatedAt: statusChangedAt };
  } catch (error) {
    // somebody has to stay: the run goes on, and says so
    if (!(error instanceof AppError) || error.code !== 'last_administrator') throw error;
    return { reason: 'last-administrator' };
  }
}
