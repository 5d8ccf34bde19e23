import type { Scope } from '../scope.ts';
import { endSessionsOfUser } from '../sessions/index.ts';
import { deleteUser } from '../users/index.ts';

/** S130: ends the person's sessions, which tells relying parties, and removes the account. @param scope of a transaction. @throws AppError last_administrator, own_account */
export async function deleteAccount(scope: Scope, userId: string): Promise<void> {
  await endSessionsOfUser(scope, userId, 'user.deleted');
  await deleteUser(scope, userId);
}
