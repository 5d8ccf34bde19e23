import { searchKey } from '../../people/users/index.ts';
import type { Scope, UserId } from '../../scope.ts';
import { listApplicationsOfUser, listNavigable, type UserApplication } from './store.ts';

export type LaunchpadFilter = { search: string; category: string };

/** What the Launchpad of a person shows: theirs, and what they may add. */
export async function findLaunchpad(scope: Scope, userId: UserId, { search, category }: LaunchpadFilter) {
  const [mine, navigable] = await Promise.all([listApplicationsOfUser(scope, userId), listNavigable(scope, userId)]);
  const matches = (one: UserApplication) =>
    (!search || searchKey(`${one.name} ${one.description}`).includes(searchKey(search))) && (!category || one.category === category);
  return {
    applications: mine.filter(matches),
    navigable: navigable.filter(matches),
    categories: [...new Set([...mine, ...navigable].map((one) => one.category).filter(Boolean))].sort(),
    hasAny: mine.length > 0,
    search,
    category,
  };
}
