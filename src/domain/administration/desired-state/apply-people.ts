import { randomPassword, readPassword } from '../../../platform/crypto/index.ts';
import { invalidInput } from '../../../platform/errors/index.ts';
import { createGroup, editGroup, findGroupByName, type Group, removeMember } from '../../people/groups/index.ts';
import { createUser, findUserByLogin, listUsers, lockUser, markEmail, type User, usernameFault } from '../../people/users/index.ts';
import { checkPassword, findPassword, setPersonalPassword } from '../../sign-in/credentials/password/index.ts';
import { endSessionsOfUser } from '../../sign-in/sessions/index.ts';
import { loadPolicy } from '../../sign-in/sign-in-policy/index.ts';
import type { Desired, DesiredContext } from '../configuration/index.ts';
import { editPerson } from '../directory-acceptance/index.ts';
import { addToGroup } from '../group-changes/index.ts';
import type { Applying } from './applying.ts';
import { findNamedPeople } from './find-named.ts';
import { part } from './part.ts';
import { loginOf } from './prepare-passwords.ts';

export async function applyUsers(applying: Applying, desired: DesiredContext): Promise<void> {
  for (const [index, person] of desired.users.entries()) {
    const path = ['users', index];
    const known = applying.refused?.length;
    await part(applying, path, (inside) => applyUser(inside, desired.code, person));
    if (applying.refused && applying.refused.length !== known) await part(applying, path, (inside) => tryPassword(inside, person));
  }
}

/** Of a person who was refused. */
async function tryPassword(
  { scope }: Applying,
  { password, email, username, firstName = '', lastName = '' }: Desired<'users'>,
): Promise<void> {
  if (password === undefined) return;
  const person = { email, username, firstName, lastName };
  await checkPassword(readPassword(password), person, (await loadPolicy(scope)).rules.base.password, 'password');
}

async function applyUser(applying: Applying, context: string, desired: Desired<'users'>): Promise<void> {
  const { scope, result } = applying;
  const login = loginOf(desired);
  const { password: given, generatePassword, emailVerified, ...data } = desired;
  const prepared = applying.passwords.get(desired);
  let user = login ? await findUserByLogin(scope, login) : undefined;
  // a name of the other kind may lead to somebody else
  if (user && (user.email === undefined) !== (desired.email === undefined))
    throw invalidInput(
      desired.email === undefined ? { username: usernameFault(desired.username ?? '') ?? 'fields.taken' } : { email: 'fields.taken' },
    );
  if (emailVerified && desired.email === undefined) throw invalidInput({ email: 'fields.email' });
  let password = given === undefined ? undefined : readPassword(given);
  if (!user) {
    user = await createUser(scope, {
      ...data,
      firstName: data.firstName ?? '',
      lastName: data.lastName ?? '',
      role: data.role ?? 'regular',
      status: 'activated',
      emailVerifiedBy: emailVerified ? 'file' : undefined,
    });
    result.changes.push({ action: 'created', what: `user ${login}` });
    if (generatePassword && !password) {
      password = prepared?.password ?? readPassword(randomPassword());
      result.generatedPasswords.push({ context, login, password: password.text });
    }
  } else {
    // what the file does not mention stays
    const { firstName = user.firstName, lastName = user.lastName, role = user.role, department = user.department, customFields } = data;
    const edited = await editPerson(scope, user.userId, { firstName, lastName, role, department, customFields }, applying.policy);
    const isMarked = emailVerified !== undefined && emailVerified !== edited.emailVerified;
    if (isMarked) await markEmail(scope, await lockUser(scope, user.userId), emailVerified ? 'file' : undefined);
    if (isMarked || (edited !== user && JSON.stringify(pick(edited)) !== JSON.stringify(pick(user))))
      result.changes.push({ action: 'changed', what: `user ${login}` });
  }
  if (password === undefined) return;
  await checkPassword(password, user, (await loadPolicy(scope)).rules.base.password, 'password');
  // of a file that is refused nothing is kept, and hashing is slow
  if (applying.refused) return;
  const stored = await findPassword(scope, user.userId);
  if (stored && stored.hash === prepared?.inForce) return;
  // only of somebody who was added, removed or given another password a moment ago nothing is prepared
  await setPersonalPassword(scope, user, prepared?.hash ?? (await scope.hasher.hash(password)));
  if (!stored) return;
  await endSessionsOfUser(scope, user.userId, 'password-changed');
  result.changes.push({ action: 'changed', what: `user ${login}`, details: 'password' });
}

const pick = ({ firstName, lastName, role, department, customValues }: User) => ({ firstName, lastName, role, department, customValues });

export async function applyGroups(applying: Applying, desired: DesiredContext): Promise<void> {
  for (const [index, group] of desired.groups.entries()) await applyGroup(applying, group, index);
}

async function applyGroup(applying: Applying, desired: Desired<'groups'>, index: number): Promise<void> {
  const path = ['groups', index];
  const group = await part(applying, path, (inside) => applyGroupItself(inside, desired));
  if (desired.members) await part(applying, path, (inside) => applyMembers(inside, group, desired, index));
}

async function applyGroupItself({ scope, result }: Applying, desired: Desired<'groups'>): Promise<Group> {
  let group = await findGroupByName(scope, desired.name);
  if (!group) {
    group = await createGroup(scope, desired);
    result.changes.push({ action: 'created', what: `group ${desired.name}` });
  } else if (
    !group.isEveryone &&
    (group.name !== desired.name || (desired.description !== undefined && group.description !== desired.description))
  ) {
    await editGroup(scope, group.groupId, desired);
    result.changes.push({ action: 'changed', what: `group ${desired.name}` });
  }
  return group;
}

/** @param group undefined where it was refused: then names are looked up, and nothing more */
async function applyMembers(applying: Applying, group: Group | undefined, desired: Desired<'groups'>, index: number): Promise<void> {
  const { scope, result } = applying;
  const wanted = await findNamedPeople(applying, desired.members, 'groups', index, 'members');
  if (!group) return;
  const present = await listUsers(scope, { groupId: group.groupId }, 100_000);
  const missing = wanted.filter((user) => !present.items.some(({ userId }) => userId === user.userId));
  const surplus = present.items.filter((user) => !wanted.some(({ userId }) => userId === user.userId));
  if (missing.length > 0)
    await addToGroup(
      scope,
      group.groupId,
      missing.map(({ userId }) => userId),
      applying.policy,
    );
  for (const user of surplus) await removeMember(scope, group.groupId, user.userId);
  if (missing.length + surplus.length > 0)
    result.changes.push({ action: 'changed', what: `group ${desired.name}`, details: `members +${missing.length} -${surplus.length}` });
}
