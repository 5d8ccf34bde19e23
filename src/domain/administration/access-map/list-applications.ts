import type { AccessVerdict } from '../../applications/access/index.ts';
import { type ApplicationReach, listDirectOfPeople, listReaches } from '../../applications/assignments/index.ts';
import { listGroupIdsOfUsers } from '../../people/groups/index.ts';
import { searchKey, type User } from '../../people/users/index.ts';
import type { Scope } from '../../scope.ts';
import { decideFor } from './list-people.ts';

/** An application of the company, by which ways it is the person's, and whether it opens. */
export type ApplicationAccess = { reach: ApplicationReach; isDirect: boolean; groups: ApplicationReach['groups']; verdict: AccessVerdict };

export type ApplicationFilter = { search?: string; only?: string };

/** Every application, with what lets this person in, or why not. */
export async function listApplicationAccess(
  scope: Scope,
  user: User,
  { search = '', only }: ApplicationFilter = {},
): Promise<ApplicationAccess[]> {
  const direct = (await listDirectOfPeople(scope, [user.userId])).get(user.userId)!;
  const mine = new Set((await listGroupIdsOfUsers(scope, [user.userId])).get(user.userId));
  const key = searchKey(search);
  return (await listReaches(scope))
    .filter(({ name }) => searchKey(name).includes(key))
    .map((reach) => {
      const groups = reach.groups.filter(({ groupId }) => mine.has(groupId));
      const isDirect = direct.has(reach.applicationId);
      return {
        reach,
        isDirect,
        groups,
        verdict: decideFor(reach, user, { direct: isDirect, byGroup: groups.some(({ isEveryone }) => !isEveryone) }),
      };
    })
    .filter(({ verdict }) => (only === 'open' ? verdict.allowed : only === 'closed' ? !verdict.allowed : true));
}
