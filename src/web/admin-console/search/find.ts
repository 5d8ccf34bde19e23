import { findByCode, tidySupportCode } from '../../../domain/administration/explanations/index.ts';
import {
  type Application,
  findApplicationByClientId,
  findApplicationByEntityId,
  findApplicationById,
  listApplications,
} from '../../../domain/applications/applications/index.ts';
import { findUsersBySubject } from '../../../domain/applications/assertions/index.ts';
import { searchGroups } from '../../../domain/people/groups/index.ts';
import { findUserById, fullName, identifier, listUsers, type User } from '../../../domain/people/users/index.ts';
import { findEvents } from '../../../domain/records/audit/index.ts';
import type { PageContext } from '../../request/index.ts';
import { findPlaces } from './places.ts';

export const foundKinds = ['codes', 'users', 'groups', 'applications', 'pages'] as const;
/** @property path inside the context @property user whose initials stand beside it */
export type Hit = { path: string; name: string; detail?: string; user?: User; application?: Application };
/** @property all where the rest of them stands */
export type Found = { kind: (typeof foundKinds)[number]; hits: Hit[]; all?: string };

export const longestSearch = 100;

/** Of each kind the first `most`; kinds of which there is nothing are left out. */
export async function findAll(page: PageContext, text: string, most: number): Promise<Found[]> {
  // a sign alone would be a part of nearly every name
  if (!/[\p{L}\p{N}]/u.test(text)) return [];
  const found = [
    await findCodes(page, text),
    await findPeople(page, text, most),
    await findGroups(page, text, most),
    await findApplications(page, text, most),
    listPlaces(page, text, most),
  ];
  return found.filter(({ hits }) => hits.length > 0);
}

/** The address of what a support code of this company stands for. */
export async function pathOfCode({ scope }: PageContext, text: string): Promise<string | undefined> {
  const code = tidySupportCode(text);
  return code && (await findByCode(scope, code)) && `/admin/explain?code=${code}`;
}

async function findCodes({ scope, t, services }: PageContext, text: string): Promise<Found> {
  const code = tidySupportCode(text);
  const found = code && (await findByCode(scope, code));
  if (!found) return { kind: 'codes', hits: [] };
  const path = `/admin/explain?code=${code}`;
  if ('failure' in found) {
    const title = `errors.${found.failure.code}`;
    return { kind: 'codes', hits: [{ path, name: code, detail: services.i18n.exists(title) ? t(title) : found.failure.code }] };
  }
  const [event] = await findEvents(scope, [found.eventId]);
  const type = t(`audit.types.${event!.type.replace(/[.-]/g, '_')}`);
  const who = event!.subjectKind === 'user' && !event!.erased.subject ? event!.subjectName : undefined;
  return { kind: 'codes', hits: [{ path, name: code, detail: who ? `${type} · ${who}` : type }] };
}

async function findPeople({ scope }: PageContext, text: string, most: number): Promise<Found> {
  const { items, cursor } = await listUsers(scope, { search: text }, most);
  const people = items.length > 0 ? items : await findByIds(scope, text);
  return {
    kind: 'users',
    hits: people
      .slice(0, most)
      .map((user) => ({ path: `/admin/users/${user.userId}`, name: fullName(user), detail: identifier(user), user })),
    all: cursor && `/admin/users?${new URLSearchParams({ q: text })}`,
  };
}

/** By what stands in logs of applications: the id, or the subject that one of them knows. */
async function findByIds(scope: PageContext['scope'], text: string): Promise<User[]> {
  const user = await findUserById(scope, text);
  return user ? [user] : findUsersBySubject(scope, text);
}

async function findGroups({ scope, t }: PageContext, text: string, most: number): Promise<Found> {
  const items = await searchGroups(scope, { search: text, limit: most + 1, withEveryone: true });
  return {
    kind: 'groups',
    hits: items.slice(0, most).map((group) => ({
      path: `/admin/groups/${group.groupId}`,
      name: group.isEveryone ? t('groups.everyone') : group.name,
      detail: group.description || undefined,
    })),
    all: items.length > most ? `/admin/groups?${new URLSearchParams({ q: text })}` : undefined,
  };
}

async function findApplications({ scope }: PageContext, text: string, most: number): Promise<Found> {
  const { items, cursor } = await listApplications(scope, { search: text }, most);
  const known = items.length > 0 ? items : await findApplicationByName(scope, text);
  return {
    kind: 'applications',
    hits: known.map((application) => ({
      path: `/admin/applications/${application.applicationId}`,
      name: application.name,
      detail: application.category || undefined,
      application,
    })),
    all: cursor && `/admin/applications?${new URLSearchParams({ q: text })}`,
  };
}

/** By what protocols call it. */
async function findApplicationByName(scope: PageContext['scope'], text: string): Promise<Application[]> {
  const found =
    (await findApplicationByClientId(scope, text)) ??
    (await findApplicationByEntityId(scope, text)) ??
    (await findApplicationById(scope, text));
  return found ? [found] : [];
}

function listPlaces(page: PageContext, text: string, most: number): Found {
  const hits = findPlaces(page, text).map(({ path, name, under }) => ({
    path,
    name: page.t(name),
    detail: under && page.t(under),
  }));
  return { kind: 'pages', hits: hits.slice(0, most) };
}
