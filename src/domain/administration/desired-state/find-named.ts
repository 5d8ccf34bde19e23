import { AppError } from '../../../platform/errors/index.ts';
import { type Application, findApplicationByCode } from '../../applications/applications/index.ts';
import { findGroupByName, type Group } from '../../people/groups/index.ts';
import { findUserByLogin, type User } from '../../people/users/index.ts';
import { StateError } from '../configuration/index.ts';
import type { Applying } from './applying.ts';

type At = Pick<Applying, 'scope' | 'at'>;

/** @param path of the list that names them. @throws StateError with the places in the list of the unknown ones */
async function findEach<T>({ at }: At, names: string[] = [], path: PropertyKey[], find: (name: string) => Promise<T>): Promise<T[]> {
  const found: T[] = [];
  const faults: StateError['faults'] = [];
  for (const [index, name] of names.entries())
    try {
      found.push(await at(...path, index)(find(name)));
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      faults.push(...error.faults);
    }
  if (faults.length > 0) throw new StateError(faults);
  return found;
}

/** Of two lists of names that stand together, all that is unknown in either. @throws StateError */
export async function findGroupsAndPeople(
  at: At,
  { groups, users }: { groups?: string[]; users?: string[] },
  ...path: PropertyKey[]
): Promise<{ kind: 'user' | 'group'; id: string }[]> {
  const [found, people] = await Promise.allSettled([
    findNamedGroups(at, groups, ...path, 'groups'),
    findNamedPeople(at, users, ...path, 'users'),
  ]);
  const faults: StateError['faults'] = [];
  for (const one of [found, people]) {
    if (one.status === 'fulfilled') continue;
    if (!(one.reason instanceof StateError)) throw one.reason;
    faults.push(...one.reason.faults);
  }
  if (found.status === 'rejected' || people.status === 'rejected') throw new StateError(faults);
  return [
    ...found.value.map(({ groupId }) => ({ kind: 'group' as const, id: groupId })),
    ...people.value.map(({ userId }) => ({ kind: 'user' as const, id: userId })),
  ];
}

export const findNamedGroups = (at: At, names: string[] | undefined, ...path: PropertyKey[]): Promise<Group[]> =>
  findEach(at, names, path, (name) => getGroupByName(at, name));

/** By e-mail or username. */
export const findNamedPeople = (at: At, logins: string[] | undefined, ...path: PropertyKey[]): Promise<User[]> =>
  findEach(at, logins, path, (login) => getByLogin(at, login));

/** @throws AppError unknown_group */
export async function getGroupByName({ scope }: Pick<At, 'scope'>, name: string): Promise<Group> {
  const group = await findGroupByName(scope, name);
  if (!group) throw new AppError('unknown_group', 422, { params: { name } });
  return group;
}

/** @throws AppError unknown_application */
export async function getApplicationByCode({ scope }: Pick<At, 'scope'>, code: string): Promise<Application> {
  const application = await findApplicationByCode(scope, code);
  if (!application) throw new AppError('unknown_application', 422, { params: { code } });
  return application;
}

async function getByLogin({ scope }: Pick<At, 'scope'>, login: string): Promise<User> {
  const user = await findUserByLogin(scope, login);
  if (!user) throw new AppError('unknown_person', 422, { params: { login } });
  return user;
}
