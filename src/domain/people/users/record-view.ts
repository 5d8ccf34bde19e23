import { recordAlone } from '../../records/audit/index.ts';
import type { Scope } from '../../scope.ts';
import { fullName, type User } from './user.ts';

/** S90: who looked at somebody's personal data stands in their history. One's own page is no view by others. */
export async function recordView(scope: Scope, user: User): Promise<void> {
  if (scope.actor.id === user.userId) return;
  await recordAlone(scope, { type: 'user.viewed', subject: { kind: 'user', id: user.userId, name: fullName(user) } });
}
