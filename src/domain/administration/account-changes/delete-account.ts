import { rejectDeleted } from '../../people/directory-entries/index.ts';
import { deleteUser, findUserById } from '../../people/users/index.ts';
import { deleteOperationsOf } from '../../records/operations/index.ts';
import { useCase } from '../../scope.ts';
import { endSessionsOfUser } from '../../sign-in/sessions/index.ts';
import { forgetChangesOf } from '../directory-runs/index.ts';

/** S130, S133: the steps after access has ended: relying parties are told, and the account is removed. Once it is gone there is nothing to do. */
export const deleteAccount = useCase(async (scope, userId: string): Promise<void> => {
  const user = await findUserById(scope, userId);
  if (!user?.deletingSince) return;
  await endSessionsOfUser(scope, user.userId, 'user.deleted');
  await deleteOperationsOf(scope, user.userId);
  await forgetChangesOf(scope, user.userId);
  await rejectDeleted(scope, { user_id: user.userId });
  await deleteUser(scope, user.userId);
});
