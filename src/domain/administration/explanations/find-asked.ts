import {
  type Application,
  findApplicationByClientId,
  findApplicationByCode,
  findApplicationByEntityId,
  findApplicationById,
  listApplications,
} from '../../applications/applications/index.ts';
import { findUsersBySubject } from '../../applications/assertions/index.ts';
import { findUserById, findUserByLogin, fullName, listUsers, type User } from '../../people/users/index.ts';
import type { Scope } from '../../scope.ts';

/** So many that somebody can choose among them. */
const mostChoices = 10;

/** The only one of just this name, or all that were found by a part of it. */
function exactOr<T>(items: T[], text: string, nameOf: (one: T) => string): T[] {
  const exact = items.filter((one) => nameOf(one).toLowerCase() === text.toLowerCase());
  return exact.length === 1 ? exact : items;
}

/** Those who may be meant: by id, e-mail or username, else by a part of the name or by what an application calls them. */
export async function findAskedPeople(scope: Scope, text: string): Promise<User[]> {
  if (text === '') return [];
  const found = (await findUserById(scope, text)) ?? (await findUserByLogin(scope, text));
  if (found) return [found];
  const { items } = await listUsers(scope, { search: text }, mostChoices);
  return items.length > 0 ? exactOr(items, text, fullName) : findUsersBySubject(scope, text);
}

/** Those that may be meant: by id, code, client ID or entity ID, else by a part of the name. */
export async function findAskedApplications(scope: Scope, text: string): Promise<Application[]> {
  if (text === '') return [];
  const found =
    (await findApplicationById(scope, text)) ??
    (await findApplicationByCode(scope, text)) ??
    (await findApplicationByClientId(scope, text)) ??
    (await findApplicationByEntityId(scope, text));
  if (found) return [found];
  const { items } = await listApplications(scope, { search: text }, mostChoices);
  return exactOr(items, text, ({ name }) => name);
}
