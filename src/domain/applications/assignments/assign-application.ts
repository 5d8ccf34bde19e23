import { getGroup } from '../../people/groups/index.ts';
import { fullName, lockUser } from '../../people/users/index.ts';
import { type AuditEventType, recordEvent } from '../../records/audit/index.ts';
import { type Transaction, useCase } from '../../scope.ts';
import { getApplication } from '../applications/index.ts';
import { type AssigneeId, deleteAssignment, insertAssignment } from './store.ts';

type Assignee = { kind: 'user' | 'group'; id: string };

/** @throws AppError not_found, of another context's ids too */
export const assignApplication = useCase(async (scope, applicationId: string, assignee: Assignee): Promise<void> => {
  await change(scope, applicationId, assignee, 'application.assigned', insertAssignment);
});

/** All of them or none; in one order, so that two who assign at once do not wait for each other. @throws AppError not_found */
export const assignApplications = useCase(async (scope, assignments: { applicationId: string; assignee: Assignee }[]): Promise<void> => {
  const key = ({ applicationId, assignee }: (typeof assignments)[number]) => `${applicationId} ${assignee.id}`;
  for (const { applicationId, assignee } of assignments.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)))
    await assignApplication(scope, applicationId, assignee);
});

/** @returns false where it was not assigned to them @throws AppError not_found */
export const unassignApplication = useCase(
  (scope, applicationId: string, assignee: Assignee): Promise<boolean> =>
    change(scope, applicationId, assignee, 'application.unassigned', deleteAssignment),
);

async function change(
  scope: Transaction,
  applicationId: string,
  { kind, id }: Assignee,
  type: AuditEventType,
  write: typeof insertAssignment,
): Promise<boolean> {
  const application = await getApplication(scope, applicationId);
  const found = await findAssignee(scope, kind, id);
  // with the account goes whatever it has
  if (found.isLeaving && type === 'application.assigned') return false;
  if (!(await write(scope, application.applicationId, found.assignee))) return false;
  await recordEvent(scope, {
    type,
    subject: { kind, id, name: found.name },
    applicationId: application.applicationId,
    details: { application: application.name },
  });
  return true;
}

type Found = { assignee: AssigneeId; name: string; isLeaving: boolean };

/** A person is held until the transaction ends. @throws AppError not_found */
async function findAssignee(scope: Transaction, kind: 'user' | 'group', id: string): Promise<Found> {
  if (kind === 'group') {
    const group = await getGroup(scope, id);
    return { assignee: { kind, id: group.groupId }, name: group.name, isLeaving: false };
  }
  const user = await lockUser(scope, id);
  return { assignee: { kind, id: user.userId }, name: fullName(user), isLeaving: user.deletingSince !== undefined };
}
