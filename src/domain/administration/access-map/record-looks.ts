import { type ApplicationReach, findLaunchpad } from '../../applications/assignments/index.ts';
import { fullName, getUser, type User } from '../../people/users/index.ts';
import { recordAlone } from '../../records/audit/index.ts';
import type { Scope } from '../../scope.ts';

/** Somebody looked at who may open an application. */
export const recordMapView = (scope: Scope, { applicationId, name }: ApplicationReach): Promise<void> =>
  recordAlone(scope, { type: 'access-map.viewed', subject: { kind: 'application', id: applicationId, name }, applicationId });

/** Somebody looked at what a person may open, or took it along. */
export const recordMapViewOfPerson = (scope: Scope, user: User, isFile = false): Promise<void> =>
  recordAlone(scope, {
    type: isFile ? 'access-map.exported' : 'access-map.viewed',
    subject: { kind: 'user', id: user.userId, name: fullName(user) },
  });

/** The Launchpad of somebody else, to look at; the audit knows who looked. @throws AppError not_found */
export async function viewLaunchpad(scope: Scope, userId: string, filter: { search: string; category: string }) {
  const user = await getUser(scope, userId);
  await recordAlone(scope, { type: 'launchpad.viewed', subject: { kind: 'user', id: user.userId, name: fullName(user) } });
  return { user, shown: await findLaunchpad(scope, user.userId, filter) };
}
