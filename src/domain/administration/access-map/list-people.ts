import { type AccessVerdict, decide } from '../../applications/access/index.ts';
import { getApplication } from '../../applications/applications/index.ts';
import {
  type ApplicationReach,
  findAmong,
  listReaches,
  listWaysOfPeople,
  type Way,
  type WaysOfPerson,
  ways,
} from '../../applications/assignments/index.ts';
import { type Count, countUsers, listUsers, type User, type UserListing } from '../../people/users/index.ts';
import type { Page, Scope } from '../../scope.ts';

export type MapFilter = Pick<UserListing, 'search' | 'by' | 'status' | 'cursor'> & { way?: string };

/** Somebody who comes to the application: by which ways, and whether it opens at this moment. */
export type Access = { user: User; ways: WaysOfPerson; verdict: AccessVerdict };

/** @throws AppError not_found */
export async function getReach(scope: Scope, applicationId: string): Promise<ApplicationReach> {
  const application = await getApplication(scope, applicationId);
  return (await listReaches(scope, [application.applicationId]))[0]!;
}

const findWay = (name: string | undefined): Way | undefined => ways.find((one) => one === name);

/** Who may open it, a page in the order of the list of people. */
export async function listAccess(scope: Scope, reach: ApplicationReach, filter: MapFilter, limit = 50): Promise<Page<Access>> {
  const { way, ...people } = filter;
  const { items, cursor } = await listUsers(scope, people, limit, await findAmong(scope, reach, findWay(way)));
  const found = await listWaysOfPeople(
    scope,
    reach.applicationId,
    items.map(({ userId }) => userId),
  );
  return { items: items.map((user) => describe(reach, user, found.get(user.userId)!)), cursor };
}

const describe = (reach: ApplicationReach, user: User, own: WaysOfPerson): Access => ({
  user,
  ways: own,
  verdict: decideFor(reach, user, { direct: own.isDirect, byGroup: own.groups.length > 0 }),
});

export const decideFor = (
  reach: ApplicationReach,
  { status }: Pick<User, 'status'>,
  own: { direct: boolean; byGroup: boolean },
): AccessVerdict =>
  decide({
    person: { status },
    application: reach,
    assignment: { ...own, byEveryone: reach.groups.some(({ isEveryone }) => isEveryone) },
  });

/** So many are counted where a filter has to be asked for each of them. */
const mostFiltered = 1000;

export async function countAccess(scope: Scope, reach: ApplicationReach, { way, cursor: _, ...filter }: MapFilter): Promise<Count> {
  const among = await findAmong(scope, reach, findWay(way));
  const isOfMany = among !== undefined && !('ids' in among);
  return countUsers(scope, filter, isOfMany ? mostFiltered : undefined, among);
}
