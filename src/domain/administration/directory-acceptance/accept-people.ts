import type { Entry } from '../../people/directory-entries/index.ts';
import { createUsers, findOwnersOfLogins } from '../../people/users/index.ts';
import type { Scope, Transaction } from '../../scope.ts';
import { judge, remarkOf, type Source } from './source.ts';

/** S18: people of those who wait, Activated, in one go. @param waiting pending people of the directory, as locked @returns them as decided: accepted, or with why they wait */
export async function acceptPeople(scope: Transaction, source: Source, waiting: Entry[]): Promise<Entry[]> {
  const candidates = waiting.map((entry) => judge(entry, source));
  const ready = candidates.filter(({ reason }) => !reason);
  const people = ready.map(({ person: { email, username, firstName = '', lastName = '', department, customValues } }) => ({
    ...(email === undefined
      ? { username }
      : { email, emailVerifiedBy: source.directory.settings.emailsAreVerified ? ('directory' as const) : undefined }),
    firstName,
    lastName,
    department,
    customValues,
  }));
  const users = await createUsers(scope, people, { directory: source.directory.name });
  const made = new Map(ready.map(({ entry }, i) => [entry, users[i]]));
  return candidates.map(({ entry, person, reason }): Entry => {
    const user = made.get(entry);
    return user
      ? { ...entry, state: 'accepted', userId: user.userId, reason: remarkOf(person) }
      : { ...entry, reason: reason ?? 'conflict' };
  });
}

/** Why people who are not accepted now wait. @returns them with their reasons */
export async function explainPeople(scope: Scope, source: Source, waiting: Entry[]): Promise<Entry[]> {
  const candidates = waiting.map((entry) => judge(entry, source));
  const logins = candidates.flatMap(({ person }) => person.email ?? person.username ?? []);
  const owners = await findOwnersOfLogins(scope, logins);
  return candidates.map(({ entry, person, reason }) => {
    const isTaken = owners.has(person.email ?? person.username ?? '');
    return { ...entry, reason: reason ?? (isTaken ? 'conflict' : remarkOf(person)) };
  });
}
