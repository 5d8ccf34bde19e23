import { getUser } from '../../people/users/index.ts';
import type { Transaction } from '../../scope.ts';
import { isSessionAlive, type Session } from '../sessions/index.ts';

/** Whether the session is still its person's, asked with the person held: somebody who lost the account to its owner meanwhile changes nothing by a request that was under way. */
export const sessionHolds = async (scope: Transaction, { sessionId, userId }: Pick<Session, 'sessionId' | 'userId'>): Promise<boolean> =>
  (await getUser(scope, userId)).status === 'activated' && (await isSessionAlive(scope, sessionId, userId));
