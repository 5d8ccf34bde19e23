import { searchGroups } from '../../domain/people/groups/index.ts';
import { fullName, identifier, listUsers, type User } from '../../domain/people/users/index.ts';
import type { Scope } from '../../domain/scope.ts';
import type { PageContext, Route } from '../request/index.ts';
import { avatarsOf } from './avatars.ts';

/** So many are offered at once: who types on narrows them down. */
const most = 20;
const longestSearch = 100;

/** What completes names in the console's forms; a page without script looks by the same functions. */
export const pickerRoutes: Route[] = [
  { method: 'GET', path: '/admin/find/people', access: 'administrator', handle: sendPeople },
  { method: 'GET', path: '/admin/find/groups', access: 'administrator', handle: sendGroups },
];

/** What makes the search fields of a view complete names: where each asks, into what it puts who is chosen, and what it says. */
export function presentPicks({ context, t }: PageContext) {
  const words = {
    'data-found': t('picker.found', { count: '{count}' }),
    'data-found-one': t('picker.found_one'),
    'data-none': t('page.nothing_found'),
    'data-more': t('picker.more'),
    'data-added': t('picker.added', { name: '{name}' }),
  };
  const ask = (path: string, into: string) => ({ 'data-picker': `${context.mount}${path}`, 'data-into': into, ...words });
  return { people: ask('/admin/find/people', 'login'), groups: ask('/admin/find/groups?everyone=yes', 'all_groups-list') };
}

/** `search` is undefined where nobody has searched yet. */
export type FoundPeople = { search?: string; people: User[]; hasMore: boolean };

/** By a part of the name, e-mail or username; those that begin with it first. */
export async function findPeople(scope: Scope, text: string): Promise<FoundPeople> {
  const search = text.trim().slice(0, longestSearch);
  if (search === '') return { people: [], hasMore: false };
  const { items, cursor } = await listUsers(scope, { search }, most);
  return { search, people: items, hasMore: cursor !== undefined };
}

async function sendPeople(page: PageContext): Promise<void> {
  const { people, hasMore } = await findPeople(page.scope, page.query('q'));
  const avatarOf = await avatarsOf(page, people);
  send(page, {
    items: people.map((user) => ({
      id: user.userId,
      value: identifier(user),
      name: fullName(user),
      detail: identifier(user),
      ...avatarOf(user),
    })),
    hasMore,
  });
}

async function sendGroups(page: PageContext): Promise<void> {
  const search = page.query('q').trim().slice(0, longestSearch);
  const found =
    search === '' ? [] : await searchGroups(page.scope, { search, limit: most + 1, withEveryone: page.query('everyone') === 'yes' });
  const nameOf = ({ name, isEveryone }: (typeof found)[number]) => (isEveryone ? page.t('groups.everyone') : name);
  send(page, {
    items: found.slice(0, most).map((group) => ({ id: group.groupId, value: group.groupId, name: nameOf(group) })),
    hasMore: found.length > most,
  });
}

function send({ ctx }: PageContext, found: { items: object[]; hasMore: boolean }): void {
  ctx.set('cache-control', 'no-store');
  ctx.type = 'json';
  ctx.body = JSON.stringify(found);
}
