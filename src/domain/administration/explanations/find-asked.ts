import {
  type Application,
  findApplicationByClientId,
  findApplicationByCode,
  findApplicationByEntityId,
  findApplicationById,
  listApplications,
  listApplicationsNamed,
} from '../../applications/applications/index.ts';
import { findUsersBySubject } from '../../applications/assertions/index.ts';
import { findUserById, findUserByLogin, listUsers, listUsersNamed, type User } from '../../people/users/index.ts';
import type { Page, Scope } from '../../scope.ts';

/** So many that somebody can choose among them. */
export const mostChoices = 10;

/** Those that may be meant. `hasMore`: there are others, which are not listed. */
export type Choices<T> = { items: T[]; hasMore: boolean };

const all = <T>(items: T[]): Choices<T> => ({ items, hasMore: false });

/** @param exact those of just this name, which come before any that only have it in theirs */
async function byName<T>(exact: Promise<T[]>, byPart: () => Promise<Page<T>>): Promise<Choices<T>> {
  const named = await exact;
  if (named.length > 0) return { items: named.slice(0, mostChoices), hasMore: named.length > mostChoices };
  const { items, cursor } = await byPart();
  return { items, hasMore: cursor !== undefined };
}

/**
 * Those who may be meant: by id, e-mail or username, else by the name or a part of it, or by what an application calls them. A part of an e-mail or username is of somebody else:
 * whoever asks about jo@acme.example does not mean bojo@acme.example.
 */
export async function findAskedPeople(scope: Scope, text: string): Promise<Choices<User>> {
  if (text === '') return all([]);
  const found = (await findUserById(scope, text)) ?? (await findUserByLogin(scope, text));
  if (found) return all([found]);
  const isAddress = text.includes('@');
  const named = isAddress
    ? all<User>([])
    : await byName(listUsersNamed(scope, text, mostChoices + 1), () => listUsers(scope, { search: text, by: 'name' }, mostChoices));
  return named.items.length > 0 ? named : all(await findUsersBySubject(scope, text));
}

/** Those that may be meant: by id, code, client ID or entity ID, else by the name or a part of it. */
export async function findAskedApplications(scope: Scope, text: string): Promise<Choices<Application>> {
  if (text === '') return all([]);
  const found =
    (await findApplicationById(scope, text)) ??
    (await findApplicationByCode(scope, text)) ??
    (await findApplicationByClientId(scope, text)) ??
    (await findApplicationByEntityId(scope, text));
  if (found) return all([found]);
  return byName(listApplicationsNamed(scope, text, mostChoices + 1), () => listApplications(scope, { search: text }, mostChoices));
}
