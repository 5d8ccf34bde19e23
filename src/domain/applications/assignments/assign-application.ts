import { getGroup } from '../../people/groups/index.ts';
import { fullName, lockUser } from '../../people/users/index.ts';
import { type AuditEventType, recordEvent } from '../../records/audit/index.ts';
import { type Transaction, useCase } from '../../scope.ts';
import { getApplication } from '../applications/index.ts';
import { deleteAssignment, insertAssignment } from './store.ts';

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

/** @throws AppError not_found */
export const unassignApplication = useCase(async (scope, applicationId: string, assignee: Assignee): Promise<void> => {
  await change(scope, applicationId, assignee, 'application.unassigned', deleteAssignment);
});

async function change(
  scope: Transaction,
  applicationId: string,
  { kind, id }: Assignee,
  type: AuditEventType,
  write: typeof insertAssignment,
): Promise<void> {
  const application = await getApplication(scope, applicationId);
  const user = kind === 'user' ? await lockUser(scope, id) : undefined;
  // with the account goes whatever it has
  if (user?.deletingSince && type === 'application.assigned') return;
  const name = user ? fullName(user) : (await getGroup(scope, id)).name;
  if (!(await write(scope, application.applicationId, kind, id))) return;
  await recordEvent(scope, {
    type,
    subject: { kind, id, name },
    applicationId: application.applicationId,
    details: { application: application.name },
  });
}
