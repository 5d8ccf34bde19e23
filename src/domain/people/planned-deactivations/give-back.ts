import type { Transaction } from '../../scope.ts';
import { leaveToDirectory } from '../directory-entries/index.ts';
import { changeStatus, type User } from '../users/index.ts';

/** The end of a period that keeps the person out: who is disabled in their directory meanwhile comes back when they do there. */
export async function giveBack(scope: Transaction, user: User): Promise<void> {
  if (!(await leaveToDirectory(scope, user))) await changeStatus(scope, user.userId, 'reactivate', 'planned-deactivation');
}
