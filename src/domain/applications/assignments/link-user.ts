import { addMembers } from '../../people/groups/index.ts';
import { holdUser } from '../../people/users/index.ts';
import { useCase } from '../../scope.ts';
import { assignApplication } from './assign-application.ts';

export type Links = { groupIds: string[]; applicationIds: string[] };

/** S68, S91, S93: into these groups, and to these applications directly; what the person has already is passed over. @throws AppError not_found, everyone_is_fixed, status_conflict of somebody who is being deleted */
export const linkUser = useCase(async (scope, userId: string, { groupIds, applicationIds }: Links): Promise<void> => {
  await holdUser(scope, userId);
  // in one order, so that two who link at once do not wait for each other
  for (const groupId of groupIds.toSorted()) await addMembers(scope, groupId, [userId]);
  for (const applicationId of applicationIds.toSorted()) await assignApplication(scope, applicationId, { kind: 'user', id: userId });
});
