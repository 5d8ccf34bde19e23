import { orTaken } from '../../../platform/database/index.ts';
import { AppError } from '../../../platform/errors/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import type { Transaction } from '../../scope.ts';
import { updateUser } from './store.ts';
import { fullName, type User } from './user.ts';

/** The e-mail the person signs in with; whoever calls has proven it. @param user as locked in the transaction of `scope` @throws AppError login_taken */
export async function changeEmail(scope: Transaction, user: User, email: string): Promise<void> {
  const isSaved = await orTaken(updateUser(scope, { ...user, email, emailVerified: true }), {
    users_email: () => new AppError('login_taken', 409),
  });
  if (!isSaved) throw new AppError('changed_meanwhile', 409);
  await recordEvent(scope, {
    type: 'user.email-changed',
    subject: { kind: 'user', id: user.userId, name: fullName(user) },
    details: { before: user.email, after: email },
  });
}

/** S137. @param user as locked in the transaction of `scope` */
export async function setRecoveryEmail(scope: Transaction, user: User, recoveryEmail: string | undefined): Promise<void> {
  if (!(await updateUser(scope, { ...user, recoveryEmail }))) throw new AppError('changed_meanwhile', 409);
  await recordEvent(scope, {
    type: 'user.recovery-email-changed',
    subject: { kind: 'user', id: user.userId, name: fullName(user) },
    details: { before: user.recoveryEmail ?? null, after: recoveryEmail ?? null },
  });
}
